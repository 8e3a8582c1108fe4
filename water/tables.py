"""Rows of a daily table (CSV or workbook) whose columns are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from exports import Civil, Document, FileRefused, Refused, RowRefused
from water.columns import Columns
from water.litres import L_IN_M3, amount_l, index_l
from water.row import Row, is_empty, nature_of, says_nothing


def rows_of(
    document: Document, columns: Columns, zone: ZoneInfo
) -> tuple[list[Row], list[Refused]]:
    """Read the days under the header; a row that can't be read is refused, with why.

    An amount without a unit is of litres where all are whole, else of cubic metres;
    an index without one is of the unit in which it fits the amounts, or left out.
    """
    lines = list(_lines(document, columns))
    unit_l = columns.volume_unit_l or _likely_unit_l(lines, columns.volume)
    civil = Civil(zone)
    rows: list[Row] = []
    refused: list[Refused] = []
    for place, cells in lines:
        try:
            rows.append(_row(place, cells, columns, unit_l, civil))
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    if not rows and not refused:
        raise FileRefused("no-readings", "the file has a header and no row")
    if columns.index is not None:
        rows = _with_indexes(rows, lines, columns.index, columns.index_unit_l)
    return rows, refused


def _lines(document: Document, columns: Columns) -> Iterator[tuple[str, list[Any]]]:
    wide = len(columns.headers)
    for number, (place, cells) in enumerate(document.table):
        if number > columns.row and any(str(c or "").strip() for c in cells):
            yield place, cells + [None] * (wide - len(cells))


def _row(
    place: str, cells: Sequence[Any], columns: Columns, unit_l: int, civil: Civil
) -> Row:
    day = civil.day(cells[columns.date])
    said = None if columns.quality is None else cells[columns.quality]
    volume = cells[columns.volume]
    absent = is_empty(volume) or says_nothing(volume) or says_nothing(said)
    return Row.of_day(
        place,
        day,
        None if absent else amount_l(_cell(volume), scale=unit_l),
        civil,
        nature=nature_of(said),
    )


def _cell(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _likely_unit_l(lines: Sequence[tuple[str, list[Any]]], column: int) -> int:
    whole = all(float(number).is_integer() for number in _numbers(lines, column))
    return 1 if whole else L_IN_M3


def _numbers(lines: Sequence[tuple[str, list[Any]]], column: int) -> Iterator[float]:
    for _, cells in lines:
        try:
            yield float(str(cells[column]).strip().replace(",", "."))
        except ValueError:
            continue


def _with_indexes(
    rows: list[Row],
    lines: Sequence[tuple[str, list[Any]]],
    column: int,
    unit_l: int | None,
) -> list[Row]:
    texts = {place: _cell(cells[column]) for place, cells in lines}

    def given(scale: int) -> Callable[[Row], Row]:
        def one(row: Row) -> Row:
            try:
                return replace(row, index_l=index_l(texts[row.place], scale=scale))
            except RowRefused:  # an index beside a good amount is no reason to lose it
                return row

        return one

    if unit_l is not None:
        return [given(unit_l)(row) for row in rows]
    tried = [[given(scale)(row) for row in rows] for scale in (1, L_IN_M3)]
    best = max(tried, key=_fitting)
    return best if _fitting(best) else rows


def _fitting(rows: Sequence[Row]) -> int:
    return sum(
        one.index_l is not None
        and two.index_l is not None
        and two.index_l > one.index_l
        and two.index_l - one.index_l in (one.volume_l, two.volume_l)
        for one, two in pairwise(sorted(rows, key=lambda row: row.start))
    )
