"""Signals of the grid as what they say of days and hours: Tempo's colours, EcoWatt.

A Tempo day is from 06:00 to 06:00, local; an EcoWatt hour from its beginning on.
Colours are 1 blue, 2 white, 3 red; levels 0 and 1 green, 2 orange, 3 red.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TypeAlias
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

TEMPO_HOUR = 6
COLOURS: Mapping[str, int] = {"BLUE": 1, "WHITE": 2, "RED": 3}
HOURS = 24
Row: TypeAlias = Callable[[str, Json, Civil], Amount | None]


def _read(name: str, items: Iterator[Json], row: Row, zone: ZoneInfo) -> Export:
    """Read each item; None of one is unknown yet. Raises FileRefused (no-readings)."""
    civil = Civil(zone)
    amounts: list[Amount] = []
    refused: list[Refused] = []
    for number, item in enumerate(items, 1):
        place = f"item {number}"
        try:
            found = row(place, item, civil)
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
        except (KeyError, TypeError, ValueError, OverflowError):
            refused.append(Refused(place, "not-a-row", "it has not the form"))
        else:
            amounts += [] if found is None else [found]
    if not amounts and not refused:
        raise FileRefused("no-readings", "no signal is known yet")
    return Export(name, None, tuple(amounts), tuple(refused))


def _colour(place: str, day: object, code: int, civil: Civil) -> Amount | None:
    if code == 0:
        return None
    if code not in COLOURS.values():
        raise RowRefused("not-a-number", f"{code} is no colour")
    first = civil.day(day)
    start = civil.midnight(first, TEMPO_HOUR)
    end = civil.midnight(first + timedelta(days=1), TEMPO_HOUR)
    return Amount("tempo_day", start, end, code, Nature.DEFINITIVE, place)


def _dated(place: str, item: Json, civil: Civil) -> Amount | None:
    return _colour(place, item["dateJour"], int(item["codeJour"]), civil)


def _of_calendar(place: str, item: Json, civil: Civil) -> Amount | None:
    code = COLOURS.get(item["value"], 0)
    return _colour(place, item["start_date"], code, civil)


def _of_hour(place: str, item: Json, civil: Civil) -> Amount:
    day, hour, level = item
    if not (type(hour) is int and 0 <= hour < HOURS and type(level) is int):
        raise RowRefused("not-a-number", "it is no hour, or no level")
    start = civil.midnight(civil.day(day), hour)
    if start.astimezone(civil.zone).hour != hour:
        raise RowRefused("no-such-time", "clocks went forward over it")
    end = start + timedelta(hours=1)
    return Amount("ecowatt_level", start, end, level, Nature.MEASURED, place)


def _items(value: Json, *path: str) -> Iterator[Json]:
    """Give the list under a path of keys; a single object for a list of one."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from value


def _hours(value: Json) -> Iterator[Json]:
    for day in _items(value, "signals"):
        if isinstance(day, dict):
            for one in _items(day, "values"):
                told = one if isinstance(one, dict) else {}
                yield day.get("jour"), told.get("pas"), told.get("hvalue")


def _has(document: Document, key: bytes) -> bool:
    return document.looks_json and key in document.data


TEMPO_DAYS = Format(
    "tempo-days",
    "Couleurs Tempo, api-couleur-tempo.fr",
    lambda document: _has(document, b'"codeJour"') or document.data.strip() == b"[]",
    lambda document, zone: _read("tempo-days", _items(document.json), _dated, zone),
)
TEMPO_CALENDAR = Format(
    "tempo-calendar",
    "Couleurs Tempo, RTE",
    lambda document: _has(document, b'"tempo_like_calendars"'),
    lambda document, zone: _read(
        "tempo-calendar",
        _items(document.json, "tempo_like_calendars", "values"),
        _of_calendar,
        zone,
    ),
)
ECOWATT = Format(
    "ecowatt",
    "EcoWatt, RTE",
    lambda document: _has(document, b'"signals"'),
    lambda document, zone: _read("ecowatt", _hours(document.json), _of_hour, zone),
)
FORMATS: tuple[Format, ...] = (TEMPO_DAYS, TEMPO_CALENDAR, ECOWATT)
