"""What was so at a meter, from when to when: nothing that is over is forgotten."""

from __future__ import annotations

import pytest
from api_house import paris

from api.schemas import FactsShape
from edge.facts import Fact, FactKind

ASKED = "/api/v1/meters/linky/facts"
FIRST, SECOND = paris("2019-09-02T00:00:00+02:00"), paris("2019-10-22T00:00:00+02:00")


@pytest.fixture(autouse=True)
def told(reads):
    reads.known = [
        Fact("linky", FactKind.TARIFF, FIRST, SECOND, "file:enedis", {"calendar": "A"}),
        Fact("linky", FactKind.TARIFF, SECOND, None, "file:enedis", {"calendar": "B"}),
        Fact("linky", FactKind.DEVICE, SECOND, None, "home", {"device": "device-2"}),
    ]


async def test_facts_are_given_with_their_dates(client):
    body = (await client.get(ASKED)).json()
    assert [(one["kind"], one["start"], one["end"]) for one in body["facts"]] == [
        ("tariff", "2019-09-02T00:00:00+02:00", "2019-10-22T00:00:00+02:00"),
        ("tariff", "2019-10-22T00:00:00+02:00", None),
        ("device", "2019-10-22T00:00:00+02:00", None),
    ]
    FactsShape.model_validate(body)


async def test_facts_of_a_time_and_of_a_kind(client):
    before = (await client.get(f"{ASKED}?to=2019-10-01")).json()
    assert [one["detail"]["calendar"] for one in before["facts"]] == ["A"]
    later = (await client.get(f"{ASKED}?from=2020-01-01&kind=device")).json()
    assert [one["origin"] for one in later["facts"]] == ["home"]
    first = (await client.get(f"{ASKED}?limit=1")).json()
    assert (len(first["facts"]), first["more"]) == (1, True)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2020-01-01&to=2019-01-01", "from"),
        ("kind=rumour", "kind"),
        ("limit=5001", "limit"),
        ("from=soon", "from"),
    ],
)
async def test_a_bad_question_about_facts_names_its_parameter(client, query, parameter):
    answer = await client.get(f"{ASKED}?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (422, parameter)
