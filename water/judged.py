"""A file's rows judged together, as what the file says and what is refused of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise

from exports import Absence, Amount, Export, FileRefused, Nature, Refused
from water.failed import failures
from water.row import Row

VOLUME = "volume_l"


class IndexAt(StrEnum):
    """When, in its own period, the index of a row was read."""

    START = "start"
    END = "end"


def export(
    name: str,
    rows: Iterable[Row],
    refused: Iterable[Refused] = (),
    *,
    index_at: IndexAt | None = None,
    beside: Iterable[Amount] = (),
) -> Export:
    """Give what the rows of one file say; raise FileRefused ("no-readings").

    Rows may come newest first. `index_at` is the company's habit; None asks the rows
    themselves, and leaves indexes out where they don't tell. Of two rows of one period
    the measured one counts, then the first; another value is refused ("two-values").
    `beside` are further quantities, left out where their row is refused.
    """
    ordered = _ordered(list(rows))
    turned_down = list(refused)
    if not ordered and not turned_down:
        raise FileRefused("no-readings", "the file holds no reading")
    failed = failures(ordered)
    turned_down += failed.values()
    good = [row for number, row in enumerate(ordered) if number not in failed]
    single, doubled = _single(good)
    turned_down += doubled
    spoilt = {one.place for one in turned_down}
    known = [row for row in single if row.volume_l is not None]
    index_at = index_at or _tells(single)
    ends = _indexes(single, index_at)
    amounts = [
        Amount(
            VOLUME,
            row.start,
            row.end,
            row.volume_l,
            row.nature,
            row.place,
            ends.get(row.place),
        )
        for row in known
        if row.volume_l is not None
    ]
    absent = [
        Absence(row.start, row.end, row.place) for row in single if row.volume_l is None
    ]
    return Export(
        format=name,
        meter=None,
        amounts=(*amounts, *(one for one in beside if one.place not in spoilt)),
        refused=tuple(turned_down),
        absent=tuple(absent),
    )


def _ordered(rows: list[Row]) -> list[Row]:
    if len(rows) > 1 and rows[0].start > rows[-1].start:
        rows.reverse()  # two of one day stay in the order that they were written in
    return sorted(rows, key=lambda row: row.start)


def _single(rows: Sequence[Row]) -> tuple[list[Row], list[Refused]]:
    kept: dict[object, Row] = {}
    refused: list[Refused] = []
    for row in rows:
        there = kept.setdefault((row.start, row.end), row)
        if there is row or row.volume_l is None:
            continue
        better = there.volume_l is None or (
            there.nature is Nature.ESTIMATED and row.nature is not Nature.ESTIMATED
        )
        stays, goes = (row, there) if better else (there, row)
        kept[row.start, row.end] = stays
        if goes.volume_l is not None and goes.volume_l != stays.volume_l:
            detail = f"{goes.volume_l} l; {stays.place} says {stays.volume_l} l"
            refused.append(Refused(goes.place, "two-values", detail))
    return list(kept.values()), refused


def _tells(rows: Sequence[Row]) -> IndexAt | None:
    """Tell from the rows when their indexes were read: whose amount fits between two.

    Amounts that fit both ways, or none, tell nothing.
    """
    start = end = 0
    for one, two in pairwise(rows):
        if one.end != two.start or one.index_l is None or two.index_l is None:
            continue
        between = two.index_l - one.index_l
        start += between == one.volume_l != two.volume_l
        end += between == two.volume_l != one.volume_l
    if start == end:
        return None
    return IndexAt.START if start > end else IndexAt.END


def _indexes(rows: Sequence[Row], index_at: IndexAt | None) -> dict[str, int]:
    """Give the index at the end of each row that one is known for, by its place.

    A row that is estimated repeats the last index read: it confirms one only where
    the amount fits.
    """
    if index_at is IndexAt.END:
        return {
            row.place: row.index_l
            for row in rows
            if row.index_l is not None and row.nature is not Nature.ESTIMATED
        }
    found: dict[str, int] = {}
    if index_at is IndexAt.START:
        for one, two in pairwise(rows):
            if one.end != two.start or one.index_l is None or two.index_l is None:
                continue
            fits = two.index_l - one.index_l == one.volume_l
            measured = Nature.ESTIMATED not in (one.nature, two.nature)
            if fits or (measured and two.index_l >= one.index_l):
                found[one.place] = two.index_l
    return found
