"""What is let go was read by all, or leaves a gap that says what went."""

from __future__ import annotations

import pytest

import edge.journal.consumer_door
from edge.errors import JournalError
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.journal import Block
from edge.record import Address, Baseline, Correction, Lane
from edge.sample import Gap, Quality, Sample, Slice

PRESENT, HISTORY = Lane


def said(n: int, meter: str = "linky", note: str = "") -> tuple[Slice, ...]:
    start_ms = 10 * n
    return (Slice(meter, "a", start_ms, start_ms + 1, n, Quality.RAW, note, 0),)


async def filled(journal, count: int = 6, lane: Lane = PRESENT) -> list[Address]:
    return [(await journal.append([said(n)], lane=lane))[0] for n in range(count)]


def told(journal) -> list[object]:
    return [record.body for record in journal.read(limit=100_000)]


async def test_without_consumers_everything_up_to_an_address_goes(journal):
    addresses = await filled(journal)
    assert await journal.forget(addresses[3]) == 4
    assert [r.address for r in journal.read()] == addresses[4:]


async def test_what_a_consumer_has_not_read_stays(journal):
    addresses = await filled(journal)
    await journal.move("quick", PRESENT, addresses[5])
    await journal.move("slow", PRESENT, addresses[1])
    assert await journal.forget(addresses[3]) == 2
    assert [r.address for r in journal.read()] == addresses[2:]


async def test_a_lane_is_held_back_by_its_own_readers_alone(journal):
    present = await filled(journal, 3)
    history = await filled(journal, 3, HISTORY)
    await journal.register("store", [HISTORY])
    assert await journal.forget(history[-1]) == 3
    assert [r.address for r in journal.read()] == history
    assert present[0] not in [r.address for r in journal.read()]


async def test_by_force_a_slow_consumer_reads_a_gap_in_the_place_of_what_went(journal):
    addresses = await filled(journal)
    await journal.append([said(0, "other")])
    await journal.move("slow", PRESENT, addresses[1])
    await journal.forget(addresses[4], force=True)
    gap, left, other = journal.read(journal.cursor("slow", PRESENT))
    assert gap.body == Gap("linky", 20, 41, "pruned")
    assert (gap.address, left.address) == (addresses[4], addresses[5])
    assert other.meter == "other"


async def test_gaps_grow_together_and_go_when_read(journal):
    addresses = await filled(journal)
    await journal.register("slow", [PRESENT])
    await journal.forget(addresses[2], force=True)
    await journal.forget(addresses[4], force=True)
    assert told(journal) == [Gap("linky", 0, 41, "pruned"), said(5)]
    await journal.move("slow", PRESENT, addresses[4])
    await journal.forget(addresses[4])
    assert told(journal) == [said(5)]


async def test_one_gap_is_told_a_meter_and_lane(journal):
    await journal.append([said(1), said(2), said(1, "other")])
    last = (await journal.append([said(4)], lane=HISTORY))[0]
    await journal.register("slow")
    await journal.forget(last, force=True)
    gaps = [(r.lane, r.body) for r in journal.read()]
    assert gaps == [
        (PRESENT, Gap("linky", 10, 21, "pruned")),
        (PRESENT, Gap("other", 10, 11, "pruned")),
        (HISTORY, Gap("linky", 40, 41, "pruned")),
    ]


async def test_the_owners_words_stay_for_ever(journal):
    baseline = Baseline("linky", 1, "new meter", {"a": 5})
    correction = Correction("linky", "a", 1, 2, 3, 4)
    last = (await journal.append([said(1), baseline, correction]))[-1]
    await journal.register("slow")
    await journal.forget(last, force=True)
    assert journal.baselines("linky") == [baseline]
    assert journal.corrections("linky") == [correction]
    assert journal.baselines("other") == []


async def test_the_last_word_of_each_meter_stays(journal):
    for meter in ("linky", "gazpar"):
        for n in range(3):
            await journal.append([Block.of([Sample(meter, n, {"a": n})])])
    last = (await filled(journal, 1))[0]
    await journal.forget(last)
    assert journal.last_sample("linky") == Sample("linky", 2, {"a": 2})
    assert journal.last_sample("gazpar") == Sample("gazpar", 2, {"a": 2})
    assert len(journal.read()) == 2


async def test_an_address_is_not_used_again_when_the_newest_went(journal, open_journal):
    last = (await filled(journal))[-1]
    await journal.forget(last)
    assert told(journal) == []
    journal.close()
    again = open_journal()
    assert (await again.append([said(9)]))[0] == Address(last.epoch, last.seq + 1)


async def test_what_the_journal_does_not_reach_is_not_forgotten(journal):
    last = (await filled(journal))[-1]
    with pytest.raises(JournalError, match="as far as"):
        await journal.forget(Address(last.epoch, last.seq + 1))


async def test_the_cap_of_days_wins_over_a_slow_consumer(journal, monkeypatch):
    await filled(journal)
    await journal.register("slow", [PRESENT])
    assert await journal.keep_within(days=1, max_bytes=1 << 30) == 0
    clock = edge.journal.consumer_door
    monkeypatch.setattr(clock, "wall_ms", lambda now=clock.wall_ms: now() + 90_000_000)
    await journal.keep_within(days=1, max_bytes=1 << 30)
    assert told(journal) == [Gap("linky", 0, 51, "pruned")]


async def test_the_cap_of_bytes_keeps_the_newest_and_reuses_the_room(journal, home):
    await journal.register("slow", [PRESENT])
    size = 0
    for turn in range(30):
        bodies = [said(turn, note="".join(map(str, range(n)))) for n in range(100, 300)]
        await journal.append(bodies)
        await journal.keep_within(days=9, max_bytes=200_000)
        assert journal.used_bytes() <= 200_000
        if turn == 10:
            size = (home / "journal.db").stat().st_size
    assert told(journal)[-1] == bodies[-1]
    assert told(journal)[0].reason == "pruned"
    assert (home / "journal.db").stat().st_size <= max(size, 200_000) * 2


async def test_intervals_and_events_outlive_the_cap_of_days(journal, monkeypatch):
    row = (Interval("linky", "a", Step.DAY, 1, 2, 3),)
    event = Event("linky", 1, EventKind.TARIFF)
    await journal.append([said(1), row, event, said(2)])
    clock = edge.journal.consumer_door
    monkeypatch.setattr(clock, "wall_ms", lambda now=clock.wall_ms: now() + 90_000_000)
    await journal.keep_within(days=1, max_bytes=1 << 30)
    assert told(journal) == [row, event]


async def test_for_the_cap_of_bytes_they_go_once_nothing_else_is_left(journal):
    note = "".join(map(str, range(200)))
    event = Event("linky", 1, EventKind.MESSAGE, {"note": note})
    await journal.append([event] * 50 + [said(n, note=note) for n in range(50)])
    await journal.keep_within(days=9, max_bytes=journal.used_bytes() - 1)
    left = told(journal)
    assert left.count(event) == 50
    assert len(left) < 100
    await journal.forget(journal.tail)
    assert told(journal) == [event] * 50
    await journal.keep_within(days=9, max_bytes=journal.used_bytes() - 4_000)
    assert 0 < told(journal).count(event) < 50


async def test_an_empty_journal_has_nothing_to_let_go(journal):
    assert await journal.keep_within(days=0, max_bytes=0) == 0
