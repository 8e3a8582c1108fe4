"""Eau du Grand Lyon's REST answers of 2026: `postes[].data[]`, months from 0 to 11.

Daily: litres, `index` in litres at the START of the day, `debitMin` the smallest flow
in l/h, `volumeEstimeFuite` what is thought to leak; null is not yet. Monthly: whole
cubic metres. A month 12 would mean that months count from 1 after all: refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from exports import (
    Amount,
    Civil,
    Document,
    Export,
    FileRefused,
    Format,
    Json,
    Nature,
    Refused,
    RowRefused,
)
from water.answers import Item, has_objects_with, objects_with
from water.judged import IndexAt, export
from water.litres import L_IN_M3, amount_l, index_l
from water.month import month_row
from water.row import Row, plain

LITRES = ("l", "litre", "litres", "l/h", "litre/h", "litres/h")
CUBIC = ("m3", "m³", "m3/h", "m³/h")
IN_MONTHS = ("consommation", L_IN_M3)
IN_DOUBT = "in an answer whose months go from 0 to 11"
BESIDE = (("volumeEstimeFuite", "leak_l"), ("debitMin", "flow_min_l_h"))


def _recognises(document: Document, *, daily: bool) -> bool:
    if not has_objects_with(document, "postes"):
        return False
    return any("jour" in item for _, item, _ in _items(document.json)) is daily


def _items(answer: Json) -> Iterator[tuple[str, Item, Item]]:
    """Give each item, its place, which no other of the file has, and its answer."""
    for where, body in objects_with(answer, "postes"):
        under = "postes" if body is answer else f"{where}.postes"
        for place, item in objects_with(
            body["postes"], "annee", "mois", "consommation", under=under
        ):
            yield place, item, body


def _unit_l(body: Item, quantity: str, otherwise: int) -> int:
    units = body.get("unites")
    unit = plain(units.get(quantity) if isinstance(units, dict) else None)
    if unit.replace(" ", "") in LITRES:
        return 1
    if unit.replace(" ", "") in CUBIC:
        return L_IN_M3
    if unit:
        raise FileRefused("unknown-unit", f"{quantity} is in an unknown unit")
    return otherwise


def _month(item: Item) -> int:
    month = item["mois"]
    if month == 12:
        raise FileRefused("months-in-doubt", f"a month 12 {IN_DOUBT}")
    if not isinstance(month, int) or isinstance(month, bool) or not 0 <= month < 12:
        raise RowRefused("not-a-date", f"{str(month)[:40]!r} is no month, 0 to 11")
    return month + 1


def read_daily(document: Document, zone: ZoneInfo) -> Export:
    """Read its days, and its months where a file has both; raise FileRefused."""
    answer, civil = document.json, Civil(zone)
    items = list(_items(answer))
    days = [one for one in items if "jour" in one[1]]
    _check_months([item for _, item, _ in days])
    rows: list[Row] = []
    refused: list[Refused] = []
    beside: list[Amount] = []
    for place, item, body in days:
        try:
            row = _day(place, item, civil, body)
            rows.append(row)
            beside += _beside(body, row, item)
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    found = export(DAILY.name, rows, refused, index_at=IndexAt.START, beside=beside)
    if len(days) == len(items):
        return found
    by_month = read_monthly(document, zone)
    return replace(
        found,
        amounts=found.amounts + by_month.amounts,
        refused=found.refused + by_month.refused,
        absent=found.absent + by_month.absent,
    )


def _check_months(days: list[Item]) -> None:
    """Refuse days that only exist where months count from 1, if no month 0 denies it.

    Raises FileRefused ("months-in-doubt").
    """
    dates = [(item["annee"], item["mois"], item["jour"]) for item in days]
    if any(month == 0 for _, month, _ in dates):
        return
    for year, month, day in dates:
        from_1, from_0 = (_date(year, month, day, by) for by in (0, 1))
        if from_1 is not None and from_0 is None:
            raise FileRefused("months-in-doubt", f"a day of a longer month {IN_DOUBT}")


def _date(year: Json, month: Json, day: Json, by: int) -> date | None:
    try:
        return date(year, month + by, day)
    except (TypeError, ValueError, OverflowError):
        return None


def _day(place: str, item: Item, civil: Civil, body: Item) -> Row:
    day = _date(item["annee"], _month(item), item["jour"], 0)
    if day is None:
        raise RowRefused("not-a-date", "its day doesn't exist")
    volume, index = item["consommation"], item.get("index")
    unit_l, index_unit_l = (_unit_l(body, one, 1) for one in ("consommation", "index"))
    return Row.of_day(
        place,
        day,
        None if volume is None else amount_l(volume, scale=unit_l),
        civil,
        nature=Nature.ESTIMATED if item.get("estime") is True else Nature.MEASURED,
        index_l=None if index is None else index_l(index, scale=index_unit_l),
    )


def _beside(body: Item, row: Row, item: Item) -> Iterator[Amount]:
    for key, quantity in BESIDE:
        if item.get(key) is not None and row.volume_l is not None:
            value = amount_l(item[key], scale=_unit_l(body, key, 1))
            if value < 0:
                raise RowRefused("negative", f"{key} can't be negative")
            yield Amount(quantity, row.start, row.end, value, row.nature, row.place)


def read_monthly(document: Document, zone: ZoneInfo) -> Export:
    """Read its months; raise FileRefused."""
    civil = Civil(zone)
    rows: list[Row] = []
    refused: list[Refused] = []
    for place, item, body in _items(document.json):
        if "jour" in item:
            continue
        try:
            volume, unit_l = item["consommation"], _unit_l(body, *IN_MONTHS)
            litres = None if volume is None else amount_l(volume, scale=unit_l)
            estimated = item.get("estime") is True
            nature = Nature.ESTIMATED if estimated else Nature.MEASURED
            month = _month(item)
            rows.append(month_row(place, item["annee"], month, litres, civil, nature))
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    return export(MONTHLY.name, rows, refused)


DAILY = Format(
    "grand_lyon_daily",
    "Eau du Grand Lyon : consommationsJournalieres",
    lambda document: _recognises(document, daily=True),
    read_daily,
)
MONTHLY = Format(
    "grand_lyon_monthly",
    "Eau du Grand Lyon : consommationsMensuelles",
    lambda document: _recognises(document, daily=False),
    read_monthly,
)
