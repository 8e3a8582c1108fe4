"""`readings.csv`: every reading on a line of its own, out and in again."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO
from urllib.parse import quote, unquote

import numpy as np

from edge.catalogue import Kind
from edge.interval import Interval, Step
from edge.portability.refusal import PackRefused
from edge.registers import CATALOGUE
from edge.sample import Quality, Slice, millis
from edge.stores.protocol import IntervalColumns

PATH = "readings.csv"
COLUMNS = (
    *("start", "end", "meter", "register", "step", "value", "unit", "quality"),
    *("source", "device", "coverage", "minimum", "mean", "maximum", "index_end"),
)
HEAD = ",".join(COLUMNS) + "\n"
PLAIN = ":+/ "
"""What needs no quoting in a name, besides letters, digits, and _.-~"""
LONGEST_LINE = 4096
OLDEST_MS, LATEST_MS = 946_684_800_000, 4_102_444_800_000
"""2000 and 2100: no meter of these is older, no row of theirs from later."""
LARGEST = 1 << 53
LONGEST_SOURCE = 200
FORMULA = ("+", "-", " ")
"""What none may begin with: a spreadsheet would reckon."""
FIELDS = (
    ("start", "datetime", "UTC, included"),
    ("end", "datetime", "UTC, not included"),
    ("meter", "string", "the supply point, by the household's own name"),
    ("register", "string", "what was counted or measured; its unit comes last"),
    ("step", "string", "30min to year: a row of the home's own meter. Empty: what a"),
    ("value", "integer", "an index: the amount; an instant: the mean, rounded"),
    ("unit", "string", "of value, minimum, mean, maximum and index_end"),
    ("quality", "string", "raw, validated, estimated, interpolated or corrected"),
    ("source", "string", "who said so: tic, pulses, file:…, portal:…"),
    ("device", "integer", "which physical meter of the supply point, from 1"),
    ("coverage", "number", "the part of the time that is known, 0 to 1"),
    ("minimum", "integer", "of an instant"),
    ("mean", "number", "of an instant, weighted by time"),
    ("maximum", "integer", "of an instant"),
    ("index_end", "integer", "the counter at the end, where a source gave it"),
)
RESOURCE = {
    "format": "csv",
    "mediatype": "text/csv",
    "encoding": "utf-8",
    "profile": "tabular-data-resource",
    "schema": {
        "fields": [
            {"name": name, "type": kind, "description": told}
            for name, kind, told in FIELDS
        ],
        "missingValues": [""],
    },
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """Since when each physical meter of a supply point counts, in order of time."""

    since_ms: Sequence[int] = ()

    def at(self, at_ms: int) -> int:
        """Give the number, from 1, of the one that counted then."""
        return max(1, bisect_right(self.since_ms, at_ms))

    def all(self, starts: Sequence[int]) -> list[int]:
        """Give the same of many instants."""
        if len(self.since_ms) < 2:
            return [1] * len(starts)
        return [self.at(start) for start in starts]


def instants(some: Sequence[int]) -> list[str]:
    """Write instants in UTC, in whole seconds where they all are."""
    array = np.array(some, dtype="datetime64[ms]")
    whole = not (array.astype(np.int64) % 1000).any()
    written = np.datetime_as_string(array, unit="s" if whole else "ms").tolist()
    return [f"{one}Z" for one in written]


def own_lines(
    meter: str, register: str, step: Step, rows: IntervalColumns, fitted: Fitted
) -> str:
    """Write rows of the home's own meter; what is unknown has no line."""
    if not len(rows):
        return ""
    middle = f"{plain(meter)},{plain(register)},{step.value}"
    unit = CATALOGUE[register].unit or ""
    known = zip(rows.sources, rows.value, strict=True)
    named = {one: plain(one) for one in {a for a, b in known if b is not None}}
    cells = zip(
        instants(rows.start_ms),
        instants(rows.end_ms),
        rows.value,
        rows.quality,
        rows.sources,
        fitted.all(rows.start_ms),
        rows.coverage,
        rows.minimum,
        rows.mean,
        rows.maximum,
        strict=True,
    )
    return "".join(
        f"{start},{end},{middle},{value},{unit},{quality},{named[sources]},{device},"
        f"{_cell(known)},{_cell(low)},{_cell(mean)},{_cell(high)},\n"
        for start, end, value, quality, sources, device, known, low, mean, high in cells
        if value is not None
    )


def shown_lines(meter: str, register: str, step: Step, rows: IntervalColumns) -> str:
    """Write rows as another holder is given them: without their source and device."""
    told = CATALOGUE[register]
    instant = told.kind is Kind.INSTANT and not told.peak
    middle = f"{plain(meter)},{plain(register)},{step.value}"
    none: list[None] = [None] * len(rows)
    cells = zip(
        instants(rows.start_ms),
        instants(rows.end_ms),
        rows.value,
        rows.quality,
        rows.coverage,
        rows.minimum if instant else none,
        rows.mean if instant else none,
        rows.maximum if instant else none,
        strict=True,
    )
    return "".join(
        f"{start},{end},{middle},{value},{told.unit or ''},{quality},,,"
        f"{_cell(known)},{_cell(low)},{_cell(mean)},{_cell(high)},\n"
        for start, end, value, quality, known, low, mean, high in cells
        if value is not None
    )


def said_lines(some: Sequence[Slice], fitted: Fitted) -> str:
    """Write what sources said of periods."""
    if not some:
        return ""
    starts = instants([one.start_ms for one in some])
    ends = instants([one.end_ms for one in some])
    return "".join(
        f"{start},{end},{plain(one.meter)},{plain(one.register)},,{one.value},"
        f"{CATALOGUE[one.register].unit or ''},{one.quality.value},"
        f"{plain(one.origin)},{fitted.at(one.start_ms)},,,,,{_cell(one.index_end)}\n"
        for start, end, one in zip(starts, ends, some, strict=True)
        if one.value is not None
    )


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value)


def plain(name: str) -> str:
    """Write a name so that no table takes a part of it for anything else.

    As in an address: what isn't plain is %XX, which `unquote` reads again.
    """
    written = quote(name, safe=PLAIN)
    return f"%{ord(written[0]):02X}{written[1:]}" if written[:1] in FORMULA else written


def read(text: TextIO, received_ms: int) -> Iterator[Interval | Slice]:
    """Give the rows of a file of ours; raise PackRefused on a line that is none."""
    lines = csv.reader(_lines(text))
    head = next(lines, [])
    if tuple(head) != COLUMNS:
        raise PackRefused(f"{PATH} has other columns than ours")
    seen: dict[str, int] = {}
    try:
        for row in lines:
            yield _row(row, received_ms, seen)
            if len(seen) > 4096:
                seen.clear()
    except (ValueError, KeyError, csv.Error) as error:
        raise PackRefused(f"line {lines.line_num} of {PATH} is no reading") from error


def _lines(text: TextIO) -> Iterator[str]:
    """Give lines, none of which fills the memory."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ValueError("a line without an end")
        yield line


def _row(
    row: Sequence[str], received_ms: int, seen: dict[str, int]
) -> Interval | Slice:
    (start, end, meter, register, step, value, unit, quality, source, _, *rest) = row
    coverage, low, mean, high, index_end = rest
    if register not in CATALOGUE or (CATALOGUE[register].unit or "") != unit:
        raise ValueError(register)
    start_ms, end_ms = _instant(start, seen), _instant(end, seen)
    if not OLDEST_MS <= start_ms < end_ms < LATEST_MS or len(source) > LONGEST_SOURCE:
        raise ValueError(start)
    if not step:
        return Slice(
            *(meter, register, start_ms, end_ms, _whole(value), Quality(quality)),
            *(unquote(source), received_ms, _whole(index_end) if index_end else None),
        )
    return Interval(
        *(meter, register, Step(step), start_ms, end_ms, _whole(value)),
        _whole(low) if low else None,
        _between(mean, -LARGEST, LARGEST) if mean else None,
        _whole(high) if high else None,
        _between(coverage, 0, 1),
        Quality(quality),
        unquote(source),
    )


def _whole(text: str) -> int:
    found = int(text)
    if abs(found) > LARGEST:
        raise ValueError(text)
    return found


def _between(text: str, least: float, most: float) -> float:
    found = float(text)
    if not least <= found <= most:  # nor what is no number
        raise ValueError(text)
    return found


def _instant(text: str, seen: dict[str, int]) -> int:
    """Read an instant; a row begins where the one before it ended."""
    found = seen.get(text)
    if found is None:
        found = seen[text] = millis(datetime.fromisoformat(text))
    return found


def numbered(rows: Iterable[tuple[str, int]]) -> Mapping[str, Fitted]:
    """Give, by supply point, its physical meters out of (meter, since)."""
    found: dict[str, list[int]] = {}
    for meter, since_ms in rows:
        found.setdefault(meter, []).append(since_ms)
    return {meter: Fitted(sorted(some)) for meter, some in found.items()}
