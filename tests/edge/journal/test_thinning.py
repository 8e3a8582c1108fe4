"""Rows that are kept for so long only leave the journal too, each step by itself."""

from edge.interval import Interval, Step
from edge.journal.bodies import Kind

HALF, DAY = 1_800_000, 86_400_000


def row(step, start_ms, length_ms, meter="linky"):
    return Interval(meter, "import_total_wh", step, start_ms, start_ms + length_ms, 7)


def left(journal):
    return [
        (one.meter, one.step, one.start_ms)
        for record in journal.read(kinds=[Kind.INTERVALS], limit=999)
        for one in record.body
    ]


async def test_half_hours_that_are_old_go_and_days_stay(journal):
    bodies = [
        (row(Step.MIN30, at, HALF), row(Step.DAY, 0, DAY))
        for at in (0, HALF, 2 * HALF, DAY)
    ]
    await journal.append([*bodies, (row(Step.MIN30, 0, HALF, "shed"),)])
    tail = journal.tail
    assert await journal.thin("linky", Step.MIN30, 2 * HALF) == 2
    assert left(journal) == [
        ("linky", Step.DAY, 0),
        ("linky", Step.DAY, 0),
        ("linky", Step.MIN30, 2 * HALF),
        ("linky", Step.DAY, 0),
        ("linky", Step.MIN30, DAY),
        ("linky", Step.DAY, 0),
        ("shed", Step.MIN30, 0),
    ]
    assert journal.tail == tail
    assert await journal.thin("linky", Step.MIN30, 2 * HALF) == 0
    assert await journal.thin("shed", Step.MIN30, DAY) == 1


async def test_an_address_is_not_used_again_when_the_newest_goes(journal, open_journal):
    await journal.append([(row(Step.MIN30, 0, HALF),)])
    tail = journal.tail
    await journal.thin("linky", Step.MIN30, DAY)
    journal.close()
    again = open_journal()
    (next_one,) = await again.append([(row(Step.DAY, 0, DAY),)])
    assert next_one > tail
