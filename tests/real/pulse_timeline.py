"""A meter's pulses over simulated hours, a part of them a life; its cable comes off.

Run as `python pulse_timeline.py DIRECTORY SEED PULSES DOWN_MS`: counts the pulses of a
part from DOWN_MS after its begin on, until it is killed or the part is over. Each line
of output is an index that was shown; `alive` in the directory says when it listened,
and `reached` how far the simulated clock has come.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import random
import struct
import sys
from bisect import bisect_right
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "edge/sources/pulses"))

from pulse_contacts import MS, T0_NS, FakeClock, pulse

from edge.sources.pulses import Flank, LineError, PulseSettings, WaterPulses

TABLE = {"gpio": 17, "qmax_m3_h": 5, "index_m3": 0}
STEP_NS = 500 * MS
"""How far the clock goes at each look at the line: what a busy machine looks away."""
PART_NS = 2_500 * MS
"""The most that a pulse takes, with what follows it."""
UNPLUGGED = 400
"""Pulses between two times that the cable is out, on average."""
ALIVE, REACHED = "alive", "reached"
WORD = struct.Struct("q")


class Made(NamedTuple):
    """One pulse that the meter made: from when to when its contact was closed."""

    start_ns: int
    end_ns: int


def begin_of(seed: int, pulses: int) -> int:
    """Give when a part begins: behind all of the one before."""
    return T0_NS + seed * pulses * PART_NS


def made(seed: int, pulses: int) -> tuple[list[Made], list[Flank]]:
    """Give the pulses of a part at up to 2 a second, and their flanks with bounce."""
    rng = random.Random(f"meter {seed}")
    at_ns = begin_of(seed, pulses)
    whole: list[Made] = []
    flanks: list[Flank] = []
    for _ in range(pulses):
        some = pulse(rng, at_ns, rng.randrange(90, 300))
        whole.append(Made(some[0].at_ns, some[-1].at_ns))
        flanks += some
        at_ns += rng.randrange(500, 2_000) * MS
    return whole, flanks


class Cable:
    """A line that plays a part's flanks from the clock's place on, and may vanish."""

    def __init__(self, clock, flanks, starts, unplug_ns, told) -> None:
        self.clock, self.flanks, self.starts = clock, flanks, starts
        self.unplug_ns, self.told, self.lost = unplug_ns, told, 0
        self.place = bisect_right(starts, clock.at_ns)
        self.reader, self.writer = os.pipe()
        os.write(self.writer, b"x")

    def fileno(self):
        return self.reader

    def active(self):
        return self.place > 0 and self.flanks[self.place - 1].active

    def read(self):
        if self.clock.at_ns >= self.unplug_ns:
            raise LineError("unplugged")
        end_ns = min(self.clock.at_ns + STEP_NS, self.unplug_ns)
        self.clock.at_ns = end_ns
        self.told(end_ns)
        place, self.place = self.place, bisect_right(self.starts, end_ns, self.place)
        return self.flanks[place : self.place]

    def close(self):
        os.close(self.reader)
        os.close(self.writer)


async def live(directory: Path, seed: int, pulses: int, down_ms: int) -> None:
    """Count until killed; the clock stands still once the part is over."""
    rng = random.Random(f"cable {seed}")
    _, flanks = made(seed, pulses)
    starts = [flank.at_ns for flank in flanks]
    clock = FakeClock(begin_of(seed, pulses) + down_ms * MS)
    over_ns = starts[-1] + 1_000 * MS
    alive = os.open(directory / ALIVE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with (directory / REACHED).open("r+b") as file:
        reached = mmap.mmap(file.fileno(), WORD.size)
    back_ns = 0

    def told(at_ns: int) -> None:
        WORD.pack_into(reached, 0, at_ns)

    def open_line() -> Cable:
        nonlocal back_ns
        if clock.at_ns < back_ns or clock.at_ns >= over_ns:
            raise LineError("not back yet")
        after_ns = int(rng.expovariate(1 / UNPLUGGED) * 1_250 * MS)
        unplug_ns = min(clock.at_ns + after_ns, over_ns)
        back_ns = unplug_ns + rng.randrange(100, 90_000) * MS
        told(clock.at_ns)
        os.write(alive, f"from {clock.at_ns} {unplug_ns}\n".encode())
        return Cable(clock, flanks, starts, unplug_ns, told)

    async def nap(seconds: float) -> None:
        if clock.at_ns < over_ns:
            clock.at_ns += int(seconds * 1e9)
            await asyncio.sleep(0)
        else:
            os.write(alive, b"over\n")
            await asyncio.Event().wait()

    settings = PulseSettings.from_table(TABLE, WaterPulses.fluid)
    source = WaterPulses("water", settings, directory, clock, open_line, sleep=nap)
    async for readings in source.batches():
        shown = "".join(f"{one.values['water_volume_l']}\n" for one in readings)
        os.write(sys.stdout.fileno(), shown.encode())


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), *map(int, sys.argv[2:])))
