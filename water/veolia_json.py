"""eau.veolia.fr's answers, bare lists or several wrapped in one object.

Daily: `date_releve`, `consommation.litre` (or m3), `index.m3`, `fiabilite_index`.
Monthly: `annee`, `mois` from 1 to 12, `consommation.m3`, `fiabilite_conso`. Both may
stand in one file, and both are what it says: a month is its days over again.
When in its day an index was read is asked of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from exports import Civil, Document, Export, FileRefused, Format, Refused, RowRefused
from water.answers import Item, has_objects_with, objects_with
from water.judged import export
from water.litres import amount_l, index_l
from water.month import month_row
from water.row import Row, nature_of, says_nothing

DAY = ("date_releve", "consommation")
MONTH = ("annee", "mois", "consommation")


def recognises_daily(document: Document) -> bool:
    """Tell by days as the portal's backend gives them."""
    return has_objects_with(document, *DAY)


def recognises_monthly(document: Document) -> bool:
    """Tell by months whose amount is an object: Grand Lyon's is a number."""
    return has_objects_with(document, *MONTH) and not has_objects_with(
        document, "postes"
    )


def _litres(amount: object) -> int | None:
    if amount is None:
        return None
    if not isinstance(amount, dict):
        raise RowRefused("not-a-number", "the amount says no unit")
    if amount.get("litre") is not None:
        return amount_l(amount["litre"], scale=1)
    return None if amount.get("m3") is None else amount_l(amount["m3"])


def _index(item: Item) -> int | None:
    index = item.get("index")
    if not isinstance(index, dict):
        return None
    if index.get("litre") is not None:
        return index_l(index["litre"], scale=1)
    return None if index.get("m3") is None else index_l(index["m3"])


def read(document: Document, zone: ZoneInfo) -> Export:
    """Read its days and its months, each judged among their own; raise FileRefused."""
    civil, answer = Civil(zone), document.json
    days = list(objects_with(answer, *DAY))
    months = list(objects_with(answer, *MONTH))
    if not days:
        return _export(VEOLIA_MONTHLY.name, months, civil, _of_month)
    by_day = _export(VEOLIA_DAILY.name, days, civil, _day)
    if not months:
        return by_day
    by_month = _export(VEOLIA_MONTHLY.name, months, civil, _of_month)
    return replace(
        by_day,
        amounts=by_day.amounts + by_month.amounts,
        refused=by_day.refused + by_month.refused,
        absent=by_day.absent + by_month.absent,
    )


def _export(
    name: str,
    items: Sequence[tuple[str, Item]],
    civil: Civil,
    row_of: Callable[[str, Item, Civil], Row],
) -> Export:
    rows: list[Row] = []
    refused: list[Refused] = []
    for place, item in items:
        try:
            rows.append(row_of(place, item, civil))
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    return export(name, rows, refused)


def _day(place: str, item: Item, civil: Civil) -> Row:
    word = item.get("fiabilite_index")
    return Row.of_day(
        place,
        civil.day(item["date_releve"]),
        None if says_nothing(word) else _litres(item["consommation"]),
        civil,
        nature=nature_of(word),
        index_l=_index(item),
    )


def _of_month(place: str, item: Item, civil: Civil) -> Row:
    month = item["mois"]
    if month == 0:
        raise FileRefused(
            "months-in-doubt", "a month 0 in an answer whose months go from 1 to 12"
        )
    if not isinstance(month, int) or isinstance(month, bool):
        raise RowRefused("not-a-date", f"{str(month)[:40]!r} is no month, 1 to 12")
    word = item.get("fiabilite_conso")
    litres = None if says_nothing(word) else _litres(item["consommation"])
    return month_row(place, item["annee"], month, litres, civil, nature_of(word))


VEOLIA_DAILY = Format(
    "veolia_daily", "eau.veolia.fr : consommations journalières", recognises_daily, read
)
VEOLIA_MONTHLY = Format(
    "veolia_monthly",
    "eau.veolia.fr : consommations mensuelles",
    recognises_monthly,
    read,
)
