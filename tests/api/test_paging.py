"""Pages: every row once, in order, wherever the borders fall and whatever arrives."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from unittest.mock import patch
from zoneinfo import ZoneInfo

import httpx
import pytest
from api_house import BEARER, TOKEN, FakeReads, half_hours, paris, report
from hypothesis import given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.deps import Deps, MeterInfo
from api.limits import Limits
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.interval import Point, Step

REGISTER = "/api/v1/meters/linky/registers/import_total_wh"
AUTUMN_MS = paris("2026-10-24T00:00:00+02:00")
SPRING_MS = paris("2026-03-28T00:00:00+01:00")


def home(reads: FakeReads) -> httpx.AsyncClient:
    deps = Deps(
        reads=reads,
        bus=Bus(),
        health=report,
        meters=(MeterInfo("linky", "linky", Fluid.ELECTRICITY),),
        zone=ZoneInfo("Europe/Paris"),
        token=TOKEN,
        limits=replace(Limits(), burst=100_000),
        now_ms=lambda: paris("2026-12-01T00:00:00+01:00"),
    )
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=create_app(deps)),
        base_url="http://localhost",
        headers=BEARER,
    )


async def pages(client, address, between=lambda: None):
    found = []
    while address:
        answer = await client.get(address)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found.append(body["rows"])
        address = body["next"]
        linked = answer.links.get("next", {}).get("url")
        assert linked == address
        between()
    return found


@settings(max_examples=60)
@given(
    rows=st.integers(0, 120),
    missing=st.sets(st.integers(0, 119)),
    limit=st.integers(1, 130),
    slice_rows=st.integers(1, 40),
    probe_rows=st.integers(1, 40),
    piece_rows=st.integers(1, 40),
    start_ms=st.sampled_from([AUTUMN_MS, SPRING_MS]),
)
def test_no_row_is_lost_or_doubled_at_any_border(
    rows, missing, limit, slice_rows, probe_rows, piece_rows, start_ms
):
    kept = [r for r in half_hours(rows, start_ms) if r.value not in missing]
    reads = FakeReads(kept={("linky", "import_total_wh", Step.MIN30): kept})
    query = {"from": "2026-01-01", "to": "2026-12-01", "limit": limit}

    async def ask():
        async with home(reads) as client:
            address = str(httpx.URL(REGISTER, params=query))
            return await pages(client, address)

    with (
        patch("api.rows.SLICE_ROWS", slice_rows),
        patch("api.rows.PROBE_ROWS", probe_rows),
        patch("api.rows.PIECE_ROWS", piece_rows),
    ):
        found = asyncio.run(ask())
    assert [row["value"] for page in found for row in page] == [r.value for r in kept]
    assert all(len(page) == limit for page in found[:-1])
    assert len(found[-1]) <= limit
    starts = [row["start"] for page in found for row in page]
    assert len(set(starts)) == len(starts)


@settings(max_examples=40)
@given(
    times=st.sets(st.integers(0, 200)),
    limit=st.integers(1, 60),
    slice_rows=st.integers(1, 20),
)
def test_raw_changes_page_alike(times, limit, slice_rows):
    changes = [Point(AUTUMN_MS + n, n) for n in sorted(times)]
    reads = FakeReads(changes={("linky", "import_total_wh"): changes})

    async def ask():
        async with home(reads) as client:
            query = {"step": "raw", "from": "2026-10-24", "limit": limit}
            return await pages(client, str(httpx.URL(REGISTER, params=query)))

    with patch("api.rows.SLICE_ROWS", slice_rows):
        found = asyncio.run(ask())
    assert [row["value"] for page in found for row in page] == sorted(times)


async def test_a_cursor_stays_where_it_was_while_new_rows_come():
    kept = half_hours(10, AUTUMN_MS)
    reads = FakeReads(kept={("linky", "import_total_wh", Step.MIN30): kept})

    def one_more():
        kept.append(half_hours(len(kept) + 1, AUTUMN_MS)[-1])

    async with home(reads) as client:
        address = f"{REGISTER}?from=2026-10-01&to=2026-12-01&limit=4"
        found = await pages(client, address, between=one_more)
    values = [row["value"] for page in found for row in page]
    assert values == list(range(len(values)))
    assert len(values) >= 12


async def test_the_end_of_a_question_without_to_is_fixed_by_its_first_page():
    rows = half_hours(10, AUTUMN_MS)
    reads = FakeReads(kept={("linky", "import_total_wh", Step.MIN30): rows})
    async with home(reads) as client:
        first = (await client.get(f"{REGISTER}?from=2026-10-24&limit=4")).json()
        second = (await client.get(first["next"])).json()
    assert second["from"] == first["from"]
    assert second["to"] == first["to"]
    assert [row["value"] for row in second["rows"]] == [4, 5, 6, 7]


async def test_a_cursor_agrees_with_what_it_was_made_for():
    rows = half_hours(10, AUTUMN_MS)
    reads = FakeReads(kept={("linky", "import_total_wh", Step.MIN30): rows})
    async with home(reads) as client:
        first = await client.get(f"{REGISTER}?from=2026-10-24&to=2026-10-26&limit=4")
        address = first.json()["next"]
        again = await client.get(f"{address}&from=2026-10-24&to=2026-10-26")
        assert [row["value"] for row in again.json()["rows"]] == [4, 5, 6, 7]
        other = await client.get(f"{address}&from=2026-10-23")
        assert other.status_code == 422
        assert other.json()["parameter"] == "from"
        step = await client.get(address.replace("step=30min", "step=hour"))
        assert step.json()["type"].endswith("wrong-cursor")


async def test_an_absurd_range_is_read_in_slices_never_whole():
    reads = FakeReads(
        kept={("linky", "import_total_wh", Step.MIN30): half_hours(7000, AUTUMN_MS)}
    )
    async with home(reads) as client:
        answer = await client.get(
            f"{REGISTER}?from=1970-01-01&to=2199-12-31&limit=5000"
        )
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["rows"]) == 5000
    assert max(asked[-1] for asked in reads.asked) <= 10_000
    assert len(reads.asked) > 3


async def test_csv_pages_follow_the_link_header():
    rows = half_hours(5, AUTUMN_MS)
    reads = FakeReads(kept={("linky", "import_total_wh", Step.MIN30): rows})
    csv = {"Accept": "text/csv"}
    async with home(reads) as client:
        first = await client.get(f"{REGISTER}?from=2026-10-24&limit=3", headers=csv)
        second = await client.get(first.links["next"]["url"], headers=csv)
    assert len(first.text.splitlines()) == 4
    assert len(second.text.splitlines()) == 3
    assert "next" not in second.links


@pytest.mark.parametrize("step", ["raw", "1min", "30min", "hour", "day"])
async def test_each_step_asks_the_store_for_its_own_default_span(step):
    reads = FakeReads()
    async with home(reads) as client:
        answer = await client.get(f"{REGISTER}?step={step}")
    assert answer.json()["rows"] == []
    days = {"raw": 1, "1min": 1, "30min": 31, "hour": 31, "day": 366}[step]
    *_, start_ms, end_ms, _limit = reads.asked[0]
    assert end_ms - start_ms == days * 86_400_000
