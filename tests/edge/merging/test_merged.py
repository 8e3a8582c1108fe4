"""A page of the merged series: the same before and after the store has the slices."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.interval import Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.merging import Purpose
from edge.reads import Reads
from edge.roller.roller import Counting
from edge.sample import Quality, Slice, millis
from edge.stores.projector import Projector
from edge.stores.sqlite import SqliteStore

PARIS = ZoneInfo("Europe/Paris")
CURVE, TOTAL, GAS = "import_load_curve_w", "import_total_wh", "gas_energy_wh"
EVER = 1 << 50


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


@pytest.fixture
def home(tmp_path):
    journal = Journal.open(tmp_path / "home", policy=Policy(), ballast_bytes=0)
    store = SqliteStore(tmp_path / "store.db")
    yield journal, Reads(store, journal, Counting()), Projector(journal, store)
    store.close()
    journal.close()


def curve(day: str, watts: list[int]) -> tuple[Slice, ...]:
    start = at(day)
    return tuple(
        Slice(
            "linky",
            CURVE,
            start + n * 1_800_000,
            start + (n + 1) * 1_800_000,
            value,
            Quality.RAW,
            "file:enedis-load-curve",
            1,
        )
        for n, value in enumerate(watts)
    )


@pytest.mark.parametrize(("day", "halves"), [("2026-03-29", 46), ("2026-10-25", 50)])
async def test_a_curve_is_energy_at_every_step_from_either_side(home, day, halves):
    journal, reads, projector = home
    watts = [333 + n for n in range(halves)]
    await journal.append([curve(day, watts)])
    for cut in (False, True):
        if cut:
            await projector.project()
        assert TOTAL in reads.meters()["linky"]
        half, hour, whole, month = (
            reads.merged_columns("linky", TOTAL, step, 0, EVER)
            for step in (Step.MIN30, Step.HOUR, Step.DAY, Step.MONTH)
        )
        assert len(half) == halves
        assert whole.value == [sum(watts) // 2]
        assert sum(half.value) == sum(hour.value) == whole.value[0] == month.value[0]
        assert set(half.sources) == {"file:enedis-load-curve"}


async def test_pages_of_merged_rows_are_the_whole_cut(home):
    journal, reads, _ = home
    days = [curve(f"2026-01-{day:02}", [100 * day] * 48) for day in range(1, 9)]
    await journal.append(days)
    whole = reads.merged_columns("linky", TOTAL, Step.MIN30, 0, EVER)
    rows, after = [], 0
    while len(page := reads.merged_columns("linky", TOTAL, Step.MIN30, after, EVER, 7)):
        rows += page.rows("linky", TOTAL, Step.MIN30)
        after = page.start_ms[-1] + 1
    assert rows == whole.rows("linky", TOTAL, Step.MIN30)
    assert len(rows) == 8 * 48


async def test_what_was_taken_back_is_merged_no_more(home):
    journal, reads, _ = home
    told = curve("2026-01-05", [400] * 48)
    await journal.append([told])
    await journal.append(
        [
            tuple(
                Slice(
                    one.meter,
                    one.register,
                    one.start_ms,
                    one.end_ms,
                    None,
                    one.quality,
                    one.origin,
                    2,
                )
                for one in told
            )
        ]
    )
    assert not len(reads.merged_columns("linky", TOTAL, Step.DAY, 0, EVER))


async def test_ten_years_of_gas_days_are_months_and_years(home):
    journal, reads, _ = home
    first = datetime(2016, 1, 1, 6, tzinfo=PARIS)
    starts = [first + timedelta(days=n) for n in range(3653)]
    days = tuple(
        Slice(
            "gas",
            GAS,
            millis(start),
            millis(start + timedelta(days=1)),
            10_000,
            Quality.VALIDATED,
            "file:grdf-portal-json",
            1,
        )
        for start in starts
    )
    await journal.append([days])
    years = reads.merged_columns("gas", GAS, Step.YEAR, 0, EVER, purpose=Purpose.BILL)
    months = reads.merged_columns("gas", GAS, Step.MONTH, 0, EVER)
    assert sum(years.value) == sum(months.value) == 36_530_000
    assert (years.value[0], len(months)) == (3_660_000, 120)
