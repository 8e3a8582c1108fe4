"""The sources of a home compared out of either store, and before any has them."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from edge.calendar import Calendar, calendar_of
from edge.catalogue import Fluid
from edge.interval import Interval, Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.reads import Reads
from edge.roller.roller import Counting
from edge.sample import Quality, Slice, millis
from edge.stores.projector import Projector

PARIS = ZoneInfo("Europe/Paris")
FLUIDS = {"linky": Fluid.ELECTRICITY, "gas": Fluid.GAS, "water": Fluid.WATER}


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


def rows(meter, register, span, value):
    """Give half-hours, and the days that they make, of one amount each."""
    calendar = calendar_of(FLUIDS[meter], PARIS)
    for step in (Step.MIN30, Step.DAY):
        edges = calendar.boundaries(step, *span).tolist()
        yield tuple(
            Interval(
                meter,
                register,
                step,
                start,
                end,
                value * (end - start) // 1_800_000,
                sources="pulses" if meter != "linky" else "tic",
            )
            for start, end in pairwise(edges)
        )


def days(meter, register, span, values, origin):
    edges = calendar_of(FLUIDS[meter], PARIS).boundaries(Step.DAY, *span).tolist()
    slots = zip(edges[:-1], edges[1:], values, strict=True)
    return tuple(
        Slice(meter, register, start, end, value, Quality.RAW, origin, 1)
        for start, end, value in slots
        if value is not None
    )


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
async def test_pulses_against_grdfs_days_and_gaps_on_both_dst_days(home, day):
    journal, reads, projector = home
    noon = at(f"{day} 12:00")
    calendar = calendar_of(Fluid.GAS, PARIS)
    first, until = calendar.interval(Step.DAY, noon)
    span = (first, calendar.interval(Step.DAY, noon + 3 * 86_400_000)[1])
    halves, whole = rows("gas", "gas_volume_l", (first, until), 10)
    told = days("gas", "gas_volume_l", span, [460, None, None, 480], "file:grdf")
    await journal.append([halves, whole, told])
    for stored in (False, True):
        if stored:
            await projector.project()
        found = reads.reconciled("gas", "gas_volume_l", Step.DAY, *span, 1 << 50)
        (account,) = found.accounts
        assert (len(account.rows), account.alone) == (1, 1)
        assert account.own == 10 * len(halves)
        assert account.theirs == 460
        (gap,) = found.gaps
        edges = calendar.boundaries(Step.DAY, *span).tolist()
        assert (gap.start_ms, gap.end_ms, gap.intervals) == (edges[1], edges[3], 2)


async def test_water_of_the_grand_lyon_against_a_counted_meter(home):
    journal, reads, projector = home
    span = (at("2026-06-01"), at("2026-06-04"))
    told = days("water", "water_volume_l", span, [470, 480, 500], "file:grand-lyon")
    await journal.append([*rows("water", "water_volume_l", span, 10), told])
    for stored in (False, True):
        if stored:
            await projector.project()
        found = reads.reconciled("water", "water_volume_l", Step.DAY, *span, 1 << 50)
        (account,) = found.accounts
        assert [row.difference for row in account.rows] == [-10, 0, 20]
        assert (account.differing, account.theirs - account.own) == (2, 10)
        assert found.gaps == ()


async def test_the_meters_own_curve_and_enedis_against_the_indexes(home):
    journal, reads, projector = home
    span = (at("2026-10-25"), at("2026-10-26"))
    edges = Calendar(PARIS).boundaries(Step.MIN30, *span).tolist()
    curves = [
        tuple(
            Slice(
                "linky",
                "import_load_curve_w",
                start,
                end,
                watts,
                Quality.RAW,
                origin,
                1,
            )
            for start, end in pairwise(edges)
        )
        for origin, watts in (("tic", 20), ("file:enedis-load-curve", 24))
    ]
    daily = days("linky", "import_total_wh", span, [501], "file:enedis-daily-energy")
    halves, _ = rows("linky", "import_total_wh", span, 10)
    await journal.append([halves[:40], *curves, daily])
    for stored in (False, True):
        if stored:
            await projector.project()
        found = reads.reconciled("linky", "import_total_wh", Step.DAY, *span, 1 << 50)
        tic, enedis_day, enedis_curve = found.accounts
        # the curve is compared with the indexes, and is the home where they aren't
        assert (tic.origin, len(tic.rows), tic.differing) == ("tic", 40, 0)
        assert (enedis_day.own, enedis_day.theirs) == (500, 501)
        assert (len(enedis_curve.rows), enedis_curve.differing) == (50, 50)
        assert enedis_curve.theirs - enedis_curve.own == 100
        assert found.gaps == ()
