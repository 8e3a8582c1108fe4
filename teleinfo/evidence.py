"""Which mode the bytes speak: told by groups that are whole, never by a mark alone."""

from __future__ import annotations

from collections.abc import Sequence

from teleinfo.group import Group
from teleinfo.line import groups_of
from teleinfo.mode import Mode

# Fewer whole groups than that could be chance on a line at the wrong speed.
ENOUGH = 3


def count(lines: Sequence[bytes], mode: Mode) -> int:
    """Give the number of whole groups that these lines hold in a mode."""
    return sum(
        isinstance(item, Group) for line in lines for item in groups_of(line, mode)
    )


def change_at(lines: Sequence[bytes], mode: Mode) -> int | None:
    """Give the line from which the other mode is spoken; None if it is not.

    The change is there where enough groups of the other mode follow, and none of this
    mode after the first of them.
    """
    first: int | None = None
    seen = 0
    for at, line in enumerate(lines):
        if count((line,), mode):
            first, seen = None, 0
            continue
        found = count((line,), mode.other)
        if found and first is None:
            first = at
        seen += found
    return first if seen >= ENOUGH else None
