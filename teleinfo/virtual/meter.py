"""A virtual Linky: what a meter of that spec says at any instant, to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from teleinfo.mode import Mode
from teleinfo.virtual.historic import HistoricFace
from teleinfo.virtual.household import Household
from teleinfo.virtual.spec import MeterSpec
from teleinfo.virtual.standard import StandardFace

BITS_A_BYTE = 10  # start, seven of data, parity, stop
SHORTEST_GAP_MS, LONGEST_GAP_MS = 16.7, 33.4


class VirtualLinky:
    """A pure model: no clock, no port; the same spec and instant give the same bytes.

    `start_ms` is when the story starts: instants from the local day before it on can
    be asked, cheaply as long as they mostly go forward.
    """

    def __init__(
        self, spec: MeterSpec, start_ms: int, home: Household | None = None
    ) -> None:
        self.spec = spec
        self.start_ms = start_ms
        self.home = home or Household(spec, start_ms)
        historic = spec.mode is Mode.HISTORIC
        self._face = (HistoricFace if historic else StandardFace)(spec, self.home)

    @property
    def mode(self) -> Mode:
        """Give the mode it speaks."""
        return self.spec.mode

    def speaking(self, mode: Mode) -> VirtualLinky:
        """Give the same meter, same home, set to another mode."""
        return VirtualLinky(replace(self.spec, mode=mode), self.start_ms, self.home)

    def frame_at(self, at_ms: int) -> bytes:
        """Give the frame that starts at an instant, from STX to ETX."""
        return self._face.frame(at_ms)

    def frames(self, start_ms: int, end_ms: int) -> Iterator[bytes]:
        """Give each frame of [start, end), as the line's speed lets them follow."""
        for _, frame in self.timed_frames(start_ms, end_ms):
            yield frame

    def timed_frames(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, bytes]]:
        """Give (instant of its first byte, frame) for each frame of [start, end)."""
        gaps = Random(f"gaps {self.spec.seed}")  # noqa: S311 - a simulation
        at_ms = float(start_ms)
        byte_ms = 1000 * BITS_A_BYTE / self.mode.baud
        while at_ms < end_ms:
            frame = self.frame_at(int(at_ms))
            yield int(at_ms), frame
            at_ms += len(frame) * byte_ms
            at_ms += gaps.uniform(SHORTEST_GAP_MS, LONGEST_GAP_MS)
