"""What a UART makes of a line: parity, flipped bits, and a speed not the line's.

Pure. A character is a start bit (0), seven of data from the lowest, even parity and a
stop bit (1); a receiver takes its first eight after the start as a raw byte.
"""

from __future__ import annotations

from enum import StrEnum
from random import Random

from teleinfo.uart import CHECKED, WITH_PARITY

BITS = 10
STRIPPED = bytes(byte & 0x7F for byte in range(256))


class Check(StrEnum):
    """What the reader's port does with parity."""

    INPCK = "inpck"  # a bad byte becomes NUL
    IGNORED = "ignored"  # a bad byte passes for good
    RAW = "raw"  # no parity in the UART: eight bits come, the parity in bit 7


class Wire:
    """A line with a bit error rate; deterministic by its seed."""

    def __init__(self, ber: float = 0.0, seed: int = 1) -> None:
        if not 0 <= ber < 0.5:
            raise ValueError("a bit error rate is from 0 to 0.5")
        self._ber = ber
        self._rng = Random(f"wire {seed}")  # noqa: S311 - a simulation
        self._to_flip = self._distance()
        self._levels: list[int] = []

    def receive(self, data: bytes, sent: int, read: int, check: Check) -> bytes:
        """Give what a port set to `read` bit/s gets of bytes sent at `sent`."""
        wired = data.translate(WITH_PARITY + bytes(128))
        if sent != read:
            return self._sample(wired, sent / read, check)
        self._levels.clear()
        if self._to_flip >= len(data) * BITS:
            self._to_flip -= len(data) * BITS
            return _checked(wired, check)
        return self._flip(wired, check)

    def _distance(self) -> float:
        """Give how many bits come through before the next one is flipped."""
        if not self._ber:
            return float("inf")
        return int(self._rng.expovariate(self._ber))

    def _flip(self, wired: bytes, check: Check) -> bytes:
        got = bytearray()
        for byte in wired:
            raw, lost, framed = byte, False, True
            while self._to_flip < BITS:
                bit = int(self._to_flip)
                if bit == 0:
                    lost = True  # no start bit: the character is not seen
                elif bit == BITS - 1:
                    framed = False
                else:
                    raw ^= 1 << (bit - 1)
                self._to_flip += 1 + self._distance()
            self._to_flip -= BITS
            if not lost:
                got += _received(raw, check, framed=framed)
        return bytes(got)

    def _sample(self, wired: bytes, ratio: float, check: Check) -> bytes:
        """Read the levels of the line at another speed, as a UART samples them."""
        levels = self._levels
        for byte in wired:
            levels += [0, *(byte >> n & 1 for n in range(8)), 1]
        got, at = bytearray(), 0
        while True:
            try:
                start = levels.index(0, at)
            except ValueError:
                self._levels = [1]
                return bytes(got)
            end = start + (BITS - 0.5) * ratio
            if end >= len(levels):
                self._levels = levels[start:]
                return bytes(got)
            samples = [levels[int(start + (n + 0.5) * ratio)] for n in range(BITS)]
            if samples[0]:
                at = start + 1  # a glitch shorter than half a bit
                continue
            raw = sum(level << n for n, level in enumerate(samples[1:9]))
            got += _received(raw, check, framed=bool(samples[9]))
            at = int(end)
            while at < len(levels) and not levels[at]:
                at += 1  # a break: the line must rise before a new start bit


def _checked(wired: bytes, check: Check) -> bytes:
    if check is Check.RAW:
        return wired
    return wired.translate(CHECKED if check is Check.INPCK else STRIPPED)


def _received(raw: int, check: Check, *, framed: bool) -> bytes:
    """Give what one character becomes; a framing error is told as a parity error."""
    if check is Check.INPCK and not framed:
        return b"\0"
    return _checked(bytes((raw,)), check)
