"""Groups and frames as a meter sends them: for virtual meters, tests and captures."""

from __future__ import annotations

from collections.abc import Iterable

from teleinfo import checksum
from teleinfo.errors import EncodeError, GroupRefused
from teleinfo.group import parse
from teleinfo.mode import Mode
from teleinfo.segment import ETX, STX


def group(mode: Mode, label: str, data: str, horodate: str = "") -> bytes:
    """Give one group, LF to CR; raise EncodeError for what no meter could send."""
    line = group_line(mode, label, data, horodate)
    try:
        parse(line, mode)
    except GroupRefused as error:
        raise EncodeError(f"{label} can't be sent so: {error}") from error
    return b"\n" + line + b"\r"


def group_line(mode: Mode, label: str, data: str, horodate: str = "") -> bytes:
    """Give a group without its LF and CR, unchecked: for faults made on purpose."""
    separator = mode.separator
    fields = (label, horodate, data) if horodate else (label, data)
    line = (separator.join(fields) + separator).encode("latin-1")
    covered = line if mode is Mode.STANDARD else line[:-1]
    return line + bytes((checksum.of(covered),))


def frame(mode: Mode, groups: Iterable[tuple[str, ...]]) -> bytes:
    """Give a frame, STX to ETX, of (label, data) or (label, data, horodate)."""
    return STX + b"".join(group(mode, *fields) for fields in groups) + ETX
