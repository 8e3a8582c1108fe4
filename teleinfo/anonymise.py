"""Captures that can be shown: the meter's and the delivery point's numbers invented.

Only a line whose checksum and label are good is rewritten, with a new checksum. Of a
line that is refused nothing readable is kept but a label that holds no number: it may
be a damaged number, and even its flipped characters would tell. The maker's year and
the serial number go; the type of meter stays, since it tells the phases.
"""

from __future__ import annotations

import random
import re

from teleinfo.encode import group_line
from teleinfo.errors import GroupRefused
from teleinfo.group import Group, parse
from teleinfo.labels import LABELS
from teleinfo.mode import Mode

MARKS = re.compile(rb"([\r\n\x02\x03\x04])")
ADDRESSES = frozenset({"ADSC", "ADCO"})
MESSAGES = frozenset({"MSG1", "MSG2"})
PERSONAL = ADDRESSES | MESSAGES | {"PRM"}
RUN = 4
"""No run of so many digits of a number may be seen again."""
MAKERS = ("02", "04", "06", "82", "85")
LONGEST_LINE = 512


def _mask(byte: int) -> int:
    if byte in (0x00, 0x09, 0x20, 0x7F):
        return byte
    if byte >= 0x80:
        return 0x80 | ord("X")
    if byte < 0x20:  # 0x10 to 0x19 are digits with bit 5 lost
        return min(16, byte)
    return ord("X")


MASKED = bytes(_mask(byte) for byte in range(256))


class Anonymiser:
    """Rewrites a stream line by line; the same number always gives the same other."""

    def __init__(self, rng: random.Random | None = None) -> None:
        # Not derived from the number: a million serial numbers are soon tried.
        self._rng = rng or random.SystemRandom()
        self._invented: dict[str, str] = {}
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Give what these bytes end, rewritten; an unended line waits for its end."""
        *whole, self._rest = MARKS.split(self._rest + data)
        if len(self._rest) > LONGEST_LINE:  # no meter's line: nothing of it is kept
            whole.append(self._rest)
            self._rest = b""
        return b"".join(
            part if MARKS.fullmatch(part) else self._line(part) for part in whole
        )

    def flush(self) -> bytes:
        """Give the last line, though no end of it came."""
        rest, self._rest = self._rest, b""
        return self._line(rest)

    def _line(self, line: bytes) -> bytes:
        if not line:
            return line
        for mode in Mode:
            try:
                return self._group(line, parse(line, mode), mode)
            except GroupRefused:
                continue
        return _masked(line)

    def _group(self, line: bytes, group: Group, mode: Mode) -> bytes:
        label, raw = group.label, group.raw
        if label not in PERSONAL or group.value is None:
            return line
        if label in MESSAGES:
            other = re.sub(r"[^ ]", "X", raw)
        else:
            other = self._invented.get(raw) or self._invent(raw, label)
            self._invented[raw] = other
        return group_line(mode, label, other)

    def _invent(self, raw: str, label: str) -> str:
        """Give a number of the same length that shares no run of digits with it."""
        if not raw.strip("0X"):
            return raw  # none was set, or it is masked already
        runs = {raw[n : n + RUN] for n in range(len(raw) - RUN + 1)}
        while True:
            digits = "".join(self._rng.choice("0123456789") for _ in raw)
            if label in ADDRESSES:
                maker, year, serial = self._rng.choice(MAKERS), digits[2:4], digits[6:]
                digits = f"{maker}{year}{raw[4:6]}{serial}"
            else:
                digits = f"99{digits[2:]}"  # no French department is 99
            if not any(run in digits for run in runs):
                return digits


def anonymise(data: bytes, rng: random.Random | None = None) -> bytes:
    """Give a whole capture's raw bytes anonymised."""
    anonymiser = Anonymiser(rng)
    return anonymiser.feed(data) + anonymiser.flush()


def _masked(line: bytes) -> bytes:
    """Give a refused line unreadable, its label kept if that holds no number."""
    for mode in Mode:
        name, found, rest = line.partition(mode.separator.encode())
        shown = name.decode("latin-1")
        if found and shown in LABELS[mode] and shown not in PERSONAL:
            return name + found + rest.translate(MASKED)
    return line.translate(MASKED)
