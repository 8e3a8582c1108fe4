"""A virtual Linky on a real pseudo-terminal, read as a real one would be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from edge.host import HostClock
from edge.sample import Reading
from edge.sources.linky import LinkySource
from edge.sources.protocol import Source
from teleinfo import aport
from teleinfo.aport import AsyncPort
from teleinfo.diagnosis import Verdict, diagnose
from teleinfo.errors import PortLost
from teleinfo.mode import Mode
from teleinfo.port import Port
from teleinfo.search import Patience
from teleinfo.uart import LineSetting, Parity
from teleinfo.virtual import Faults, MeterSpec, PtyLine, Scenario, VirtualLinky

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

QUICK = Patience(windows_s={9600: 2.0, 1200: 4.0}, silent_s=5.0, deaf_s=3.0)
CLOCK = HostClock(trust=True)


def meter(mode: Mode = Mode.STANDARD, **kw) -> VirtualLinky:
    return VirtualLinky(MeterSpec(mode=mode, **kw), time.time_ns() // 1_000_000)


@asynccontextmanager
async def running(line: PtyLine) -> AsyncIterator[PtyLine]:
    sending = asyncio.create_task(line.run())
    try:
        async with asyncio.timeout(50):
            yield line
    finally:
        sending.cancel()
        await asyncio.wait([sending])


def source(line: PtyLine, **kw) -> LinkySource:
    return LinkySource("linky", line.path, None, CLOCK, patience=QUICK, **kw)


async def first(count: int, readings: AsyncIterator[Reading]) -> list[Reading]:
    got: list[Reading] = []
    async for reading in readings:
        got.append(reading)
        if len(got) == count:
            break
    return got


async def until(readings: AsyncIterator[Reading], name: str) -> Reading:
    async for reading in readings:
        if reading.values.get(name) is not None:
            return reading
    raise AssertionError(name)


@pytest.mark.parametrize("mode", list(Mode))
async def test_the_speed_and_the_mode_are_found(mode):
    async with running(PtyLine(meter(mode))) as line:
        it = source(line)
        assert isinstance(it, Source)
        got = await first(3, aiter(it))
        health = it.health()
    assert it.mode is mode
    assert health.ok
    assert health.gauges["baud"] == mode.baud
    assert got[-1].complete
    assert got[-1].values["import_total_wh"] > 0
    assert it.silent_ms < 60_000


async def test_a_switch_while_it_runs_is_followed_both_ways():
    async with running(PtyLine(meter(Mode.STANDARD))) as line:
        readings = aiter(source(line))
        await until(readings, "voltage_l1_v")
        line.switch(Mode.HISTORIC)
        await until(readings, "max_current_l1_a")
        assert (await anext(readings)).values["import_total_wh"] > 0
        line.switch(Mode.STANDARD)
        await until(readings, "voltage_l1_v")
        assert (await anext(readings)).meter_clock is not None


async def test_a_cable_pulled_and_put_back_goes_on_by_itself(tmp_path):
    async with running(PtyLine(meter(), link=tmp_path / "linky")) as line:
        told = asyncio.Event()

        async def sleep(seconds: float) -> None:
            told.set()
            await asyncio.sleep(seconds / 10)

        it = source(line, sleep=sleep)
        readings = aiter(it)
        await first(1, readings)
        readings = aiter(it)
        waiting = asyncio.create_task(anext(readings))
        await waiting
        line.unplug()
        assert not line.plugged
        told.clear()
        waiting = asyncio.create_task(first(3, readings))
        await told.wait()
        assert not it.health().ok
        assert "no port" in it.health().detail or "went away" in it.health().detail
        line.plug()
        assert len(await waiting) == 3
        assert it.health().ok
        assert it.health().counters["opened"] >= 2


async def test_a_port_that_appears_later_is_waited_for(tmp_path):
    line = PtyLine(meter(), link=tmp_path / "later")
    line.unplug()
    missed = asyncio.Event()

    async def sleep(seconds: float) -> None:
        missed.set()
        await asyncio.sleep(seconds / 10)

    it = LinkySource("linky", line.path, None, CLOCK, patience=QUICK, sleep=sleep)
    waiting = asyncio.create_task(first(1, aiter(it)))
    await missed.wait()
    assert "no port" in it.health().detail
    line.plug()
    async with running(line):
        assert await waiting


async def test_a_wrong_speed_gives_garbage_and_no_group():
    async with running(PtyLine(meter(Mode.HISTORIC))) as line:
        with Port.open(line.path, LineSetting(9600)) as port:
            it = AsyncPort(port)
            heard = b""
            while len(heard) < 100:
                heard += await it.read()
    assert b"PAPP" not in heard
    assert heard.count(0) > 20


@pytest.mark.parametrize(
    ("faults", "parity"),
    [
        (Faults(ber=6e-4), Parity.HARDWARE),
        (Faults(ber=6e-4, eight_bits=True), Parity.SOFTWARE),
    ],
    ids=["hardware", "software"],
)
async def test_on_a_noisy_line_bad_bytes_are_nul_and_no_index_is_false(faults, parity):
    line = PtyLine(meter(), faults=faults)
    home = line.meter.home
    async with running(line):
        it = source(line, parity=parity)
        got = await first(6, aiter(it))
    assert it.health().counters["parity_nuls"] > 0
    assert it.health().refused
    day = home.at(line.meter.start_ms)
    start = day.energy(day.drawn, line.meter.start_ms) // 360
    for reading in got:
        total = reading.values.get("import_total_wh")
        assert total is None or start <= total <= start + 100


async def test_without_a_check_of_parity_the_noise_passes_unseen():
    line = PtyLine(meter(), faults=Faults(ber=3e-3, eight_bits=True))
    async with running(line):
        diagnosis = await diagnose(line.path, 4.0, patience=QUICK)
    assert diagnosis.verdict is Verdict.EIGHT_BITS
    assert "software" in diagnosis.advice


async def test_interrupted_frames_lose_what_was_not_sent_and_no_more():
    line = PtyLine(meter(), faults=Faults(eot_one_in=2, seed=2))
    async with running(line):
        got = await first(6, aiter(source(line)))
    assert {r.complete for r in got} == {True, False}


async def test_a_second_reader_is_refused_and_the_first_goes_on():
    async with running(PtyLine(meter())) as line:
        readings = aiter(source(line))
        await anext(readings)
        refused = asyncio.Event()

        async def sleep(_: float) -> None:
            refused.set()
            await asyncio.Event().wait()

        second = source(line, sleep=sleep)
        trying = asyncio.create_task(anext(aiter(second)))
        await refused.wait()
        trying.cancel()
        assert "held by another program" in second.health().detail
        assert await anext(readings)


async def test_one_wake_up_takes_everything_that_waits():
    async with running(PtyLine(meter())) as line:
        with Port.open(line.path) as port:
            it = AsyncPort(port)
            heard = b""
            while len(heard) < 2000:
                heard += await it.read()
            # 2,000 bytes take 2 s: byte by byte it would be 2,000 reads.
            assert port.reads < 60
            assert port.bytes == len(heard)


async def test_a_silent_port_gives_nothing_in_its_time_and_a_lost_one_an_error():
    line = PtyLine(meter())
    with Port.open(line.path) as port:
        it = AsyncPort(port)
        assert await it.read(0.05) == b""
        waiting = asyncio.create_task(it.read(20))
        await asyncio.sleep(0)
        line.unplug()
        with pytest.raises(PortLost):
            await waiting


class Fast:
    """A port that always has that many bytes."""

    setting = LineSetting(9600)

    def __init__(self, size: int) -> None:
        self.size = size

    def read(self) -> bytes:
        return b"x" * self.size


async def test_it_rests_after_a_read_unless_bytes_come_faster_than_any_line():
    now = asyncio.get_running_loop().time()
    slow, fast = AsyncPort(Fast(100), 3600), AsyncPort(Fast(4000), 3600)
    assert len(await slow.read()) == 100
    assert slow._rest_until >= now + 3600
    for _ in range(3):
        assert len(await fast.read()) == 4000


async def test_frames_under_asyncio_in_three_lines():
    async with running(PtyLine(meter())) as line:
        async for frame in aport.frames(line.path):
            assert frame.mode is Mode.STANDARD
            if frame.complete:
                break


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_good_line_is_told_to_be_good(mode):
    async with running(PtyLine(meter(mode))) as line:
        diagnosis = await diagnose(line.path, 8.0, patience=QUICK)
    assert diagnosis.verdict is Verdict.GOOD
    assert (diagnosis.mode, diagnosis.baud) == (mode, mode.baud)
    assert diagnosis.refused == {}
    assert diagnosis.nuls == 0


async def test_a_noisy_line_is_told_to_be_noisy():
    async with running(PtyLine(meter(), faults=Faults(ber=1e-3))) as line:
        diagnosis = await diagnose(line.path, 5.0, patience=QUICK)
    assert diagnosis.verdict is Verdict.NOISY
    assert diagnosis.refused_share > 0.02
    assert "resistor" in diagnosis.advice


async def test_a_dead_line_is_told_to_be_silent():
    line = PtyLine(meter())
    diagnosis = await diagnose(line.path, 0.5, patience=QUICK)
    assert diagnosis.verdict is Verdict.SILENT
    assert diagnosis.mode is diagnosis.baud is None
    line.unplug()


async def test_garbage_is_told_apart_from_silence():
    async with running(PtyLine(meter(Mode.HISTORIC))) as line:
        diagnosis = await diagnose(line.path, 1.5, mode=Mode.STANDARD, patience=QUICK)
    assert diagnosis.verdict is Verdict.GARBLED


async def test_a_scenario_happens_and_is_told(tmp_path):
    line = PtyLine(meter(), link=tmp_path / "linky")
    told: list[str] = []
    scenario = Scenario((0.01, 0.2), unplugged_s=0.05, switch_at_s=0.1)
    async with running(line):
        await scenario.play(line, told.append)
        assert line.plugged
        assert line.meter.mode is Mode.HISTORIC
    assert told.count("unplugged") == 2
    assert "switched to historic mode" in told
    assert not line.plugged
    assert not (tmp_path / "linky").is_symlink()


async def test_it_sends_at_its_true_speed_and_as_many_times_it_as_asked():
    async with running(PtyLine(meter(), speed=50)) as line:
        readings = await first(40, aiter(source(line)))
    # A second of 50 times the speed: its clock tells that time went so.
    lasted = readings[-1].meter_clock.at_ms - readings[0].meter_clock.at_ms
    seen = readings[-1].seen.wall_ms - readings[0].seen.wall_ms
    assert lasted > 3 * seen
