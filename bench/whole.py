"""The whole way at full speed: bytes to journal to SQLite, gate on, in one process.

python -m bench.whole [--frames N]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path
from time import perf_counter, process_time

from bench.decode import CHUNK_BYTES, DAY_START_MS, day
from bench.scratch import scratch
from bench.table import Row, machine, render
from edge.config import Config, JournalConfig, MeterConfig
from edge.host import HostClock
from edge.service.interpreter import settle, tuned
from edge.service.service import Service
from edge.sources.replay import ReplaySource
from teleinfo import Decoder, Mode

FRAMES = 95_000
TARGET = 25_000


async def through(config: Config, capture: Path) -> tuple[float, float]:
    """Replay a capture at full speed; give its seconds, of the clock and of CPU."""
    source = ReplaySource("linky", capture, None, HostClock(trust=True))
    service = Service(config, sources=[source], replay=True)
    wall, cpu = perf_counter(), process_time()
    with tuned():  # as `releve replay` has it
        await service.run(asyncio.Event(), started=settle)
    return perf_counter() - wall, process_time() - cpu


def measure(frames: int = FRAMES) -> list[Row]:
    """Give frames a second of the whole way, beside decoding alone in the same run."""
    data = day(Mode.STANDARD, frames)
    decoder = Decoder(Mode.STANDARD)
    started = process_time()
    for first in range(0, len(data), CHUNK_BYTES):
        decoder.feed(data[first : first + CHUNK_BYTES])
    alone = frames / (process_time() - started)
    with scratch() as directory:
        capture = directory / "day.tic"
        capture.write_bytes(data)
        config = Config(
            data_dir=directory / "data",
            journal=JournalConfig(commit_seconds=30),
            meters=(MeterConfig(id="linky", port="/dev/null"),),
        )
        wall, cpu = asyncio.run(through(config, capture))
    return [
        Row(
            "whole way: bytes → gate → journal → roller → SQLite",
            frames / wall,
            "frames/s",
            TARGET,
            beside=f"decoding alone {alone:,.0f}; CPU {cpu / frames * 1e6:.0f} µs each",
        )
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES)
    logging.disable(logging.CRITICAL)
    print(machine(), f"day from {DAY_START_MS}")
    print(render(measure(parser.parse_args().frames)))


if __name__ == "__main__":
    main()
