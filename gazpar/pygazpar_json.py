"""JSON that PyGazpar gives, hence its Home Assistant component: rows of one frequency.

    [{"time_period": "13/10/2022", "start_index_m3": 15724, "volume_m3": 2, …}]
    {"daily": […], "weekly": […], "monthly": […], "yearly": […]}

Its `timestamp` is when it was fetched: no reading is of that time.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from exports import Civil, Document, Export, Format, Json, Nature, RowRefused
from gazpar.gathering import gathered
from gazpar.period import Period
from gazpar.reading import Row
from gazpar.words import is_absence, nature

NAME = "pygazpar-json"
FREQUENCIES = ("hourly", "daily", "weekly", "monthly", "yearly")
LABELS = ("time_period", "date")
"""`date` and `converter_factor` until version 0.2."""


def recognises(document: Document) -> bool:
    """Tell whether it is a list of PyGazpar's rows, an empty one, or lists by name."""
    if not document.looks_json:
        return False
    value = document.json
    if isinstance(value, dict):
        lists = all(isinstance(rows, list | None) for rows in value.values())
        return bool(value) and lists and set(value) <= set(FREQUENCIES)
    return value == [] or (
        isinstance(value, list) and any(_is_row(one) for one in value[:20])
    )


def read(document: Document, zone: ZoneInfo) -> Export:
    """Give what the file says, of the finest frequency: it sums the others from it."""
    value = document.json
    name, rows = "", value
    if isinstance(value, dict):
        told = [name for name in FREQUENCIES if value.get(name)]
        name = told[0] if told else "daily"
        rows = value.get(name) or []
    items = [(f"{name}[{number}]", item) for number, item in enumerate(rows)]
    return gathered(NAME, None, items, _row, Civil(zone))


def _is_row(item: Json) -> bool:
    return isinstance(item, dict) and (
        "time_period" in item or ("date" in item and "energy_kwh" in item)
    )


def _row(place: str, item: Json, civil: Civil) -> Row:
    if not isinstance(item, dict) or not _is_row(item):
        raise RowRefused("not-a-row", "it is no reading")
    said = item.get("type")
    period = Period.from_label(next(item[key] for key in LABELS if key in item), civil)
    factor = item.get("converter_factor_kwh/m3", item.get("converter_factor"))
    return Row(
        place,
        period,
        item.get("volume_m3"),
        item.get("energy_kwh"),
        factor,
        item.get("start_index_m3"),
        item.get("end_index_m3"),
        None if is_absence(said) else _nature(said, period, item, civil),
        indexed=True,
    )


def _nature(said: Json, period: Period, item: dict[str, Json], civil: Civil) -> Nature:
    """Give the nature; a month that still ran when it was fetched is no measure of it.

    The row is labelled by the whole month, and replaced by a later one.
    """
    try:
        fetched = civil.day(item.get("timestamp"))
    except RowRefused:
        return nature(said)
    runs = period.days > 1 and period.first <= fetched < period.until
    return Nature.ESTIMATED if runs else nature(said)


FORMAT = Format(NAME, "PyGazpar (JSON)", recognises, read)
