"""Gas that the home counted, as energy: ours until GRDF says its own; either store."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from edge.calendar import calendar_of
from edge.catalogue import Fluid
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.merging import Purpose
from edge.reads import Reads
from edge.roller.roller import Counting
from edge.sample import Quality, Sample, Slice, millis
from edge.stores.projector import Projector

PARIS = ZoneInfo("Europe/Paris")
CALENDAR = calendar_of(Fluid.GAS, PARIS)
VOLUME, ENERGY, WORTH = "gas_volume_l", "gas_energy_wh", "gas_conversion_wh_m3"
EVER = 1 << 50
DAY_MS = 86_400_000


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


HEARD = Block.of([Sample("gas", at("2026-03-29 12:00"), {VOLUME: 5}, origin="pulses")])


@pytest.fixture
def configured():
    return {}


@pytest.fixture
def home(tmp_path, store, configured):
    journal = Journal.open(tmp_path / "home", policy=Policy(), ballast_bytes=0)
    counting = Counting(fluids={"gas": Fluid.GAS}, conversions=configured)
    yield journal, Reads(store, journal, counting), Projector(journal, store)
    journal.close()


def day(number: int) -> tuple[int, int]:
    """Give a gas day of March 2026; that of the 28th has 23 hours."""
    return CALENDAR.interval(Step.DAY, at(f"2026-03-{number:02} 12:00"))


def counted(first: int, last: int, litres: int = 10):
    """Give the home's own rows of gas days: half-hours, days, and their year."""
    rows = []
    for number in range(first, last + 1):
        edges = CALENDAR.boundaries(Step.MIN30, *day(number)).tolist()
        halves = [(Step.MIN30, slot, litres) for slot in pairwise(edges)]
        rows += [*halves, (Step.DAY, day(number), litres * len(halves))]
    total = sum(value for step, _, value in rows if step is Step.DAY)
    year = CALENDAR.interval(Step.YEAR, day(first)[0])
    rows.append((Step.YEAR, year, total))
    return tuple(
        Interval(
            "gas",
            VOLUME,
            step,
            *slot,
            value,
            coverage=0.01 if step is Step.YEAR else 1.0,
            sources="pulses",
        )
        for step, slot, value in rows
    )


def said(register, number, value, quality=Quality.RAW, received=1):
    return Slice(
        "gas", register, *day(number), value, quality, "file:grdf-portal-json", received
    )


def rows(reads, step, purpose=Purpose.NOW):
    return reads.merged_columns("gas", ENERGY, step, 0, EVER, purpose=purpose)


@pytest.mark.parametrize("configured", [{"gas": ((date(2000, 1, 1), 11_200),)}])
async def test_what_the_home_counted_is_estimated_energy_at_every_step(home):
    journal, reads, projector = home
    await journal.append([counted(27, 29), HEARD])
    for stored in (False, True):
        if stored:
            await projector.project()
        assert ENERGY in reads.meters()["gas"]
        days = rows(reads, Step.DAY)
        assert days.value == [48 * 112, 46 * 112, 48 * 112]
        assert set(days.quality) == {"estimated"}
        assert set(days.sources) == {"converted+pulses"}
        halves, hours, months = (
            rows(reads, step) for step in (Step.MIN30, Step.HOUR, Step.MONTH)
        )
        assert halves.value == [112] * 142
        assert sum(hours.value) == sum(months.value) == 142 * 112
        assert months.coverage == [142 / (31 * 48 - 2)]


async def test_halves_are_floored_on_the_sum_of_their_day(home):
    journal, reads, _ = home
    await journal.append([counted(27, 27, 7), (said(WORTH, 27, 11_123),)])
    (whole,) = rows(reads, Step.DAY).value
    assert whole == 48 * 7 * 11_123 // 1000
    assert sum(rows(reads, Step.MIN30).value) == whole


@pytest.mark.parametrize("configured", [{"gas": ((date(2026, 3, 2), 10_000),)}])
async def test_a_coefficient_counts_from_its_own_day_on(home):
    journal, reads, _ = home
    await journal.append([counted(1, 9)])
    before = rows(reads, Step.DAY).value
    assert before == [4_800] * 8  # none is known on the first
    await journal.append([(said(WORTH, 5, 11_000), said(WORTH, 8, 12_000))])
    assert rows(reads, Step.DAY).value == [*before[:3], *[5_280] * 3, 5_760, 5_760]
    # of one day the better known counts, then the one received last
    better = said(WORTH, 8, 11_500, Quality.VALIDATED)
    await journal.append([(better,), (said(WORTH, 5, 11_100, received=9),)])
    assert rows(reads, Step.DAY).value == [*before[:3], *[5_328] * 3, 5_520, 5_520]


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("quality", [Quality.RAW, Quality.ESTIMATED, Quality.VALIDATED])
async def test_grdfs_own_figure_replaces_ours_and_goes_when_it_is_taken_back(
    home, purpose, quality
):
    journal, reads, projector = home
    figure = said(ENERGY, 28, 5_000, quality)
    await journal.append([counted(27, 29), (said(WORTH, 1, 11_000), figure)])
    for stored in (False, True):
        if stored:
            await projector.project()
        days = rows(reads, Step.DAY, purpose)
        assert days.value == [5_280, 5_000, 5_280]
        assert days.sources == [
            "converted+pulses",
            "file:grdf-portal-json",
            "converted+pulses",
        ]
        assert days.quality == ["estimated", quality.value, "estimated"]
        months = rows(reads, Step.MONTH, purpose)
        assert months.value == [5_280 + 5_000 + 5_280]
        assert months.sources == ["converted+file:grdf-portal-json+pulses"]
        # how that day went is known by the home alone
        assert len(rows(reads, Step.MIN30, purpose)) == 48 + 46 + 48
    await journal.append([(said(ENERGY, 28, None, quality, received=2),)])
    assert rows(reads, Step.DAY, purpose).value == [5_280, 46 * 110, 5_280]


async def test_the_estimate_is_compared_with_grdfs_own_figure(home):
    journal, reads, _ = home
    figures = (said(ENERGY, 27, 5_000), said(ENERGY, 29, 5_280))
    await journal.append([counted(27, 29), (said(WORTH, 1, 11_000), *figures)])
    span = (day(27)[0], day(29)[1])
    found = reads.reconciled("gas", ENERGY, Step.DAY, *span, EVER)
    (account,) = found.accounts
    assert [(row.own, row.theirs) for row in account.rows] == [
        (5_280, 5_000),
        (5_280, 5_280),
    ]
    assert (account.differing, found.gaps) == (1, ())


async def test_an_operators_cubic_metres_are_never_converted(home):
    journal, reads, _ = home
    await journal.append([(said(VOLUME, 27, 5_000), said(WORTH, 1, 11_000))])
    assert not len(rows(reads, Step.DAY))


async def test_without_a_coefficient_nothing_is_guessed(home):
    journal, reads, _ = home
    await journal.append([counted(27, 29), HEARD])
    assert not len(rows(reads, Step.DAY))
    assert ENERGY not in reads.meters()["gas"]


@pytest.mark.parametrize("configured", [{"gas": ((date(2000, 1, 1), 11_200),)}])
async def test_pages_of_converted_rows_are_the_whole_cut(home):
    journal, reads, _ = home
    await journal.append([counted(25, 30, 9), (said(ENERGY, 27, 4_000),)])
    for step in (Step.MIN30, Step.HOUR, Step.DAY):
        whole = rows(reads, step).rows("gas", ENERGY, step)
        found, after = [], 0
        while len(page := reads.merged_columns("gas", ENERGY, step, after, EVER, 7)):
            found += page.rows("gas", ENERGY, step)
            after = page.start_ms[-1] + 1
        assert found == whole
