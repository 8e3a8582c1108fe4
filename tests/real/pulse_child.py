"""A counter to be killed: plays a meter's flanks, and says each index it is shown.

Run as `python pulse_child.py DIRECTORY SEED COUNTED PULSES`: the meter has made COUNTED
pulses by now, and makes PULSES more. Each line of output is an index that was shown.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "edge/sources/pulses"))

from pulse_contacts import MS, T0_NS, FakeClock, FakeLine, meter

from edge.sources.pulses import PulseSettings, WaterPulses
from edge.sources.pulses.line import LineError

TABLE = {"gpio": 17, "qmax_m3_h": 5, "index_m3": 0}


async def count(directory: Path, seed: int, counted: int, pulses: int) -> None:
    """Count until the meter stops; then say so and wait to be killed."""
    rng = random.Random(seed)
    clock = FakeClock(T0_NS + counted * 2_000 * MS)
    flanks = meter(rng, pulses, start_ns=clock.at_ns + 500 * MS)
    line: FakeLine | None = FakeLine(clock, flanks, at_once=rng.choice((1, 9, 60, 400)))

    def open_line() -> FakeLine:
        if line is None:
            raise LineError("unplugged")
        return line

    settings = PulseSettings.from_table(TABLE, WaterPulses.fluid)
    made = WaterPulses("water", settings, directory, clock, open_line, commit_ns=0)
    async for readings in made.batches():
        said = "".join(f"{one.values['water_volume_l']}\n" for one in readings)
        os.write(sys.stdout.fileno(), said.encode())


if __name__ == "__main__":
    asyncio.run(count(Path(sys.argv[1]), *map(int, sys.argv[2:])))
