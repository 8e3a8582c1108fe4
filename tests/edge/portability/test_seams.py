"""Where two homes' rows meet: what stood stays, what is new goes on from it."""

from __future__ import annotations

import pytest
from importing_home import EVER, PARIS
from packed_house import FIRST_MS, table

from edge.calendar import Calendar
from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.roller.consumer import RollerConsumer
from edge.rollup.part import Slot, add, part_of
from edge.sample import Sample

OF = ("linky", "import_total_wh")
HALF_MS = 1_800_000
CALENDAR = Calendar(PARIS)


def counted(first, last, value):
    """A home's rows over half-hours [first, last), each whole as far as it knows."""
    halves = [
        Interval(*OF, Step.MIN30, at, at + HALF_MS, value)
        for at in range(FIRST_MS + first * HALF_MS, FIRST_MS + last * HALF_MS, HALF_MS)
    ]
    bodies, rows = [tuple(halves)], halves
    for step in INTERVAL_STEPS[1:]:
        wholes = {}
        for row in rows:
            wholes.setdefault(CALENDAR.interval(step, row.start_ms), []).append(row)
        rows = [
            Slot(*OF, step, *span).row(add([part_of(one) for one in some]), 1)
            for span, some in wholes.items()
        ]
        bodies.append(tuple(rows))
    return bodies


def known(house, step):
    rows = house.reads.interval_columns(*OF, step, 0, EVER, 10_000)
    return list(zip(rows.value, rows.coverage, strict=True))


@pytest.fixture
async def met(house, new):
    """Two days in the old home, two in the new; they meet in the second's middle."""
    await house.journal.append(counted(0, 70, 100))
    await new.journal.append(counted(68, 144, 7))
    for one in (house, new):
        await one.project()
    return await new.unpacked(house.written())


@pytest.mark.usefixtures("met")
async def test_what_the_new_home_counted_itself_stays(new):
    halves = known(new, Step.MIN30)
    assert [value for value, _ in halves] == [100] * 68 + [7] * 76


async def test_the_day_in_which_they_meet_is_whole(met, new):
    days = known(new, Step.DAY)
    assert days == [
        (4800, 1.0),
        (pytest.approx(20 * 100 + 28 * 7), 1.0),
        (48 * 7, 1.0),
    ]
    assert met.summed


@pytest.mark.usefixtures("met")
async def test_and_so_are_its_month_and_its_year(new):
    whole = 68 * 100 + 76 * 7
    assert known(new, Step.MONTH)[0][0] == whole
    assert known(new, Step.YEAR)[0][0] == whole


@pytest.mark.usefixtures("met")
async def test_taken_again_nothing_changes(house, new):
    tail = new.journal.tail
    again = await new.unpacked(house.written())
    assert (again.rows, again.summed) == (0, 0)
    assert new.journal.tail == tail


async def test_a_meter_that_goes_on_counting_changes_nothing_of_what_moved_in(
    house, new
):
    await house.live(halves=60)
    pack = house.written()
    await new.unpacked(pack)
    roller = RollerConsumer(new.journal, new.reads)
    first_ms = FIRST_MS + 70 * HALF_MS
    for number in range(200):
        at_ms = first_ms + number * 60_000
        values = {"import_total_wh": 5_000_000 + number}
        new.journal.add_sample(Sample("linky", at_ms, values))
    await new.journal.commit()
    await roller.start()
    await roller.catch_up()
    await new.project()
    moved = {(r["meter"], r["register"], r["step"], r["start"]) for r in table(pack)}
    again = table(new.written())
    known = [
        row
        for row in again
        if (row["meter"], row["register"], row["step"], row["start"]) in moved
    ]
    assert known == table(pack)
    assert len(again) > len(known)
