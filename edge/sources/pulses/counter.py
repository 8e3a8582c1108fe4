"""Flanks become pulses: pure, by the kernel's instants, whatever the contact bounces.

A pulse counts when it is released, and then only: one that was under way when the
service died or started is counted once, by whoever saw its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from edge.sources.pulses.line import Flank

MS = 1_000_000


class Pulse(NamedTuple):
    """One pulse that counts, in ns of the monotonic clock."""

    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What a pulse of this meter looks like.

    `width_ns` is how long a contact must be closed without a bounce, `rest_ns` how
    long it must be open before it was released, `apart_ns` the least time between the
    beginnings of two pulses: what the meter's greatest flow can't do isn't a pulse.
    """

    width_ns: int = 30 * MS
    rest_ns: int = 30 * MS
    apart_ns: int = 1_000 * MS


class PulseCounter:
    """One line's state: the level since when, and whether a pulse is under way."""

    def __init__(
        self,
        shape: Shape,
        *,
        active: bool,
        now_ns: int,
        refused: Counter[str] | None = None,
    ) -> None:
        self._shape = shape
        self._active, self._since_ns = active, now_ns
        # begun before we listened: its end is ours to count, its width isn't known
        self._start_ns: int | None = now_ns - shape.width_ns if active else None
        self._last_ns: int | None = None
        self.pulses = 0
        self.refused: Counter[str] = Counter() if refused is None else refused

    @property
    def due_ns(self) -> int | None:
        """Give when `settle` has something to say if no flank comes; None: never."""
        if self._active or self._start_ns is None:
            return None
        return self._since_ns + self._shape.rest_ns

    def feed(self, flanks: Iterable[Flank]) -> list[Pulse]:
        """Give the pulses that these flanks complete, in order."""
        found: list[Pulse] = []
        for at_ns, active in flanks:
            if active == self._active or at_ns < self._since_ns:
                self.refused["repeated"] += 1  # the flank between was lost
                continue
            self._end_level(at_ns, found)
            self._active, self._since_ns = active, at_ns
        return found

    def settle(self, now_ns: int) -> list[Pulse]:
        """Give the pulse whose contact has been open for long enough by now."""
        found: list[Pulse] = []
        if not self._active:
            self._release(now_ns, found)
        return found

    def _end_level(self, at_ns: int, found: list[Pulse]) -> None:
        """Judge the level that ends here."""
        length = at_ns - self._since_ns
        if not self._active:
            self._release(at_ns, found)
        elif self._start_ns is None:
            if length >= self._shape.width_ns:
                self._start_ns = self._since_ns
            else:
                self.refused["narrow"] += 1

    def _release(self, now_ns: int, found: list[Pulse]) -> None:
        start_ns, end_ns = self._start_ns, self._since_ns
        if start_ns is None or now_ns - end_ns < self._shape.rest_ns:
            return
        self._start_ns = None
        if (
            self._last_ns is not None
            and start_ns - self._last_ns < self._shape.apart_ns
        ):
            self.refused["fast"] += 1
            return
        self._last_ns = start_ns
        self.pulses += 1
        found.append(Pulse(start_ns, end_ns))
