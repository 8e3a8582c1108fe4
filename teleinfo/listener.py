"""Bytes of a port in, frames out, and at which speed to listen next.

Pure: told the time and what was heard, it opens nothing. `port` and `aport` turn it.
"""

from __future__ import annotations

from teleinfo.counters import Counters
from teleinfo.decoder import Decoder
from teleinfo.frame import Frame
from teleinfo.mode import Mode
from teleinfo.search import Patience, Search, speeds

HIGH = bytes(range(0x80, 0x100))


class Listener:
    """One meter's ear: its counters are what a health page shows.

    `nuls` are bytes of wrong parity or framing; `high` are bytes that no seven-bit
    line gives: the parity was not stripped by the port.
    """

    def __init__(
        self,
        now: float,
        mode: Mode | None = None,
        first: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._asked = mode
        self._past = Counters()
        self._decoder = Decoder(mode)
        self._first, self._patience = first, patience
        self._search = Search(now, speeds(mode, first), patience)
        self.bytes = self.nuls = self.high = self.groups = self.retuned = 0

    @property
    def baud(self) -> int:
        """Give the speed to listen at."""
        return self._search.baud

    @property
    def mode(self) -> Mode | None:
        """Give the mode found, None until it is."""
        return self._decoder.mode

    @property
    def settled(self) -> bool:
        """Tell whether the speed is found."""
        return self._search.settled

    def take(self, chunk: bytes, now: float) -> list[Frame]:
        """Take what was heard, b"" when nothing was; give the frames it ends."""
        frames: list[Frame] = []
        groups = 0
        if chunk:
            self.bytes += len(chunk)
            self.nuls += chunk.count(0)
            self.high += len(chunk) - len(chunk.translate(None, HIGH))
            frames = self._decoder.feed(chunk)
            groups = sum(len(frame.groups) for frame in frames)
            self.groups += groups
        if self._search.heard(now, len(chunk), groups):
            frames += self._decoder.flush()
            self._start_afresh()
            self.retuned += 1
        return frames

    def restart(self, now: float) -> None:
        """Listen to a port opened again, at the speed that was good before first."""
        if self.settled:
            self._first = self.baud
        self._search = Search(now, speeds(self._asked, self._first), self._patience)
        self._start_afresh()

    def flush(self) -> list[Frame]:
        """Give what is left of a frame that was cut."""
        return self._decoder.flush()

    @property
    def counters(self) -> Counters:
        """Give the decoder's counts over every speed tried."""
        return _sum(self._past, self._decoder.counters)

    def _start_afresh(self) -> None:
        self._past = self.counters
        self._decoder = Decoder(self._asked)


def _sum(one: Counters, other: Counters) -> Counters:
    return Counters(
        frames=one.frames + other.frames,
        incomplete=one.incomplete + other.incomplete,
        groups=one.groups + other.groups,
        mode_changes=one.mode_changes + other.mode_changes,
        refused=one.refused + other.refused,
    )
