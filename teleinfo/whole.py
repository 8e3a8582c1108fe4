"""A frame of a known layout checked whole: one match, one sum a line, in C throughout.

For frames in which little or nothing repeats, where reading line by line would pay
for each line. Groups are made when they are asked for; what they hold is checked here.
"""

from __future__ import annotations

import re
import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import TypeAlias
from zlib import adler32

from teleinfo.group import Group
from teleinfo.horodate import Horodate
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.pattern import data_pattern, stamp_pattern
from teleinfo.values import READERS_OF_CHECKED, Value

# From the low byte of a sum to its checksum character.
_CHARACTERS = bytes((byte & 0x3F) + 0x20 for byte in range(256))

# A label, its field's reader, where in the match its data is, and its horodate.
_Field: TypeAlias = tuple[str, Callable[[str], Value], int, int | None]
# A named tuple's own constructor costs as much again as the tuple.
_make = tuple.__new__


class Whole:
    """The layout of frames that hold these groups, each at its full width.

    A frame goes from STX to its last CR. A text that was trimmed on its way has not
    its full width: such frames have another length, and match no layout.
    """

    def __init__(self, mode: Mode, groups: Sequence[Group]) -> None:
        labels = [LABELS[mode][group.label] for group in groups]
        separator = mode.separator
        lines = ["\x02"]
        formats = ["<x"]
        fields: list[_Field] = []
        count = 0
        for label, group in zip(labels, groups, strict=True):
            parts = [re.escape(label.name), f"({data_pattern(label)})"]
            sizes = [len(label.name), len(group.raw)]
            stamp_at = None
            if group.horodate is not None:
                parts.insert(1, f"({stamp_pattern(label.stamp)})")
                sizes.append(len(group.horodate.text))
                stamp_at, count = count, count + 1
            lines.append(f"\n{separator.join(parts)}{separator}[ -_]\r")
            covered = sum(sizes) + len(sizes) - 1
            # The separator before the checksum counts in standard mode alone.
            formats.append(
                f"x{covered + 1}scx" if mode is Mode.STANDARD else f"x{covered}sxcx"
            )
            fields.append((label.name, READERS_OF_CHECKED[label.kind], count, stamp_at))
            count += 1
        self._fields = tuple(fields)
        self._match = re.compile("".join(lines)).fullmatch
        self._parts = struct.Struct("".join(formats)).unpack

    def check(self, part: bytes) -> re.Match[str] | None:
        """Check a frame of this layout's length; None if it must be read line by line.

        The match holds the horodates and data fields in order, for `groups`.
        """
        try:
            match = self._match(part.decode("ascii"))
        except UnicodeDecodeError:
            return None
        if match is None:
            return None
        parts = self._parts(part)
        sums = array("I", map(adler32, parts[::2], repeat(0))).tobytes()
        # Four bytes a sum, the lowest of them first or last as the machine has it.
        low = sums[::4] if sys.byteorder == "little" else sums[3::4]
        return match if low.translate(_CHARACTERS) == b"".join(parts[1::2]) else None

    def groups(self, match: re.Match[str]) -> dict[str, Group]:
        """Give the groups of a frame that was checked."""
        fields = match.groups()
        groups: dict[str, Group] = {}
        for name, read, at, stamp_at in self._fields:
            raw = fields[at]
            stamp = None if stamp_at is None else _make(Horodate, (fields[stamp_at],))
            groups[name] = _make(Group, (name, raw, read(raw), stamp))
        return groups
