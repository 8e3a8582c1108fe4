"""At which speed to listen: found by what decodes, and found again when it is lost.

A meter is switched from historic to standard from afar, without notice; then nothing
but garbage comes at the speed of before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from teleinfo.mode import Mode
from teleinfo.uart import SPEEDS

WINDOWS_S: Mapping[int, float] = MappingProxyType({9600: 3.0, 1200: 6.0})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to listen: seconds by speed while searching, and once settled.

    A speed is accepted after `groups` good ones. Once settled it is left after
    `silent_s` without a good group, or `deaf_s` if bytes come and none decodes. Groups
    are known at their frame's end: neither may be under its 2.3 s.
    """

    windows_s: Mapping[int, float] = field(default_factory=lambda: WINDOWS_S)
    groups: int = 3
    silent_s: float = 60.0
    deaf_s: float = 5.0
    deaf_bytes: int = 40


def speeds(mode: Mode | None, first: int | None = None) -> tuple[int, ...]:
    """Give the speeds to try: some converters repeat the historic mode at 9600."""
    if mode is Mode.STANDARD:
        return (9600,)
    order = (1200, 9600) if mode is Mode.HISTORIC else SPEEDS
    return tuple(sorted(order, key=lambda baud: baud != first)) if first else order


class Search:
    """Pure: told what was heard and when, it says at which speed to listen."""

    def __init__(
        self, now: float, speeds: tuple[int, ...], patience: Patience | None = None
    ) -> None:
        self._speeds = speeds
        self._patience = patience or Patience()
        self._turn = 0
        self.settled = False
        self._since = now
        self._bytes = self._groups = 0

    @property
    def baud(self) -> int:
        """Give the speed to listen at."""
        return self._speeds[self._turn]

    def heard(self, now: float, count: int, groups: int) -> bool:
        """Take what came since last time; True when to start afresh, at `baud`."""
        self._bytes += count
        if groups:
            self._groups += groups
            self.settled = self.settled or self._groups >= self._patience.groups
            if self.settled:
                self._since, self._bytes = now, 0
                return False
        if now - self._since < self._limit():
            return False
        self.settled = False
        self._turn = (self._turn + 1) % len(self._speeds)
        self._start(now)
        return True

    def _limit(self) -> float:
        if not self.settled:
            return self._patience.windows_s[self.baud]
        deaf = self._bytes >= self._patience.deaf_bytes
        return self._patience.deaf_s if deaf else self._patience.silent_s

    def _start(self, now: float) -> None:
        self._since = now
        self._bytes = self._groups = 0
