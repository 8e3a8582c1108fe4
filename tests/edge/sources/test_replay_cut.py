"""A frame that comes in two pieces is one, whole when its end is there."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from edge.host import HostClock
from edge.sources.replay import ReplaySource
from teleinfo.capture import CaptureWriter
from teleinfo.mode import Mode
from teleinfo.virtual import MeterSpec, VirtualLinky

NOON = int(datetime(2026, 1, 14, 11, tzinfo=UTC).timestamp()) * 1000


async def played(path, cut):
    stream = io.BytesIO()
    writer = CaptureWriter(stream, NOON, Mode.STANDARD.baud)
    meter = VirtualLinky(MeterSpec(mode=Mode.STANDARD), NOON)
    for at_ms, frame in meter.timed_frames(NOON, NOON + 5_000):
        if cut:
            writer.write(frame[:cut], at_ms + 500)
        writer.write(frame[cut:], at_ms + 950)
    path.write_bytes(stream.getvalue())
    source = ReplaySource("linky", path, None, HostClock())
    return [reading.values async for reading in source]


async def test_a_frame_in_two_pieces_is_read_as_one(tmp_path):
    whole = await played(tmp_path / "whole", 0)
    assert whole
    assert await played(tmp_path / "cut", 100) == whole
