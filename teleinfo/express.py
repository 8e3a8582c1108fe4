"""The fast way: frames without a fault, from STX to ETX, in known layouts.

It reads what it can and gives None for the rest, which `assembly` reads; what it does
read, it reads as `assembly` would.
"""

from __future__ import annotations

from teleinfo.assembly import is_short
from teleinfo.counters import Counters
from teleinfo.errors import GroupRefused
from teleinfo.frame import Frame
from teleinfo.labels import RANKS
from teleinfo.layout import Layout
from teleinfo.memo import Memo
from teleinfo.mode import Mode
from teleinfo.order import in_order
from teleinfo.segment import LONGEST_FRAME

# A meter has one layout, and one more for each group that comes only sometimes.
MOST_LAYOUTS = 16


class Express:
    """Reads faultless frames of one mode, and counts them."""

    def __init__(self, mode: Mode, counters: Counters) -> None:
        self._mode = mode
        self._counters = counters
        self._known = Memo(mode)
        self._layouts: dict[int, Layout] = {}

    def frame(self, part: bytes) -> Frame | None:
        """Read what stood before an ETX; None unless it is a frame without a fault."""
        layout = self._layouts.get(len(part))
        try:
            if layout is not None and part[0] == 2:
                frame = layout.frame(part, self._known)
                if frame is not None:
                    self._counters.frames += 1
                    self._counters.groups += layout.size
                    return frame
            return self._learn(part)
        except GroupRefused:
            return None

    def _learn(self, part: bytes) -> Frame | None:
        """Read a frame line by line, and keep its layout."""
        if (
            part[:2] != b"\x02\n"
            or part[-1:] != b"\r"
            or not len(part) - 1 <= LONGEST_FRAME
        ):
            return None
        known = self._known
        groups = [known[b"\n" + line + b"\r"] for line in part[2:-1].split(b"\r\n")]
        ranks = RANKS[self._mode]
        if not in_order([ranks[group.label] for group in groups]):
            return None
        if len(self._layouts) >= MOST_LAYOUTS:
            self._layouts.clear()
        self._layouts[len(part)] = Layout(self._mode, part, groups)
        self._counters.frames += 1
        self._counters.groups += len(groups)
        by_label = {group.label: group for group in groups}
        return Frame(self._mode, True, by_label, (), is_short(by_label))  # noqa: FBT003 - as in Frame
