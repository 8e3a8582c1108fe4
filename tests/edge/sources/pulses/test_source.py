"""A source of pulses: what it says is on the disk, and what it missed is known."""

import asyncio
import random
from contextlib import aclosing

import pytest
from pulse_contacts import MS, T0_NS, FakeClock, FakeLine, meter, pulse

from edge.errors import DiskFull, SourceError
from edge.sources.protocol import Source
from edge.sources.pulses import LineError, PulseSettings, WaterPulses
from edge.sources.pulses.count_file import FILE, Count, PulseCounts
from edge.sources.settable import SettableIndex


def settings(**more):
    table = {"gpio": 17, "qmax_m3_h": 5, "index_m3": 562.362, **more}
    return PulseSettings.from_table(table, WaterPulses.fluid)


async def nap(_seconds):
    await asyncio.sleep(0)


def source(tmp_path, clock, *lines, **more):
    waiting = list(lines)

    def open_line():
        if not waiting:
            raise LineError("no such line")
        line = waiting.pop(0)
        if isinstance(line, Exception):
            raise line
        return line

    return WaterPulses(
        "water", settings(**more), tmp_path, clock, open_line, sleep=nap, commit_ns=0
    )


async def take(made, until):
    """Give readings up to the first that satisfies `until`."""
    found = []
    async with aclosing(aiter(made)) as readings:
        async for reading in readings:
            found.append(reading)
            if until(reading):
                return found
    return found


def index(reading):
    return reading.values["water_volume_l"]


def test_it_is_a_source_with_an_index_to_set(tmp_path, clock):
    made = source(tmp_path, clock)
    assert isinstance(made, Source)
    assert isinstance(made, SettableIndex)


async def test_it_begins_with_the_index_of_the_configuration(tmp_path, clock):
    (first,) = await take(source(tmp_path, clock, FakeLine(clock)), lambda _: True)
    assert first.values == {"water_volume_l": 562_362}
    assert first.origin == "pulses"
    assert first.meter_clock is None


async def test_each_pulse_is_a_reading_at_its_own_instant(tmp_path, clock):
    rng = random.Random(4)
    ends = [T0_NS + n * 1_000 * MS + 250 * MS for n in range(1, 6)]
    flanks = [f for end in ends for f in pulse(rng, end - 100 * MS, 100)]
    made = source(tmp_path, clock, FakeLine(clock, flanks))
    found = await take(made, lambda one: index(one) == 562_367)
    pulses = found[1:]
    assert [index(one) for one in pulses] == list(range(562_363, 562_368))
    for one, end_ns in zip(pulses, ends, strict=True):
        assert 0 <= one.seen.monotonic_ns - end_ns < 6 * MS  # once it had bounced
    walls = [one.seen.wall_ms for one in found]
    assert walls == sorted(set(walls))


async def test_what_is_said_is_on_the_disk_already(tmp_path, clock):
    flanks = list(meter(random.Random(5), 40))
    made = source(tmp_path, clock, FakeLine(clock, flanks))
    async with aclosing(aiter(made)) as readings:
        async for reading in readings:
            other = PulseCounts(tmp_path / FILE)
            assert other.load("water").index_ml >= index(reading) * 1000
            other.close()
            if index(reading) == 562_402:
                break


async def test_an_index_that_stands_is_said_again(tmp_path, clock):
    made = source(tmp_path, clock, FakeLine(clock))
    found = []
    async with aclosing(aiter(made)) as readings:
        async for reading in readings:
            found.append(reading)
            if len(found) == 3:
                break
            clock.at_ns += 40_000 * MS
            made._news.set()
    assert {index(one) for one in found} == {562_362}


async def test_a_restart_goes_on_and_notes_what_it_may_have_missed(tmp_path, clock):
    made = source(tmp_path, clock, FakeLine(clock, list(meter(random.Random(6), 30))))
    await take(made, lambda one: index(one) == 562_392)
    clock.at_ns += 3_600_000 * MS
    again = source(tmp_path, clock, FakeLine(clock), index_m3=1)
    (first,) = await take(again, lambda _: True)
    assert index(first) == 562_392  # the configuration says where it began, once
    kept = PulseCounts(tmp_path / FILE)
    (span,) = kept.uncounted("water")
    kept.close()
    assert 3_600_000 <= span.length_ms < 3_601_000
    assert again.health().counters["uncounted_spans"] == 1


async def test_a_line_that_fails_is_opened_again(tmp_path, clock):
    broken = FakeLine(clock)
    broken.broken = True
    made = source(tmp_path, clock, LineError("busy"), broken, FakeLine(clock))
    await take(made, lambda _: True)
    assert broken.closed
    assert made.health().ok
    assert made.health().counters["opened"] == 2


class Lost(FakeLine):
    """A line that is lost soon after it has said all it had to."""

    quiet = 0

    def read(self):
        self.quiet = 0 if self.waiting else self.quiet + 1
        self.broken = self.quiet > 4
        return super().read()


async def test_what_waits_when_a_line_is_lost_is_kept_at_once(tmp_path, clock):
    """Else a cut before the line is back would take it, however much later it comes."""
    rng = random.Random(3)
    line = Lost(clock, pulse(rng, T0_NS, 90))
    made = source(tmp_path, clock, line)
    made._commit_ns = 1_000 * MS
    async with aclosing(aiter(made)) as readings:
        while index(await anext(readings)) < 562_363:
            pass
        line.quiet = 0
        line.add(pulse(rng, clock.at_ns + 100 * MS, 90))
        assert index(await anext(readings)) == 562_364
        assert line.broken
        kept = PulseCounts(tmp_path / FILE)
        assert kept.load("water").pulses == 2
        kept.close()


async def test_a_line_that_is_not_there_is_told(tmp_path, clock):
    told = asyncio.Event()

    async def sleep(_seconds):
        told.set()
        await asyncio.Event().wait()

    made = source(tmp_path, clock, LineError("busy"))
    made._sleep = sleep
    task = asyncio.create_task(take(made, lambda _: True))
    await told.wait()
    assert not made.health().ok
    assert made.health().detail == "busy"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_full_disk_shows_nothing_and_loses_nothing(
    tmp_path, clock, monkeypatch
):
    refusals = 5

    def save(self, meter, count, real=PulseCounts.save):
        nonlocal refusals
        if count.pulses and refusals:
            refusals -= 1
            raise DiskFull("the disk takes nothing more")
        real(self, meter, count)

    monkeypatch.setattr(PulseCounts, "save", save)
    made = source(tmp_path, clock, FakeLine(clock, list(meter(random.Random(7), 20))))
    found = await take(made, lambda one: index(one) == 562_382)
    assert [index(one) for one in found] == list(range(index(found[0]), 562_383))
    assert refusals == 0
    assert made.health().ok


async def test_the_owner_sets_the_index_and_it_goes_on_from_there(tmp_path, clock):
    first = FakeLine(clock)
    made = source(tmp_path, clock, first)
    async with aclosing(aiter(made)) as readings:
        await anext(readings)
        changed = await made.set_index(562_400)
        assert (changed.before_l, changed.after_l) == (562_362, 562_400)
        assert changed.missed_l == 38
        assert changed.register == "water_volume_l"
        assert index(await anext(readings)) == 562_400
        first.add(pulse(random.Random(8), clock.at_ns + 100 * MS, 100))
        assert index(await anext(readings)) == 562_401


async def test_setting_the_index_settles_what_was_missed(tmp_path, clock):
    for _ in range(3):
        await take(source(tmp_path, clock, FakeLine(clock)), lambda _: True)
        clock.at_ns += 60_000 * MS
    made = source(tmp_path, clock, FakeLine(clock))
    async with aclosing(aiter(made)) as readings:
        await anext(readings)
        assert len((await made.set_index(562_370)).uncounted) == 3
        assert (await made.set_index(562_370)).uncounted == ()


async def test_without_a_line_it_waits_and_counts_nothing(tmp_path, clock):
    made = WaterPulses("water", settings(), tmp_path, clock, None, sleep=nap)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await take(made, lambda _: True)
    assert made.health().ok
    with pytest.raises(SourceError, match="no pulse line"):
        await made.set_index(1)


async def test_who_is_stopped_within_a_commit_keeps_what_it_wrote(
    tmp_path, monkeypatch
):
    begun, go = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    clock = FakeClock()

    def save(self, meter, count, real=PulseCounts.save):
        if count.pulses:
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(go.wait(), loop).result()
        real(self, meter, count)

    made = source(tmp_path, clock, FakeLine(clock, list(meter(random.Random(9), 1))))
    monkeypatch.setattr(PulseCounts, "save", save)
    task = asyncio.create_task(take(made, lambda one: index(one) == 562_363))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    monkeypatch.undo()
    go.set()
    await asyncio.gather(task, return_exceptions=True)
    kept = PulseCounts(tmp_path / FILE)
    assert kept.load("water").index_ml == 562_363_000
    kept.close()


def test_a_damaged_file_is_set_aside(tmp_path):
    (tmp_path / FILE).write_bytes(b"no database at all, and long enough" * 100)
    counts = PulseCounts(tmp_path / FILE)
    assert counts.set_aside is not None
    assert counts.load("water") is None
    counts.save("water", Count(1, 1, 1))
    assert counts.load("water") == Count(1, 1, 1)
    counts.close()
