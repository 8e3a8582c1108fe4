"""The owner has the home sent in one file, or an extract of it, as it is written."""

from __future__ import annotations

import asyncio
import io
import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from api_house import PARIS, caller, paris
from services_house import Household

from api.deps import MeterInfo
from edge.consent.read_journal import ReadJournal
from edge.portability import sealed
from edge.portability.extracting import Extracting
from edge.portability.gathered import Home, Ledger
from edge.portability.served import Served

EDGE = Path(__file__).parents[1] / "edge"
sys.path.append(str(EDGE / "portability"))  # tests are no package
sys.path.append(str(EDGE / "importing"))

from packed_house import FLUIDS, PackedHouse, table  # noqa: E402 - by the path above

EXPORT = "/api/v1/owner/export"
PHRASE = "four words nobody guesses"
ASKED = {
    "recipient": "Ma coach",
    "contact": "coach@example.fr",
    "purpose": "Conseils",
    "granularity": "day",
    "since": "2026-10-01",
    "until": "2026-11-01",
    "language": "fr",
}


@pytest.fixture
def household(tmp_path):
    opened = Household.open(tmp_path)
    yield opened
    opened.consents.close()


@pytest.fixture
async def home(deps, household, tmp_path, monkeypatch):
    monkeypatch.setattr(sealed, "LOG_N", 4)  # a guess costs little here
    house = PackedHouse(tmp_path / "house")
    await house.live(48 * 4, paris("2026-10-20T00:00:00+02:00"))
    journal = ReadJournal(household.consents.ledger, PARIS)
    who = (household.consents, journal, house.reads)

    def written() -> Home:
        known = house.journal.devices()
        return Home(FLUIDS, house.reads, known, Ledger(), "Europe/Paris", 1 << 40)

    served = Served(written, Extracting(*who, FLUIDS, PARIS))
    meters = tuple(MeterInfo(meter, "", fluid) for meter, fluid in FLUIDS.items())
    yield replace(
        household.within(replace(deps, meters=meters)),
        exports=served,
        read_journal=journal,
    )
    house.close()


@pytest.fixture
async def owner(home) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(home) as called:
        yield called


async def test_the_whole_home_comes_sealed(owner):
    answer = await owner.post(f"{EXPORT}/home", json={"passphrase": PHRASE})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert b"linky" not in answer.content
    whole = b"".join(sealed.opened(io.BytesIO(answer.content), PHRASE))
    assert {row["meter"] for row in table(whole)} == set(FLUIDS)


async def test_a_passphrase_that_is_soon_guessed_is_refused(owner):
    answer = await owner.post(f"{EXPORT}/home", json={"passphrase": "short"})
    assert answer.status_code == 422
    assert "12 characters" in answer.json()["detail"]
    assert "short" not in answer.json()["detail"]


async def test_an_extract_comes_with_the_consents_that_it_was_cut_by(owner, household):
    answer = await owner.post(f"{EXPORT}/extract", json=ASKED)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert {row["step"] for row in table(answer.content)} == {"day"}
    consents = answer.headers["releve-consents"].split()
    assert len(consents) == 3
    for one in consents:
        proof = await owner.get(f"/api/v1/owner/consents/{one}/receipt")
        assert proof.status_code == 200
    held = household.consents.standing.consents
    assert {held[one].terms.purpose for one in consents} == {"Conseils"}


async def test_it_stands_in_the_read_journal(owner):
    await owner.post(f"{EXPORT}/extract", json=ASKED | {"meters": ["water"]})
    (line,) = (await owner.get("/api/v1/owner/reads")).json()["reads"]
    assert (line["name"], line["channel"], line["meter"]) == (
        "Ma coach",
        "extract",
        "water",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"granularity": "second"},
        {"granularity": "live"},
        {"classes": ["live_power"]},
        {"classes": ["gossip"]},
        {"meters": ["garage"]},
        {"meters": [5]},
        {"until": "2026-01-01"},
        {"since": "yesterday"},
        {"recipient": ""},
        {"more": 1},
    ],
)
async def test_what_can_not_be_given_is_a_problem_and_grants_nothing(
    owner, household, wrong
):
    answer = await owner.post(f"{EXPORT}/extract", json=ASKED | wrong)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert household.consents.standing.consents == {}


async def test_two_at_once_come_one_after_the_other(owner):
    asking = [owner.post(f"{EXPORT}/extract", json=ASKED) for _ in range(3)]
    for answer in await asyncio.gather(*asking):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
