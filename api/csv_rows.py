"""Rows as CSV (RFC 4180), with a header row; safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Sequence

from api.instants import Civil
from api.json_rows import bounds, plain
from api.query import Query
from api.rows import Renderer
from edge.catalogue import Kind
from edge.interval import Point, Step
from edge.stores.protocol import IntervalColumns

FORMULA = re.compile(
    r"^(?=[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n])"
    r"|(?<=[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
"""Where a cell begins that a spreadsheet takes for a formula, and may run.

One that was told another separator (; in France) begins a cell where we don't.
"""


def head(query: Query) -> bytes:
    """Give the header row."""
    if query.step is Step.RAW:
        return b"at,value,unit,quality\r\n"
    extremes = "min,mean,max," if query.register.kind is Kind.INSTANT else ""
    whose = ",revision,sources" if query.whole else ""
    return f"start,end,value,{extremes}unit,quality,coverage{whose}\r\n".encode()


def field(value: object) -> str:
    """Give one field: unknown is empty, a text is quoted and never a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    value = FORMULA.sub("'", value)
    if any(c in value for c in '",\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


class CsvRows(Renderer):
    """Writes slices of rows, each ended by CRLF."""

    def __init__(self, query: Query, civil: Civil) -> None:
        self._civil = civil
        self._unit = query.register.unit or ""
        self._instant = query.register.kind is Kind.INSTANT
        self._whole = query.whole

    def intervals(self, columns: IntervalColumns) -> bytes:
        """Give intervals; instants have their min, mean and max besides."""
        numbers = [columns.value]
        if self._instant:
            numbers += [columns.minimum, columns.mean, columns.maximum]  # type: ignore[list-item] # floats among integers
        starts, ends = bounds(columns, self._civil)
        fields = zip(*(_fields(column) for column in numbers), strict=True)
        return "".join(
            [
                f"{start},{end},{','.join(values)},"
                f"{self._unit},{quality!s},{coverage}{whose}\r\n"
                for start, end, values, quality, coverage, whose in zip(
                    starts,
                    ends,
                    fields,
                    plain(columns.quality),
                    plain(columns.coverage),
                    self._whose(columns),
                    strict=True,
                )
            ]
        ).encode()

    def _whose(self, columns: IntervalColumns) -> list[str]:
        """Give what closes each row: its revision and sources, or nothing."""
        if not self._whole:
            return [""] * len(columns)
        pairs = zip(plain(columns.revision), plain(columns.sources), strict=True)
        return [f",{revision},{field(sources)}" for revision, sources in pairs]

    def points(self, points: list[Point]) -> bytes:
        """Give raw values."""
        instants = self._civil.texts([point.at_ms for point in points])
        return "".join(
            [
                f"{at},{field(point.value)},{self._unit},{point.quality.value}\r\n"
                for at, point in zip(instants, points, strict=True)
            ]
        ).encode()


def _fields(column: Sequence[float | None]) -> list[str]:
    return [
        "" if value is None or value != value else str(value)  # noqa: PLR0124 - NaN is not known either
        for value in plain(column)
    ]
