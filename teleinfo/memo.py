"""Lines met before, and what they said: most of a frame is the frame before again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias
from zlib import adler32

from teleinfo.errors import GroupRefused
from teleinfo.group import Group, parse
from teleinfo.horodate import Horodate
from teleinfo.label import Label, Stamp
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.pattern import data_pattern, stamp_pattern
from teleinfo.reason import Reason
from teleinfo.values import READERS_OF_CHECKED, Value

# 1.5 MB at most; a day's lines pass through, and those in use are soon back.
MOST_LINES = 4096

Matcher: TypeAlias = Callable[[str], re.Match[str] | None]
# A named tuple's own constructor costs as much again as the tuple.
_make = tuple.__new__


class Memo(dict[bytes, Group]):
    """Groups by their line, LF to CR; one that is missing is read and kept."""

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self._separator = mode.separator.encode()
        self._lines = _lines(mode)
        # What the checksum does not cover, at a line's end: itself, and CR.
        self._uncovered = -2 if mode is Mode.STANDARD else -3

    def __missing__(self, block: bytes) -> Group:
        """Read a line; raise GroupRefused if it is not one whole group."""
        group = self._quick(block)
        if group is None:
            if block[:1] != b"\n" or block[-1:] != b"\r":
                raise GroupRefused(Reason.SEPARATOR, "not one line")
            group = parse(block[1:-1], self._mode)
        if group.label == "DATE":
            return group  # it never comes again
        if len(self) >= MOST_LINES:
            self.clear()
        self[block] = group
        return group

    def _quick(self, block: bytes) -> Group | None:
        """Read a line as `parse` does, several times faster; None if it is not sure."""
        known = self._lines.get(block.partition(self._separator)[0])
        if known is None:
            return None
        label, matches, value_of = known
        match = matches(block.decode("latin-1"))
        if (
            match is None
            or (adler32(block[1 : self._uncovered], 0) & 0x3F) + 0x20 != block[-2]
        ):
            return None
        stamp, raw = match.groups()
        horodate = None if stamp is None else _make(Horodate, (stamp,))
        return _make(Group, (label, raw, value_of(raw), horodate))


@cache
def _lines(mode: Mode) -> Mapping[bytes, tuple[str, Matcher, Callable[[str], Value]]]:
    """Give, by LF and label: the label, what its line matches, its field's reader."""
    return {
        b"\n" + name.encode(): (
            name,
            re.compile(_line_pattern(label, mode)).fullmatch,
            READERS_OF_CHECKED[label.kind],
        )
        for name, label in LABELS[mode].items()
    }


def _line_pattern(label: Label, mode: Mode) -> str:
    separator = mode.separator
    dated = label.stamp is not Stamp.NONE
    # Where there is none, a part that never matches: its group is None.
    stamp = f"({stamp_pattern(label.stamp)}){separator}" if dated else "((?!))?"
    data = f"({data_pattern(label)})"
    return f"\n{re.escape(label.name)}{separator}{stamp}{data}{separator}[ -_]\r"
