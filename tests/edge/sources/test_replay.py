"""A capture is played to its end, dated as it was recorded, at the speed asked."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from edge.host import HostClock
from edge.sample import HostInstant, Reading
from edge.sources.protocol import Source
from edge.sources.replay import ReplaySource
from teleinfo.capture import CaptureWriter
from teleinfo.errors import SourceError
from teleinfo.mode import Mode
from teleinfo.virtual import MeterSpec, VirtualLinky

NOON = int(datetime(2026, 1, 14, 11, tzinfo=UTC).timestamp()) * 1000
NOW = NOON + 10**9


@dataclass
class FakeClock:
    """A clock that only sleeping moves."""

    monotonic_ns: int = 0
    slept: list[float] = field(default_factory=list)

    def now(self) -> HostInstant:
        return HostInstant(NOW, self.monotonic_ns, synchronised=True, boot_id="b")

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.monotonic_ns += int(seconds * 1e9)


async def played(path: Path, speed: float | None = None, **kw) -> list[Reading]:
    clock = FakeClock()
    source = ReplaySource("linky", path, speed, clock, sleep=clock.sleep, **kw)
    return [reading async for reading in source]


def timed(path: Path, mode: Mode = Mode.STANDARD) -> Path:
    stream = io.BytesIO()
    writer = CaptureWriter(stream, NOON, mode.baud)
    meter = VirtualLinky(MeterSpec(mode=mode), NOON)
    for at_ms, frame in meter.timed_frames(NOON, NOON + 20_000):
        writer.write(frame, at_ms + 950)
    path.write_bytes(stream.getvalue())
    return path


def plain(path: Path, mode: Mode, minutes: float = 1) -> Path:
    meter = VirtualLinky(MeterSpec(mode=mode), NOON)
    end_ms = NOON + int(minutes * 60_000)
    path.write_bytes(b"".join(meter.frames(NOON, end_ms)))
    return path


async def test_readings_are_dated_as_recorded(tmp_path):
    got = await played(timed(tmp_path / "c"))
    assert got[0].seen.wall_ms == NOON + 950
    assert all(900 < b.seen.wall_ms - a.seen.wall_ms < 960 for a, b in pairwise(got))
    (boot_id,) = {r.seen.boot_id for r in got}
    again = await played(timed(tmp_path / "again"))
    assert boot_id != again[0].seen.boot_id  # another replay never dates what it held
    assert all(r.seen.synchronised for r in got)
    assert len(got) == 22


@pytest.mark.parametrize(("speed", "expected_s"), [(1.0, 19.4), (10.0, 1.94)])
async def test_it_takes_the_time_that_it_took_over_the_speed(
    tmp_path, speed, expected_s
):
    clock = FakeClock()
    source = ReplaySource("l", timed(tmp_path / "c"), speed, clock, sleep=clock.sleep)
    assert len([reading async for reading in source]) == 22
    assert clock.monotonic_ns / 1e9 == pytest.approx(expected_s, rel=0.02)


async def test_at_full_speed_it_only_gives_the_loop_its_turn(tmp_path):
    clock = FakeClock()
    path = plain(tmp_path / "c", Mode.STANDARD, 3)
    source = ReplaySource("linky", path, None, clock, sleep=clock.sleep)
    count = len([reading async for reading in source])
    assert clock.slept == [0] * (count // 64)
    assert count > 128


async def test_without_timings_the_meters_own_seconds_date_it(tmp_path):
    got = await played(plain(tmp_path / "c", Mode.STANDARD))
    assert len(got) > 60
    for reading in got:
        assert 0 <= reading.seen.wall_ms - reading.meter_clock.at_ms < 1000
    assert all(a.seen.wall_ms < b.seen.wall_ms for a, b in pairwise(got))


async def test_without_dates_the_lines_speed_does_from_now_on(tmp_path):
    got = await played(plain(tmp_path / "c", Mode.HISTORIC))
    assert NOW < got[0].seen.wall_ms < NOW + 2000
    lasted_s = (got[-1].seen.wall_ms - got[0].seen.wall_ms) / 1000
    assert lasted_s == pytest.approx(60, abs=4)


async def test_a_second_capture_in_the_same_file_is_dated_anew(tmp_path):
    once = plain(tmp_path / "c", Mode.STANDARD, 3).read_bytes()
    (tmp_path / "twice").write_bytes(once + once)
    got = await played(tmp_path / "twice")
    assert got[len(got) // 2].seen.wall_ms < got[len(got) // 2 - 1].seen.wall_ms


async def test_health_counts_and_tells_the_end(tmp_path):
    clock = FakeClock()
    path = plain(tmp_path / "c", Mode.STANDARD)
    path.write_bytes(path.read_bytes() + b"\x02\nEAST\t0000")
    source = ReplaySource("linky", path, None, clock, sleep=clock.sleep)
    assert isinstance(source, Source)
    assert source.health().detail == "replaying"
    got = [reading async for reading in source]
    health = source.health()
    assert health.name == "source:linky"
    assert health.counters["frames"] == len(got)
    assert health.counters["bytes"] == path.stat().st_size
    assert health.refused
    assert health.detail == "replayed to its end"


async def test_an_origin_is_kept(tmp_path):
    path = plain(tmp_path / "c", Mode.STANDARD)
    assert {r.origin for r in await played(path, origin="demo")} == {"demo"}


async def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SourceError):
        await played(tmp_path / "missing")


def test_a_speed_is_over_nothing(tmp_path):
    with pytest.raises(ValueError, match="speed"):
        ReplaySource("linky", tmp_path, 0, FakeClock())


async def test_a_capture_that_starts_amid_a_frame_is_dated_by_its_first_date(tmp_path):
    """Not from now on, which would put all that follows in the past."""
    meter = VirtualLinky(MeterSpec(mode=Mode.STANDARD), 1_795_500_000_000)
    frames = list(meter.frames(1_795_500_000_000, 1_795_500_000_000 + 10_000))
    capture = tmp_path / "amid.tic"
    capture.write_bytes(frames[0][-200:] + b"".join(frames[1:]))
    source = ReplaySource("linky", capture, None, HostClock(trust=True))
    seen = [reading.seen.wall_ms async for reading in source]
    assert seen == sorted(seen)
    assert all(abs(at_ms - 1_795_500_000_000) < 15_000 for at_ms in seen)
