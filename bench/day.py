"""Bytes written in a simulated day: every commit, checkpoint, cursor and projection.

    python -m bench.day [--frames N]

A day of a standard-mode meter goes through the real gate, journal, roller and store,
committed each 30 s of the meter's time and projected each hour of it, on the disk of
the current directory; what the kernel counts as written by this process is reported.
"""

from __future__ import annotations

import argparse
import asyncio
import logging

from bench.decode import DAY_START_MS
from bench.scratch import scratch
from bench.table import Row, machine, render
from edge.config import Config, JournalConfig, MeterConfig
from edge.host import HostClock, written_bytes
from edge.sample import HostInstant
from edge.service.hub import Hub
from edge.service.intake import Intake
from edge.sources.mapping import Mapper
from edge.sources.replay import ReplaySource
from teleinfo import Decoder, Mode
from teleinfo.virtual import Contract, MeterSpec, VirtualLinky

DAY_MS = 86_400_000
COMMIT_MS = 30_000
PROJECT_MS = 3_600_000
TARGET_MB = 40.0
MB = 1_000_000


async def _live(hub: Hub, length_ms: int) -> tuple[int, int]:
    """Live a day; give (frames, commits)."""
    spec = MeterSpec(mode=Mode.STANDARD, contract=Contract.HPHC, seed=7)
    meter = VirtualLinky(spec, DAY_START_MS)
    decoder, mapper = Decoder(Mode.STANDARD), Mapper("linky")
    source = ReplaySource("linky", "/dev/null", None, HostClock(trust=True))
    intake = Intake(source, hub.gates, hub.keeper, hub.bus)
    await hub.roller.start()
    await hub.journal.register("store")
    frames = commits = 0
    committed = projected = DAY_START_MS
    for at_ms, data in meter.timed_frames(DAY_START_MS, DAY_START_MS + length_ms):
        seen = HostInstant(at_ms, at_ms * 1_000_000, synchronised=True, boot_id="day")
        for frame in decoder.feed(data):
            intake.take(mapper.reading(frame, seen))
            frames += 1
        if at_ms - committed >= COMMIT_MS:
            await hub.journal.commit()
            await hub.roller.catch_up()
            commits, committed = commits + 1, at_ms
        if at_ms - projected >= PROJECT_MS:
            await hub.projector.project()
            projected = at_ms
    return frames, commits


def measure(length_ms: int = DAY_MS) -> list[Row]:
    """Give the megabytes written in a day, beside the bytes that the line carried."""
    with scratch() as directory:
        config = Config(
            data_dir=directory / "data",
            journal=JournalConfig(commit_seconds=300),
            meters=(MeterConfig(id="linky", port="/dev/null"),),
        )
        hub = Hub.open(config, HostClock(trust=True), ("linky",))
        before = written_bytes()
        try:
            frames, commits = asyncio.run(_live(hub, length_ms))
        finally:
            hub.close()
        written = (written_bytes() - before) / MB * DAY_MS / length_ms
        kept = sum(f.stat().st_size for f in (config.data_dir).glob("*.db*")) / MB
    return [
        Row(
            "bytes written in a simulated day",
            written,
            "MB",
            TARGET_MB,
            at_least=False,
            beside=f"{frames} frames, {commits} commits; {kept:.1f} MB kept",
        )
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    logging.disable(logging.CRITICAL)
    print(machine())
    print(render(measure(int(parser.parse_args().hours * 3_600_000))))


if __name__ == "__main__":
    main()
