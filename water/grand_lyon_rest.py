"""Eau du Grand Lyon's REST answers of 2026: `postes[].data[]`, months from 0 to 11.

Daily: litres, `index` in litres at the START of the day, `debitMin` the smallest flow
in l/h, `volumeEstimeFuite` what is thought to leak; null is not yet. Monthly: whole
cubic metres. A month 12 would mean that months count from 1 after all: refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator
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
BESIDE = (("volumeEstimeFuite", "leak_l"), ("debitMin", "flow_min_l_h"))


def _recognises(document: Document, *, daily: bool) -> bool:
    if not has_objects_with(document, "postes"):
        return False
    return any("jour" in item for _, item in _items(document.json)) is daily


def _items(answer: Json) -> Iterator[tuple[str, Item]]:
    for _, body in objects_with(answer, "postes"):
        yield from objects_with(
            body["postes"], "annee", "mois", "consommation", under="postes"
        )


def _unit_l(answer: Json, quantity: str, otherwise: int) -> int:
    for _, body in objects_with(answer, "unites"):
        units = body["unites"] if isinstance(body["unites"], dict) else {}
        unit = plain(units.get(quantity)).replace(" ", "")
        if unit in LITRES:
            return 1
        if unit in CUBIC:
            return L_IN_M3
        if unit:
            raise FileRefused("unknown-unit", f"{quantity} is in an unknown unit")
    return otherwise


def _month(item: Item) -> int:
    month = item["mois"]
    if month == 12:
        raise FileRefused(
            "months-in-doubt", "a month 12 in an answer whose months go from 0 to 11"
        )
    if not isinstance(month, int) or isinstance(month, bool) or not 0 <= month < 12:
        raise RowRefused("not-a-date", f"{str(month)[:40]!r} is no month, 0 to 11")
    return month + 1


def read_daily(document: Document, zone: ZoneInfo) -> Export:
    """Read its days; raise FileRefused."""
    answer, civil = document.json, Civil(zone)
    unit_l = _unit_l(answer, "consommation", 1)
    index_unit_l = _unit_l(answer, "index", 1)
    rows: list[Row] = []
    refused: list[Refused] = []
    beside: list[Amount] = []
    for place, item in _items(answer):
        try:
            row = _day(place, item, civil, unit_l, index_unit_l)
            rows.append(row)
            beside += _beside(answer, row, item)
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    return export(DAILY.name, rows, refused, index_at=IndexAt.START, beside=beside)


def _day(place: str, item: Item, civil: Civil, unit_l: int, index_unit_l: int) -> Row:
    try:
        day = date(item["annee"], _month(item), item["jour"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise RowRefused("not-a-date", "its day doesn't exist") from error
    volume, index = item["consommation"], item.get("index")
    return Row.of_day(
        place,
        day,
        None if volume is None else amount_l(volume, scale=unit_l),
        civil,
        nature=Nature.ESTIMATED if item.get("estime") is True else Nature.MEASURED,
        index_l=None if index is None else index_l(index, scale=index_unit_l),
    )


def _beside(answer: Json, row: Row, item: Item) -> Iterator[Amount]:
    for key, quantity in BESIDE:
        if item.get(key) is not None and row.volume_l is not None:
            value = amount_l(item[key], scale=_unit_l(answer, key, 1))
            if value < 0:
                raise RowRefused("negative", f"{key} can't be negative")
            yield Amount(quantity, row.start, row.end, value, row.nature, row.place)


def read_monthly(document: Document, zone: ZoneInfo) -> Export:
    """Read its months; raise FileRefused."""
    answer, civil = document.json, Civil(zone)
    unit_l = _unit_l(answer, "consommation", L_IN_M3)
    rows: list[Row] = []
    refused: list[Refused] = []
    for place, item in _items(answer):
        try:
            volume = item["consommation"]
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
