"""The gate: microseconds a frame on a realistic day, everything on.

    python -m bench.gate [--frames N]

A virtual Linky's day, decoded and mapped beforehand in small batches, so that only the
gate is timed and its data is as warm as in the service.
"""

from __future__ import annotations

import argparse
import sys
from time import process_time

from bench.decode import DAY_START_MS, day
from bench.table import Row, machine, render
from edge.gate import Gate
from edge.sample import HostInstant
from edge.sources.mapping import Mapper
from teleinfo import Decoder, Mode

FRAMES = 20_000
BATCH_BYTES = 65_536
PERIOD_MS = {Mode.STANDARD: 910, Mode.HISTORIC: 1_440}
TARGET_US = 10.0
ROUNDS = 3


def microseconds(mode: Mode, frames: int) -> float:
    """Give the gate's time for one frame, the best of a few rounds."""
    return min(_round(mode, frames) for _ in range(ROUNDS))


def _round(mode: Mode, frames: int) -> float:
    data = day(mode, frames)
    decoder, mapper, gate = Decoder(mode), Mapper("linky"), Gate("linky")
    spent, judged = 0.0, 0
    for start in range(0, len(data), BATCH_BYTES):
        readings = []
        for frame in decoder.feed(data[start : start + BATCH_BYTES]):
            judged += 1
            at_ms = judged * PERIOD_MS[mode]
            seen = HostInstant(
                DAY_START_MS + at_ms,
                at_ms * 1_000_000,
                synchronised=True,
                boot_id="bench",
            )
            readings.append(mapper.reading(frame, seen))
        begun = process_time()
        for reading in readings:
            gate.judge(reading)
        spent += process_time() - begun
    if gate.counters["accepted"] != judged or gate.refused.total():
        sys.exit(f"the gate refused some of a clean day: {gate.refused}")
    return spent / judged * 1e6


def measure(frames: int = FRAMES) -> list[Row]:
    """Give the gate's rows."""
    return [
        Row(
            f"gate, {mode}, a realistic day",
            microseconds(mode, frames),
            "µs/frame",
            TARGET_US,
            at_least=False,
        )
        for mode in Mode
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES)
    print(machine())
    print(render(measure(parser.parse_args().frames)))


if __name__ == "__main__":
    main()
