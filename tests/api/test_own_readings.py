"""Whoever reads is noted, the owner too, and finds what is noted of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from api_house import NOW_MS, PARIS, caller

from api.schemas import OwnReadingsShape
from edge.catalogue import ConsentClass
from edge.consent.consents import Consents
from edge.consent.read_journal import Reading
from edge.consent.terms import Channel
from edge.sample import HostInstant

ROWS = "/api/v1/meters/linky/registers/import_total_wh?from=2026-10-25"
ASKED = "/api/v1/grant/readings"


class StillClock:
    def now(self):
        return HostInstant(NOW_MS, 1, synchronised=True, boot_id="boot")


@pytest.fixture
async def noted(deps, tmp_path):
    consents = Consents.open(tmp_path, StillClock(), PARIS)
    async with caller(replace(deps, consents=consents)) as client:
        yield client
    consents.close()


async def lines(client):
    body = (await client.get(ASKED)).json()
    OwnReadingsShape.model_validate(body)
    return body["readings"]


async def test_what_is_read_is_noted_with_its_period_and_how_much(noted):
    assert await lines(noted) == []
    await noted.get(f"{ROWS}&limit=2")
    await noted.get(f"{ROWS}&limit=3")
    (line,) = await lines(noted)
    assert line == {
        "day": "2026-10-26",
        "channel": "rest",
        "meter": "linky",
        "class": "energy",
        "grain": "30min",
        "first": "2026-10-26T12:00:00+01:00",
        "last": "2026-10-26T12:00:00+01:00",
        "from": "2026-10-25T00:00:00+02:00",
        "to": "2026-10-25T01:30:00+02:00",
        "rows": 5,
    }


async def test_a_last_word_is_noted_by_the_classes_that_it_tells(noted):
    await noted.get("/api/v1/meters/linky/latest")
    found = {(line["class"], line["grain"]) for line in await lines(noted)}
    assert found == {("live_power", "live"), ("contract", "live")}


async def test_what_gave_nothing_is_not_noted(noted):
    await noted.get("/api/v1/meters/garage/registers/import_total_wh?from=2026-10-25")
    await noted.get("/api/v1/meters")
    assert await lines(noted) == []


async def test_who_reads_finds_its_own_lines_and_no_others(noted):
    journal = noted._transport.app.state.home.door.journal
    reading = Reading("linky", ConsentClass.ENERGY, "day", 0, 1)
    journal.note("s1", Channel.MQTT, [reading], NOW_MS)
    assert await lines(noted) == []
    assert [line.service for line in journal.lines()] == ["s1"]
