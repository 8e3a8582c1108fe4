"""Writes a meter's groups, and gives an unchanged one again without rewriting it."""

from __future__ import annotations

from teleinfo.encode import group_line
from teleinfo.mode import Mode

STX, ETX = b"\x02", b"\x03"


class Writer:
    """Groups of one mode as bytes, the last one of each label kept."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._last: dict[str, tuple[str, str, bytes]] = {}

    def group(self, label: str, data: str, horodate: str = "") -> bytes:
        """Give a group from its line feed to its carriage return."""
        last = self._last.get(label)
        if last is not None and last[0] == data and last[1] == horodate:
            return last[2]
        line = group_line(self._mode, label, data, horodate)
        written = b"\n" + line + b"\r"
        self._last[label] = (data, horodate, written)
        return written

    def groups(self, fields: list[tuple[str, str]]) -> bytes:
        """Give groups without horodates, in order."""
        return b"".join([self.group(label, data) for label, data in fields])
