"""Frames of one length, all of the same lines: only what changed is read again.

A line that is byte for byte that of the frame before says the same. Lines that have
not changed yet are compared in blocks, those that do one by one.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import compress
from operator import ne

from teleinfo.assembly import is_short
from teleinfo.frame import Frame
from teleinfo.group import Group
from teleinfo.memo import Memo
from teleinfo.mode import Mode
from teleinfo.whole import Whole

# From that many new lines on, checking the frame whole costs less than its lines.
MANY = 12


class Layout:
    """What frames of one length look like, and what the last one said.

    Made from a frame that was read in full and in order: `part` goes from STX to its
    last CR, each line from LF to CR.
    """

    def __init__(self, mode: Mode, part: bytes, groups: Sequence[Group]) -> None:
        self._mode = mode
        self._groups = {group.label: group for group in groups}
        self.size = len(groups)
        self._short = is_short(self._groups)
        self._lengths = [len(line) + 2 for line in part[2:-1].split(b"\r\n")]
        self._changing: set[int] = set()
        self._whole: Whole | None = None
        self._part = part
        self._labels: tuple[str, ...] = ()
        self._blocks: tuple[bytes, ...] = ()
        self._arrange()

    def frame(self, part: bytes, known: Memo) -> Frame | None:
        """Read a frame of this length; None if it is not wholly of these lines.

        Raises GroupRefused where a line is not one whole group.
        """
        blocks = self._unpack(part)
        news = list(map(ne, blocks, self._blocks))
        labels = list(compress(self._labels, news))
        if len(labels) > MANY:
            return self._frame_of_news(part)
        if "" in labels:
            self._split(part)
            return self.frame(part, known)
        since = self._groups
        groups = since.copy()
        for label, block in zip(labels, compress(blocks, news), strict=True):
            group = known[block]
            if group.label != label:
                return None
            groups[label] = group
        self._blocks = blocks
        self._part = part
        self._groups = groups
        return Frame(self._mode, True, groups, (), self._short, since, labels)  # noqa: FBT003 - hot

    def _frame_of_news(self, part: bytes) -> Frame | None:
        if self._whole is None:
            self._whole = Whole(self._mode, list(self._groups.values()))
        whole = self._whole
        match = whole.check(part)
        if match is None:
            return None
        return Frame.later(self._mode, lambda: whole.groups(match), short=self._short)

    def _split(self, part: bytes) -> None:
        """Set apart the lines that have changed, out of the blocks that have not."""
        start = 1
        for at, length in enumerate(self._lengths):
            stop = start + length
            if part[start:stop] != self._part[start:stop]:
                self._changing.add(at)
            start = stop
        self._arrange()

    def _arrange(self) -> None:
        """Lay out the blocks: each changing line alone, the others joined."""
        sizes: list[int] = []
        labels: list[str] = []
        joined = 0
        for at, (label, length) in enumerate(
            zip(self._groups, self._lengths, strict=True)
        ):
            if at not in self._changing:
                joined += length
                continue
            if joined:
                sizes.append(joined)
                labels.append("")
                joined = 0
            sizes.append(length)
            labels.append(label)
        if joined:
            sizes.append(joined)
            labels.append("")
        self._labels = tuple(labels)
        self._unpack = struct.Struct("x" + "".join(f"{size}s" for size in sizes)).unpack
        self._blocks = self._unpack(self._part)
