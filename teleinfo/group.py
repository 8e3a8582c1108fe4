"""A group: one line of a frame, `label [horodate] data checksum` (5.3.5)."""

from __future__ import annotations

from typing import NamedTuple

from teleinfo import checksum
from teleinfo.errors import GroupRefused
from teleinfo.horodate import Horodate, is_horodate
from teleinfo.label import Label, Stamp
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.reason import Reason
from teleinfo.values import Value, read

# The longest group, PJOURF+1's, has 109 bytes between LF and CR.
LONGEST_LINE = 128
PRINTABLE = frozenset(range(0x20, 0x7F))


class Group(NamedTuple):
    """What one line said; `raw` is its data field as sent.

    A tuple, not a dataclass: a meter makes 3.6 million of them a day.
    """

    label: str
    raw: str
    value: Value
    horodate: Horodate | None


class Refusal(NamedTuple):
    """A line that was left out: as shown text, why, and its label if it has one."""

    group: str
    reason: Reason
    label: str | None


def parse(line: bytes, mode: Mode) -> Group:
    """Read what stands between LF and CR; raise GroupRefused, with its reason.

    The line is never trimmed nor split from its start: the checksum can be a space,
    and so can the data's ends.
    """
    if len(line) > LONGEST_LINE:
        raise GroupRefused(Reason.TOO_LONG, f"{len(line)} bytes are no group")
    allowed = PRINTABLE | {ord(mode.separator)}
    if not allowed.issuperset(line):
        raise GroupRefused(Reason.CHARSET, "a byte that no meter sends")
    shown = line.decode("ascii")
    separator = mode.separator
    name, found, rest = shown.partition(separator)
    if not found or len(rest) < 2 or rest[-2] != separator:
        raise GroupRefused(Reason.SEPARATOR, "not label, data and checksum")
    if checksum.of(checksum.covers(line, mode)) != line[-1]:
        raise GroupRefused(Reason.CHECKSUM, "the checksum says that it is damaged")
    label = LABELS[mode].get(name)
    if label is None:
        raise GroupRefused(Reason.UNKNOWN_LABEL, f"no label {name!r} is known")
    stamp, raw = _fields(rest[:-2], label, mode)
    return Group(label.name, raw, read(label, raw), stamp)


def refusal(line: bytes, mode: Mode, reason: Reason) -> Refusal:
    """Give the refusal of a line, shown short and printable."""
    name, found, _ = line[:LONGEST_LINE].partition(mode.separator.encode())
    label = LABELS[mode].get(name.decode("latin-1")) if found else None
    return Refusal(shown(line), reason, None if label is None else label.name)


def shown(line: bytes) -> str:
    """Give a line as text: tabs kept, what can't be printed as hex, cut if long."""
    text = "".join(
        chr(byte) if byte in PRINTABLE or byte == 0x09 else f"\\x{byte:02x}"
        for byte in line[:LONGEST_LINE]
    )
    return text if len(line) <= LONGEST_LINE else f"{text}…"


def _fields(rest: str, label: Label, mode: Mode) -> tuple[Horodate | None, str]:
    """Part the horodate from the data; raise GroupRefused if one should (not) be."""
    if mode is Mode.HISTORIC:
        return None, rest
    fields = rest.split("\t")
    if label.stamp is Stamp.NONE:
        if len(fields) != 1:
            raise GroupRefused(Reason.SEPARATOR, f"{label.name} has one field")
        return None, fields[0]
    if len(fields) != 2:
        raise GroupRefused(Reason.SEPARATOR, f"{label.name} has a horodate and data")
    if not is_horodate(fields[0], planned=label.stamp is Stamp.PLANNED):
        raise GroupRefused(Reason.HORODATE, f"{fields[0]!r} is no date")
    return Horodate(fields[0]), fields[1]
