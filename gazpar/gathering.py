"""Rows of one file as what it says: in order, each period once, absences as such."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from exports import (
    Absence,
    Amount,
    Civil,
    Export,
    Nature,
    Refused,
    RowRefused,
)
from gazpar.period import Period
from gazpar.reading import Reading, Row

RANKS = {None: 0, Nature.ESTIMATED: 1, Nature.MEASURED: 2, Nature.DEFINITIVE: 3}
T = TypeVar("T")


def gathered(
    name: str,
    meter: str | None,
    items: Iterable[tuple[str, T]],
    row_of: Callable[[str, T, Civil], Row],
    civil: Civil,
) -> Export:
    """Give the export of `items`, each (place, item), that `row_of` reads as a row.

    A row that can't be read is refused alone. Of two rows of one period the better
    known counts: definitive, measured, estimated, absent; of two as good the first, and
    the other is refused ("duplicate", "two-values").
    """
    refused: list[Refused] = []
    readings: dict[tuple[Period, bool], Reading] = {}
    for place, item in items:
        try:
            reading = Reading.from_row(row_of(place, item, civil))
            _enter(readings, reading)
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    ordered = sorted(
        readings.values(), key=lambda one: (one.period.first, one.period.until)
    )
    return _export(name, meter, _cut_at_new_year(ordered), refused, civil)


def _enter(readings: dict[tuple[Period, bool], Reading], reading: Reading) -> None:
    key = (reading.period, reading.published)
    there = readings.setdefault(key, reading)
    if there is reading or RANKS[reading.nature] < RANKS[there.nature]:
        return
    if RANKS[reading.nature] > RANKS[there.nature]:
        readings[key] = reading
    elif replace(reading, place=there.place) == there:
        raise RowRefused("duplicate", f"{there.place} says the same")
    else:
        raise RowRefused("two-values", f"{there.place} says otherwise")


def _cut_at_new_year(ordered: list[Reading]) -> Iterator[Reading]:
    """End a week on 31 December where the file has its days of January apart.

    The portal groups by year, then by week, and labels both parts to Sunday: of
    `Du 28/12/2020 au 03/01/2021` and `Du 01/01/2021 au 03/01/2021` the first counts
    four days (its daily export says so).
    """
    for one, after in pairwise(ordered):
        cut = (
            one.period.first < after.period.first < one.period.until
            and after.period.until == one.period.until
            and (after.period.first.month, after.period.first.day) == (1, 1)
            and one.period.days <= 7
        )
        kept = Period(one.period.first, after.period.first) if cut else one.period
        yield replace(one, period=kept)
    yield from ordered[-1:]


def _export(
    name: str,
    meter: str | None,
    readings: Iterable[Reading],
    refused: list[Refused],
    civil: Civil,
) -> Export:
    amounts: list[Amount] = []
    absent: list[Absence] = []
    facts: list[dict[str, str | int | None]] = []
    shown: int | None = None
    for one in readings:
        start, end = one.period.instants(civil)
        told = [] if _unmeasured(one, shown) else _amounts(one, civil)
        amounts += told
        if one.period.days == 1 and one.index_end_l is not None:
            shown = one.index_end_l
        if all(amount.quantity == "conversion_wh_m3" for amount in told):
            absent.append(Absence(start, end, one.place))
        if one.index_end_l is None or any(a.index_end is not None for a in told):
            continue
        # An index without its volume still says how much went through since the last.
        facts.append(
            {
                "kind": "index",
                "quantity": "volume_l",
                "at": end.isoformat(),
                "value": one.index_end_l,
                "place": one.place,
            }
        )
    return Export(
        name, meter, tuple(amounts), tuple(refused), tuple(absent), tuple(facts)
    )


def _unmeasured(one: Reading, shown: int | None) -> bool:
    """Tell whether a reading is an absence, said so or not.

    The day after a gap has no first index. Where it has an amount, GRDF knew it
    otherwise; its 0 is what is left of an unknown, for the portal writes 0 also where
    the index moved. It is a true 0 only where the file shows the same index before the
    gap: then nothing flowed since.
    """
    if one.nature is None:
        return True
    nothing = not one.volume_l and not one.energy_wh
    stood_still = one.index_end_l is not None and one.index_end_l == shown
    return one.day_without_index and nothing and not stood_still


def _amounts(one: Reading, civil: Civil) -> list[Amount]:
    start, end = one.period.instants(civil)
    nature = one.nature or Nature.ESTIMATED
    told = (
        ("volume_l", one.volume_l, one.index_end_l),
        ("energy_wh", one.energy_wh, None),
        ("conversion_wh_m3", one.conversion_wh_m3, None),
    )
    return [
        Amount(quantity, start, end, value, nature, one.place, index)
        for quantity, value, index in told
        if value is not None
    ]
