"""Which physical meter speaks, and when another one seems to have been fitted.

The device's own number (ADSC, ADCO) says it, or indexes that fall or jump and go on
from there. Either way it is the owner who confirms: until then these indexes are
unknown, and everything else flows.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, auto

DOUBT_FRAMES = 60
DOUBT_MS = 60_000
"""How long indexes must go on from elsewhere before another meter is suspected."""


class Speaker(Enum):
    """Whose frame this is."""

    KNOWN = auto()
    STRANGER = auto()
    """Another number, in this frame only so far: a damaged ADSC, or another meter."""
    OTHER = auto()
    """Another number, in two frames and more."""


class Identity:
    """The number of the device known, and of the one that may have replaced it."""

    def __init__(self) -> None:
        self.known: str | None = None
        self.other: str | None = None
        self._said: str | None = None

    def hear(self, number: str | None) -> Speaker:
        """Tell whose frame this is; a number counts once two frames agree on it."""
        if number is None or number == self.known:
            if number is not None:
                self.other = self._said = None
            return Speaker.KNOWN if self.other is None else Speaker.OTHER
        if number == self.other:
            return Speaker.OTHER
        again, self._said = number == self._said, number
        if self.known is None:
            if again:
                self.known, self._said = number, None
            return Speaker.KNOWN
        if again:
            self.other, self._said = number, None
            return Speaker.OTHER
        return Speaker.STRANGER

    def adopt(self) -> None:
        """Know the other device from now on: the owner confirmed it."""
        self.known, self.other = self.other, None


class Doubts:
    """Which indexes are refused frame after frame, and since when."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[int, int]] = {}

    def __bool__(self) -> bool:
        return bool(self._since)

    @property
    def names(self) -> frozenset[str]:
        """Give the registers in doubt."""
        return frozenset(self._since)

    def update(
        self, doubted: Collection[str], heard: Collection[str], now: int
    ) -> None:
        """Count one frame; `heard` are its registers that weren't doubted."""
        for name in heard:
            self._since.pop(name, None)
        for name in doubted:
            frames, since = self._since.get(name, (0, now))
            self._since[name] = (frames + 1, since)

    def lasting(self, now: int) -> frozenset[str]:
        """Give the registers that are in doubt for too long to be noise."""
        return frozenset(
            name
            for name, (frames, since) in self._since.items()
            if frames >= DOUBT_FRAMES and now - since >= DOUBT_MS
        )
