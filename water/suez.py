"""Suez, Tout sur mon eau: telemetry by day, month or year; readings twice a year.

`content.measures[]`, cubic metres. Telemetry: `date`, `index` at the end, `volume`;
`numberOfDays` in months and years. An index null is unknown, even beside a volume 0,
and so is a 0 beside a 0.
Nontelemetry: dd/mm/yyyy, `type` R (read) or E (estimated), from `previousDateMeasure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from exports import Civil, Document, Export, FileRefused, Format, Refused, RowRefused
from water.answers import Item, has_objects_with, objects_with
from water.judged import IndexAt, export
from water.litres import amount_l, index_l
from water.row import Row, nature_of, span

TELEMETRY = ("date", "index", "volume")
NONE_YET = "02"


def recognises_telemetry(document: Document) -> bool:
    """Tell by measures that name no reading before them, or by an empty answer."""
    if _answers_nothing(document):
        return True
    return _measures(document) and not recognises_readings(document)


def recognises_readings(document: Document) -> bool:
    """Tell by periods from one reading to the next."""
    return has_objects_with(document, *TELEMETRY, "type") or has_objects_with(
        document, *TELEMETRY, "previousDateMeasure"
    )


def _measures(document: Document) -> bool:
    return has_objects_with(document, "measures") and has_objects_with(
        document, *TELEMETRY
    )


def _answers_nothing(document: Document) -> bool:
    empty = has_objects_with(document, "content", "code", "message")
    return empty and not _measures(document)


def _items(document: Document) -> list[tuple[str, Item]]:
    for _, answer in objects_with(document.json, "content", "code"):
        code = str(answer["code"])
        if code == NONE_YET:
            raise FileRefused("no-readings", "the portal says that it has no reading")
        if code.strip("0"):
            raise FileRefused(
                "portal-error",
                "the portal answered with an error",
                hint="ask for a month of days at most",
            )
    found = list(objects_with(document.json, *TELEMETRY))
    if not found:
        raise FileRefused("no-readings", "the answer holds no measure")
    return found


def read_telemetry(document: Document, zone: ZoneInfo) -> Export:
    """Read its days, months or years; raise FileRefused."""
    items, civil = _items(document), Civil(zone)
    rows: list[Row] = []
    refused: list[Refused] = []
    step = _step([item for _, item in items])
    dated = [item for _, item in items if _is_read(item)]
    for place, item in items:
        try:
            first, last = _span(
                item, step, civil, [dated[0], dated[-1]] if dated else []
            )
            rows.append(_row(place, item, civil, first, last))
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    return export(SUEZ_TELEMETRY.name, rows, refused, index_at=IndexAt.END)


def _step(items: Sequence[Item]) -> str:
    days = [item.get("numberOfDays") for item in items]
    if all(count is None for count in days):
        return "day"
    most = max((count for count in days if isinstance(count, int)), default=0)
    return "month" if most <= 31 else "year"


def _span(
    item: Item, step: str, civil: Civil, edges: Sequence[Item]
) -> tuple[date, date]:
    """Give the first and the last day that a measure is of.

    The open month or year at an end of the file reaches as far as its days do.
    """
    first = civil.day(item["date"])
    if step == "day":
        return first, first
    first = first.replace(day=1) if step == "month" else date(first.year, 1, 1)
    if step == "month":
        following = (first + timedelta(days=31)).replace(day=1)
    else:
        following = date(first.year + 1, 1, 1)
    last = following - timedelta(days=1)
    count = item.get("numberOfDays")
    whole = (following - first).days
    if isinstance(count, int) and 0 < count < whole and _is_read(item):
        newest = max(edges, key=lambda edge: str(edge["date"]))
        if item is newest:
            return first, first + timedelta(days=count - 1)
        if item in edges:
            return following - timedelta(days=count), last
    return first, last


def _row(place: str, item: Item, civil: Civil, first: date, last: date) -> Row:
    start, end = span(first, last, civil)
    index, volume = item["index"], item["volume"]
    unknown = volume is None or not _is_read(item)
    return Row(
        place,
        start,
        end,
        None if unknown else amount_l(volume),
        nature_of(item.get("type")),
        None if index is None else index_l(index),
    )


def _is_read(item: Item) -> bool:
    """Tell whether an index was read: null was not, nor was a 0 beside a volume 0."""
    return item["index"] is not None and bool(item["index"] or item["volume"])


def read_readings(document: Document, zone: ZoneInfo) -> Export:
    """Read its periods between readings; raise FileRefused."""
    civil = Civil(zone)
    rows: list[Row] = []
    refused: list[Refused] = []
    for place, item in _items(document):
        try:
            first, last = _between(item, civil)
            rows.append(_row(place, item, civil, first, last))
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    return export(SUEZ_READINGS.name, rows, refused, index_at=IndexAt.END)


def _between(item: Item, civil: Civil) -> tuple[date, date]:
    before = item.get("previousDateMeasure")
    if before in (None, ""):
        raise RowRefused("no-period", "the reading before it is not dated")
    first, reading = civil.day(before), civil.day(item["date"])
    if first >= reading:
        raise RowRefused("no-period", "the reading before it is not before it")
    return first, reading - timedelta(days=1)


SUEZ_TELEMETRY = Format(
    "suez_telemetry", "Suez : télérelève", recognises_telemetry, read_telemetry
)
SUEZ_READINGS = Format(
    "suez_readings", "Suez : relevés semestriels", recognises_readings, read_readings
)
