"""Lines: what stands between two separators, and the groups that it holds.

A line is one group, as a rule. Where a byte was hit on the way it can be a group with
junk before it (its LF was hit), a group with one byte too much (its CR was hit), or
several groups glued together: whatever is whole is kept, the rest is refused.
"""

from __future__ import annotations

import re
from functools import cache

from teleinfo.errors import GroupRefused
from teleinfo.group import PRINTABLE, Group, Refusal, parse, refusal
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.reason import Reason

# What is left of a separator that was hit, and of one beside it: not a lost group.
REMAINS = 2
HT = 0x09


def groups_of(line: bytes, mode: Mode) -> list[Group | Refusal]:
    """Give every whole group of a line in order, and a refusal for what is none."""
    try:
        return [parse(line, mode)]
    except GroupRefused as error:
        return _rescued(line, mode) or [refusal(line, mode, error.reason)]


def _rescued(line: bytes, mode: Mode) -> list[Group | Refusal]:
    """Find the groups in a line that is none itself; nothing if it holds none."""
    found: list[Group | Refusal] = []
    rest = line
    for match in reversed(list(_known_labels(mode).finditer(line))):
        tail = rest[match.start() :]
        head = _group_at_head(tail, mode)
        if head is None:
            continue
        group, length = head
        found += [*_remains(tail[length:], mode), group]
        rest = rest[: match.start()]
    if found:
        found += _remains(rest, mode)
    found.reverse()
    return found


def _group_at_head(tail: bytes, mode: Mode) -> tuple[Group, int] | None:
    """Read the group that ends where `tail` does, or at a byte that is never sent."""
    end = next(
        (at for at, byte in enumerate(tail) if byte not in PRINTABLE and byte != HT),
        len(tail),
    )
    # A CR that was hit can read as HT, in a mode where HT separates.
    for stop in (end, end - 1) if tail[:end].endswith(b"\t") else (end,):
        try:
            return parse(tail[:stop], mode), stop
        except GroupRefused:
            continue
    return None


def _remains(part: bytes, mode: Mode) -> list[Refusal]:
    """Refuse what is left beside a group, unless it is but a separator's remains."""
    if len(part) <= REMAINS:
        return []
    try:
        parse(part, mode)
    except GroupRefused as error:
        return [refusal(part, mode, error.reason)]
    return [refusal(part, mode, Reason.SEPARATOR)]  # pragma: no cover - never whole


@cache
def _known_labels(mode: Mode) -> re.Pattern[bytes]:
    names = "|".join(re.escape(name) for name in LABELS[mode])
    return re.compile(f"(?=(?:{names}){mode.separator})".encode())
