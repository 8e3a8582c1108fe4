"""A Linky's source outlives its port: it waits, says so once, and comes back."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import pytest

from edge.host import HostClock
from edge.sources import linky
from edge.sources.linky import FIRST_DELAY_S, LAST_DELAY_S, LinkySource
from teleinfo.errors import PortBusy, PortLost, PortMissing
from teleinfo.mode import Mode
from teleinfo.uart import LineSetting
from teleinfo.virtual import MeterSpec, VirtualLinky

NOON = 1_768_388_400_000
CLOCK = HostClock(trust=True)
FRAMES = list(VirtualLinky(MeterSpec(), NOON).frames(NOON, NOON + 5000))


class Stop(Exception):
    """Ends a source that would go on for ever."""


class FakePort:
    """Gives what it holds, then what ends it."""

    def __init__(self, *script: bytes | BaseException) -> None:
        self.script = list(script)
        self.setting = LineSetting()
        self.tuned: list[int] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def read(self) -> bytes:
        step = self.script.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step

    def tune(self, baud: int) -> None:
        self.tuned.append(baud)


@pytest.fixture
def opened(monkeypatch):
    """Have each opening of the port give, or raise, the next of a list."""
    turns: list[FakePort | Exception] = []

    def open_(*_):
        turn = turns.pop(0)
        if isinstance(turn, Exception):
            raise turn
        return turn

    monkeypatch.setattr(linky.Port, "open", open_)
    return turns


async def run(turns: int, **kw):
    """Give (source, its readings, its waits) once it has waited so many times."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == turns:
            raise Stop

    source = LinkySource("linky", "/dev/x", None, CLOCK, sleep=sleep, pause_s=0, **kw)
    readings = []
    with suppress(Stop):
        async for reading in source:
            readings.append(reading)  # noqa: PERF401 - a comprehension loses them
    return source, readings, waits


async def test_a_port_that_stays_away_is_asked_less_and_less_often(opened):
    opened += [PortMissing("no port")] * 9
    _, _, waits = await run(9)
    assert 0.8 * FIRST_DELAY_S <= waits[0] <= 1.2 * FIRST_DELAY_S
    for turn, wait in enumerate(waits):
        longest = min(FIRST_DELAY_S * 2**turn, LAST_DELAY_S)
        assert 0.8 * longest <= wait <= 1.2 * longest


async def test_after_frames_it_is_asked_again_soon(opened):
    lost = PortLost("gone")
    opened += [PortMissing("no")] * 5 + [FakePort(*FRAMES, lost)]
    source, readings, waits = await run(6)
    assert waits[-1] <= 1.2 * FIRST_DELAY_S
    assert len(readings) == len(FRAMES)
    assert source.health().counters["lost"] == 1


async def test_a_trouble_is_logged_once_and_a_new_one_again(opened, caplog):
    missing, busy = PortMissing("no port"), PortBusy("held")
    opened += [missing, missing, missing, busy, busy, missing]
    with caplog.at_level(logging.WARNING):
        source, _, _ = await run(6)
    said = [record.getMessage() for record in caplog.records]
    assert said == ["linky: no port", "linky: held", "linky: no port"]
    health = source.health()
    assert not health.ok
    assert health.detail == "no port"


async def test_what_a_pulled_cable_left_of_a_frame_is_given(opened):
    opened.append(FakePort(*FRAMES[:2], FRAMES[2][:400], PortLost("gone")))
    _, readings, _ = await run(1)
    assert [r.complete for r in readings] == [True, True, False]
    assert readings[-1].values["import_total_wh"] > 0


async def test_each_opening_starts_at_the_speed_that_was_good(opened):
    first = FakePort(*FRAMES, PortLost("gone"))
    second = FakePort(*FRAMES, PortLost("gone"))
    opened += [first, second]
    source, readings, _ = await run(2)
    assert second.tuned[0] == 9600
    assert len(readings) == 2 * len(FRAMES)
    assert source.health().counters["opened"] == 2
    assert source.mode is Mode.STANDARD


async def test_its_health_counts_what_was_heard(opened):
    damaged = FRAMES[1].replace(b"EAST", b"EA\x00T")
    opened.append(FakePort(FRAMES[0], damaged, PortLost("gone")))
    source, _, _ = await run(1)
    health = source.health()
    assert health.name == "source:linky"
    assert health.counters["bytes"] == len(FRAMES[0]) + len(FRAMES[1])
    assert health.counters["frames"] == 2
    assert health.counters["accepted"] == 38 + 37
    assert health.counters["parity_nuls"] == 1
    assert sum(health.refused.values()) == 1
    assert health.gauges["last_frame_at_ms"] > 0


async def test_before_any_frame_it_does_not_say_when_the_last_one_was(opened):
    opened.append(PortMissing("no port"))
    source, _, _ = await run(1)
    assert "last_frame_at_ms" not in source.health().gauges


async def test_silence_is_not_well(opened):
    opened.append(FakePort(*FRAMES, PortLost("gone")))
    source, _, _ = await run(1, silence_ms=0)
    assert not source.health().ok


async def test_its_loop_gives_a_sign_of_life_without_a_meter(opened):
    opened += [PortMissing("no port")] * 3
    before = CLOCK.now().monotonic_ns
    source, _, _ = await run(3)
    assert source.beat_ns > before


async def test_being_stopped_is_no_trouble(opened):
    opened.append(FakePort(*FRAMES, asyncio.CancelledError()))
    source = LinkySource("linky", "/dev/x", None, CLOCK, pause_s=0)
    with pytest.raises(asyncio.CancelledError):
        async for _ in source:
            pass
    assert source.health().ok
