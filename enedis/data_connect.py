"""Data Connect's answers, as MyElectricalData and Conso API pass them on.

Values are texts; a curve's date is naive local and the END of its step, a day's is the
day. `end` is exclusive.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from enedis.curve import Point, take_curve
from enedis.direction import Direction
from enedis.findings import Findings
from enedis.natures import nature
from enedis.prm import only
from enedis.steps import DAY, duration
from enedis.units import Unit, amount, unit
from enedis.usage_point import number
from enedis.words import folded, is_empty
from exports import (
    Absence,
    Amount,
    Civil,
    Document,
    Export,
    FileRefused,
    Json,
    RowRefused,
)


def readings(value: Json) -> list[dict[str, Any]]:
    """Give each `meter_reading` in a JSON value: wrapped, bare, or several."""
    if isinstance(value, list):
        return [one for part in value for one in readings(part)]
    if not isinstance(value, dict):
        return []
    inner = value.get("meter_reading")
    if inner is not None:
        return readings(inner)
    return [value] if isinstance(value.get("interval_reading"), list) else []


def recognises(document: Document) -> bool:
    """Tell it by its `interval_reading`."""
    return (
        document.looks_json
        and b'"interval_reading"' in document.data
        and bool(readings(document.json))
    )


def read(document: Document, zone: ZoneInfo) -> Export:
    """Read consumption or production: days, curve, largest powers."""
    findings = Findings()
    found = readings(document.json)
    for one in found:
        _take(findings, one, document.name, zone)
    meter = only([number(one.get("usage_point_id")) for one in found])
    return findings.export("enedis-data-connect", meter)


def _take(
    findings: Findings, reading: dict[str, Any], name: str, zone: ZoneInfo
) -> None:
    kind = reading.get("reading_type")
    kind = kind if isinstance(kind, dict) else {}
    said = unit(kind.get("unit"))
    if said is None:
        raise FileRefused("unknown-unit", "its reading_type has no unit that we know")
    way = reading.get("flow_direction") or kind.get("flow_direction")
    direction = Direction.said_by(way, kind.get("measurement_kind"), name)
    period = duration(kind.get("measuring_period"))
    largest = said.kind == "apparent" or folded(kind.get("aggregate")).startswith("max")
    rows = list(enumerate(reading["interval_reading"], start=1))
    if largest:
        _take_days(findings, direction.max_power, said, rows, zone)
    elif said.kind == "energy" and period in (None, DAY):
        _take_days(findings, direction.energy, said, rows, zone)
    else:
        power = said.kind == "power"
        quantity = direction.mean_power if power else direction.energy
        _take_steps(findings, quantity, said, rows, zone)


def _cells(row: Json) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise RowRefused("not-a-reading", "it has neither a date nor a value")
    return row


def _take_days(
    findings: Findings,
    quantity: str,
    said: Unit,
    rows: list[tuple[int, Json]],
    zone: ZoneInfo,
) -> None:
    civil = Civil(zone)
    for place, row in ((f"reading {i}", row) for i, row in rows):
        try:
            cells = _cells(row)
            day = civil.day(cells.get("date"))
            start, end = civil.span(day, day)
            if is_empty(cells.get("value")):
                findings.absent.append(Absence(start, end, place))
                continue
            value = amount(cells["value"], said.scale)
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        kind = nature(cells.get("measure_type"))
        findings.amounts.append(Amount(quantity, start, end, value, kind, place))


def _take_steps(
    findings: Findings,
    quantity: str,
    said: Unit,
    rows: list[tuple[int, Json]],
    zone: ZoneInfo,
) -> None:
    civil = Civil(zone)
    points: list[Point] = []
    for place, row in ((f"reading {i}", row) for i, row in rows):
        try:
            cells = _cells(row)
            at = civil.instant(cells.get("date"))
            raw = cells.get("value")
            value = None if is_empty(raw) else amount(raw, said.scale)
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        kind = nature(cells.get("measure_type"))
        step = duration(cells.get("interval_length"))
        points.append(Point(place, at, value, kind, step))
    take_curve(findings, quantity, points)
