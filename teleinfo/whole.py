"""A frame of a known layout checked whole: one match, one sum a line, in C throughout.

For frames in which little or nothing repeats, where reading line by line would pay
for each line. Groups are made when they are asked for; what they hold is checked here.
"""

from __future__ import annotations

import re
import struct
import sys
from array import array
from collections.abc import Sequence
from itertools import repeat
from zlib import adler32

from teleinfo.group import Group
from teleinfo.horodate import Horodate
from teleinfo.label import Kind, Stamp
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.pattern import data_pattern, stamp_pattern
from teleinfo.values import read

# From the low byte of a sum to its checksum character.
_CHARACTERS = bytes((byte & 0x3F) + 0x20 for byte in range(256))


class Whole:
    """The layout of frames that hold these groups, each at its full width.

    A frame goes from STX to its last CR. A text that was trimmed on its way has not
    its full width: such frames have another length, and match no layout.
    """

    def __init__(self, mode: Mode, groups: Sequence[Group]) -> None:
        self._mode = mode
        self._labels = tuple(LABELS[mode][group.label] for group in groups)
        separator = mode.separator
        lines = []
        formats = ["<x"]
        for label, group in zip(self._labels, groups, strict=True):
            stamp = stamp_pattern(label.stamp)
            fields = [re.escape(label.name), f"({data_pattern(label)})"]
            if stamp:
                fields.insert(1, f"({stamp})")
            lines.append(
                "\n" + separator.join(fields) + separator + "[ -_]\r",
            )
            sizes = [len(label.name), len(group.raw)]
            if group.horodate is not None:
                sizes.append(len(group.horodate.text))
            covered = sum(sizes) + len(sizes) - 1
            # The separator before the checksum counts in standard mode alone.
            formats.append(
                f"x{covered + 1}scx" if mode is Mode.STANDARD else f"x{covered}sxcx"
            )
        self._match = re.compile("\x02" + "".join(lines)).fullmatch
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
        fields = iter(match.groups())
        groups: dict[str, Group] = {}
        for label in self._labels:
            stamp = None if label.stamp is Stamp.NONE else Horodate(next(fields))
            raw = next(fields)
            value = int(raw) if label.kind is Kind.NUMBER else read(label, raw)
            groups[label.name] = Group(label.name, raw, value, stamp)
        return groups
