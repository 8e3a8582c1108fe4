"""Holes between two indexes, filled the same out of either store, before and after."""

from __future__ import annotations

from datetime import datetime
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
from edge.record import Baseline, Correction
from edge.roller.roller import Counting
from edge.sample import Quality, Sample, Slice, millis
from edge.stores.projector import Projector

PARIS = ZoneInfo("Europe/Paris")
FLUIDS = {"linky": Fluid.ELECTRICITY, "gas": Fluid.GAS, "water": Fluid.WATER}
GAS = "gas_volume_l"
EVER = 1 << 50


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


@pytest.fixture
def home(tmp_path, store):
    journal = Journal.open(tmp_path / "home", policy=Policy(), ballast_bytes=0)
    yield (
        journal,
        Reads(store, journal, Counting(fluids=FLUIDS)),
        Projector(journal, store),
    )
    journal.close()


def gas_days(first: str, volumes: list[int | None], index: int = 10_000_000):
    """Days as GRDF tells them: of an absence neither volume nor index is known."""
    start = at(f"{first} 06:00")
    calendar = calendar_of(Fluid.GAS, PARIS)
    edges = calendar.boundaries(
        Step.DAY, start, start + len(volumes) * 86_400_000 - 7_200_000
    ).tolist()
    told = []
    for slot, volume in zip(pairwise(edges), volumes, strict=True):
        if isinstance(volume, int):
            index += volume
            told.append(said(GAS, slot, volume, index))
        else:
            index += 2_345  # which nobody sees
    return tuple(told), edges


def said(register, slot, value, index_end, origin="file:grdf-portal-json", meter="gas"):
    return Slice(
        meter, register, *slot, value, Quality.RAW, origin, 1, index_end=index_end
    )


@pytest.mark.parametrize("first", ["2026-03-27", "2026-10-23", "2026-06-10"])
@pytest.mark.parametrize("purpose", list(Purpose))
async def test_a_hole_between_two_indexes_sums_exactly_at_every_step(
    home, first, purpose
):
    journal, reads, projector = home
    told, edges = gas_days(first, [4_000, None, None, None, 5_000])
    await journal.append([told])
    for stored in (False, True):
        if stored:
            await projector.project()
        days = reads.merged_columns("gas", GAS, Step.DAY, 0, EVER, purpose=purpose)
        assert days.start_ms == edges[:-1]
        assert days.quality == ["raw", *["interpolated"] * 3, "raw"]
        assert days.coverage == [1.0, 0.0, 0.0, 0.0, 1.0]
        assert sum(days.value[1:4]) == 3 * 2_345
        assert set(days.sources) == {"file:grdf-portal-json"}
        halves, hours, months = (
            reads.merged_columns("gas", GAS, step, 0, EVER, purpose=purpose)
            for step in (Step.MIN30, Step.HOUR, Step.MONTH)
        )
        assert set(halves.quality) == {"interpolated"}
        assert sum(halves.value) == sum(hours.value) == 3 * 2_345
        assert (halves.start_ms[0], halves.end_ms[-1]) == (edges[1], edges[4])
        assert sum(months.value) == 9_000 + 3 * 2_345
        if len(months) == 1:  # the hole lies within it whole: its sum is no guess
            assert months.quality == ["raw"]


async def test_pages_of_filled_rows_are_the_whole_cut(home):
    journal, reads, _ = home
    told, _ = gas_days("2026-06-01", [500, None, 600, None, None, 700])
    await journal.append([told])
    for step in (Step.MIN30, Step.DAY):
        whole = reads.merged_columns("gas", GAS, step, 0, EVER)
        rows, after = [], 0
        while len(page := reads.merged_columns("gas", GAS, step, after, EVER, 5)):
            rows += page.rows("gas", GAS, step)
            after = page.start_ms[-1] + 1
        assert rows == whole.rows("gas", GAS, step)
        mine = whole.start_ms[2]
        assert (
            reads.merged_columns("gas", GAS, step, mine, mine + 1).value
            == (whole.value[2:3])
        )


def own_day(first: str, value: int, index: int):
    """A water meter of the home's: a day of half-hours, and its last reading."""
    calendar = calendar_of(Fluid.WATER, PARIS)
    day = calendar.interval(Step.DAY, at(first))
    halves = list(pairwise(calendar.boundaries(Step.MIN30, *day).tolist()))
    hours = list(pairwise(calendar.boundaries(Step.HOUR, *day).tolist()))
    slots = [(Step.MIN30, slot, value) for slot in halves]
    slots += [(Step.HOUR, slot, 2 * value) for slot in hours]
    slots += [
        (
            step,
            calendar.interval(step, day[0]),
            value * len(halves),
        )
        for step in (Step.DAY, Step.MONTH, Step.YEAR)
    ]
    rows = tuple(
        Interval(
            "water",
            "water_volume_l",
            step,
            *slot,
            amount,
            coverage=min(1.0, (day[1] - day[0]) / (slot[1] - slot[0])),
            sources="pulses",
        )
        for step, slot, amount in slots
    )
    last = Sample("water", day[1] - 1, {"water_volume_l": index}, origin="pulses")
    return rows, Block.of([last])


def water(slot, value, index_end):
    return said("water_volume_l", slot, value, index_end, "file:grand-lyon", "water")


async def test_between_a_files_last_index_and_the_homes_first_nothing_is_lost(home):
    journal, reads, projector = home
    file_day = (at("2026-06-01"), at("2026-06-02"))
    rows, last = own_day("2026-06-05", 10, 101_480)
    await journal.append([(water(file_day, 300, 100_000),), rows, last])
    for stored in (False, True):
        if stored:
            await projector.project()
        days = reads.merged_columns("water", "water_volume_l", Step.DAY, 0, EVER)
        # from 100,000 to 101,000, where the home began: three days
        assert days.value == [300, 333, 333, 334, 480]
        assert days.sources[1:4] == ["file:grand-lyon+pulses"] * 3
        month = reads.merged_columns("water", "water_volume_l", Step.MONTH, 0, EVER)
        assert month.value == [300 + 1_000 + 480]
        found = reads.reconciled(
            "water",
            "water_volume_l",
            Step.DAY,
            at("2026-06-01"),
            at("2026-06-06"),
            EVER,
        )
        (gap,) = found.gaps
        assert (gap.intervals, gap.filled) == (3, 1_000)


async def test_no_hole_is_filled_over_a_meter_that_was_exchanged(home):
    journal, reads, _ = home
    told, edges = gas_days("2026-06-01", [500, None, 600])
    exchanged = Baseline("gas", edges[1] + 5, "device", {GAS: 10})
    await journal.append([told, exchanged])
    days = reads.merged_columns("gas", GAS, Step.DAY, 0, EVER)
    assert days.value == [500, 600]


async def test_a_correction_of_the_owner_makes_no_index(home):
    journal, reads, _ = home
    rows, last = own_day("2026-06-05", 10, 101_480)
    day = (at("2026-06-01"), at("2026-06-02"))
    word = Correction("water", "water_volume_l", *day, 5, 1)
    await journal.append([(water(day, 300, 100_000),), rows, last, word])
    days = reads.merged_columns("water", "water_volume_l", Step.DAY, 0, EVER)
    assert len(days) == 2


async def test_more_than_can_flow_is_no_consumption(home):
    journal, reads, _ = home
    slots = [(at(f"2026-06-0{n}"), at(f"2026-06-0{n + 1}")) for n in (1, 3)]
    told = (water(slots[0], 300, 100_000), water(slots[1], 300, 9_000_000))
    await journal.append([told])
    days = reads.merged_columns("water", "water_volume_l", Step.DAY, 0, EVER)
    assert days.value == [300, 300]


async def test_days_told_from_eleven_to_eleven_are_civil_days_by_interpolation(home):
    journal, reads, _ = home
    begin = at("2026-06-01 23:00")
    told = tuple(
        said(
            "import_total_wh",
            (begin + n * 86_400_000, begin + (n + 1) * 86_400_000),
            24_000,
            1_000_000 + (n + 1) * 24_000,
            "file:enedis-daily-index",
            "linky",
        )
        for n in range(5)
    )
    await journal.append([told])
    days = reads.merged_columns("linky", "import_total_wh", Step.DAY, 0, EVER)
    # of the days at either end a part alone is known: they are left out
    assert days.value == [24_000] * 3
    assert set(days.quality) == {"interpolated"}
    assert days.start_ms[0] == at("2026-06-03")


async def test_a_tariffs_index_is_spread_over_days_and_never_over_half_hours(home):
    journal, reads, _ = home
    name = "import_tariff01_wh"
    slots = [(at(f"2026-06-0{n}"), at(f"2026-06-0{n + 1}")) for n in (1, 4)]
    told = tuple(
        said(name, slot, 100, index, "file:enedis-daily-index", "linky")
        for slot, index in zip(slots, (1_000, 1_500), strict=True)
    )
    await journal.append([told])
    days = reads.merged_columns("linky", name, Step.DAY, 0, EVER)
    assert days.value == [100, 200, 200, 100]
    assert not len(reads.merged_columns("linky", name, Step.MIN30, 0, EVER))


async def test_a_tariffs_energy_is_its_indexs_never_a_sum_of_half_hours(home):
    """Off-peak hours that begin at 02:26 are in no half-hour of a curve."""
    journal, reads, _ = home
    day = (at("2026-06-01"), at("2026-06-02"))
    curve = tuple(
        Slice(
            "linky",
            "import_load_curve_w",
            day[0] + n * 1_800_000,
            day[0] + (n + 1) * 1_800_000,
            500,
            Quality.RAW,
            "file:enedis-load-curve",
            1,
        )
        for n in range(48)
    )
    told = tuple(
        said(name, day, value, None, "file:enedis-daily-index", "linky")
        for name, value in (
            ("import_tariff01_wh", 3_917),
            ("import_tariff02_wh", 8_083),
        )
    )
    await journal.append([curve])
    for purpose in Purpose:
        for step in (Step.MIN30, Step.DAY, Step.MONTH):
            asked = ("linky", "import_tariff01_wh", step, 0, EVER)
            assert not len(reads.merged_columns(*asked, purpose=purpose))
    assert reads.meters()["linky"] == ("import_total_wh", "import_load_curve_w")
    await journal.append([told])
    for purpose in Purpose:
        for name, value in (
            ("import_tariff01_wh", 3_917),
            ("import_tariff02_wh", 8_083),
            ("import_total_wh", 12_000),
        ):
            asked = ("linky", name, Step.DAY, 0, EVER)
            assert reads.merged_columns(*asked, purpose=purpose).value == [value]


async def test_days_known_whole_are_not_guessed_anew_from_indexes_at_eleven(home):
    journal, reads, _ = home
    begin, name = at("2026-06-01 23:00"), "import_total_wh"
    indexes = tuple(
        said(
            name,
            (begin + n * 86_400_000, begin + (n + 1) * 86_400_000),
            24_000,
            1_000_000 + (n + 1) * 24_000,
            "file:enedis-daily-index",
            "linky",
        )
        for n in range(5)
    )
    days = tuple(
        said(
            name,
            (at(f"2026-06-0{n}"), at(f"2026-06-0{n + 1}")),
            23_000,
            None,
            "file:enedis-daily-energy",
            "linky",
        )
        for n in (3, 4, 5, 6)
    )
    await journal.append([indexes, days])
    found = reads.merged_columns("linky", name, Step.DAY, 0, EVER)
    assert found.value == [23_000] * 4
    # how a day went that is known whole, nobody says
    assert not len(reads.merged_columns("linky", name, Step.MIN30, 0, EVER))
