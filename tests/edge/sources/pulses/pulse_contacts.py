"""Contacts that bounce, and a line that plays them behind the real line's protocol."""

from __future__ import annotations

import os
from collections import deque

from edge.sample import HostInstant
from edge.sources.pulses import Flank, LineError

MS = 1_000_000
T0_NS = 5_000_000_000_000
WALL_MS = 1_795_500_000_000


def bounce(rng, at_ns, active, most_ms=5):
    """Give the flanks of a contact that goes to `active` and bounces on its way."""
    flanks = [Flank(at_ns, active)]
    for _ in range(rng.randrange(4)):
        at_ns += rng.randrange(50_000, most_ms * MS // 8)
        flanks.append(Flank(at_ns, not active))
        at_ns += rng.randrange(50_000, most_ms * MS // 8)
        flanks.append(Flank(at_ns, active))
    return flanks


def pulse(rng, at_ns, width_ms):
    """Give a whole pulse, both its ends bouncing."""
    return bounce(rng, at_ns, True) + bounce(rng, at_ns + width_ms * MS, False)


def meter(rng, pulses, *, start_ns=T0_NS, least_ms=500, most_ms=2_000):
    """Give the flanks of a meter for pulses of 90 to 300 ms, at up to 2 a second."""
    at_ns = start_ns
    for _ in range(pulses):
        yield from pulse(rng, at_ns, rng.randrange(90, 300))
        at_ns += rng.randrange(least_ms, most_ms) * MS


class FakeClock:
    """A clock that stands where the line last was, and moves when it is told to."""

    def __init__(self, at_ns=T0_NS, boot="boot", *, synchronised=True):
        self.at_ns, self.boot, self.synchronised = at_ns, boot, synchronised

    def now(self):
        wall_ms = WALL_MS + (self.at_ns - T0_NS) // MS
        return HostInstant(wall_ms, self.at_ns, self.synchronised, self.boot)


class FakeLine:
    """Plays flanks: each read gives the next ones, and the clock goes along."""

    def __init__(self, clock, flanks=(), *, active=False, at_once=7):
        self.clock, self.level, self.at_once = clock, active, at_once
        self.waiting = deque(flanks)
        self.lost = 0
        self.closed = self.broken = False
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self.ring()

    def ring(self):
        """Have the descriptor say that there is something to read."""
        os.write(self.writer, b"x")

    def add(self, flanks):
        self.waiting.extend(flanks)
        self.ring()

    def fileno(self):
        return self.reader

    def active(self):
        return self.level

    def read(self):
        if self.broken:
            raise LineError("the line is gone")
        given = [
            self.waiting.popleft() for _ in range(min(self.at_once, len(self.waiting)))
        ]
        if given:
            self.clock.at_ns = max(self.clock.at_ns, given[-1].at_ns)
        elif not self.waiting:
            self.clock.at_ns += 50 * MS  # nothing more: time goes on
        return given

    def close(self):
        if not self.closed:
            self.closed = True
            os.close(self.reader)
            os.close(self.writer)
