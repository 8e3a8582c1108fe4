"""Series of measures as SGE names them, whichever way they came: CSV, JSON or SOAP.

`CONS`/`PROD`, then what is measured: PA in W (a curve), EA in Wh (energy of a step, a
day, or an index), PMA in VA (the largest of a day). Reactive ones are refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from enedis.curve import Point, take_curve
from enedis.direction import Direction
from enedis.findings import Findings
from enedis.index_block import take_indexes
from enedis.natures import nature
from enedis.register import register
from enedis.steps import DAY, duration
from enedis.units import Unit, amount, unit
from enedis.words import folded, is_empty
from exports import Absence, Amount, Civil, Index, Refused, RowRefused


class Measure(NamedTuple):
    """One value as it came: `d`, `v`, `p`, `n` and `iv` of SGE's answers."""

    place: str
    stamp: Any
    value: Any
    step: Any = None
    nature: Any = None
    likelihood: Any = None


@dataclass(slots=True)
class Series:
    """Measures of one quantity; `begin` and `end` are the days that were asked for.

    `counter` is the index's (`IDX_EAS_F2`), None of what is no index.
    """

    business: Any
    physical: Any
    unit: Any
    counter: Any = None
    begin: Any = None
    end: Any = None
    measures: list[Measure] = field(default_factory=list)


def take_series(findings: Findings, series: Series, zone: ZoneInfo) -> None:
    """Add what a series says; one of a quantity that we don't read is refused, once."""
    said = unit(series.unit)
    direction = Direction.said_by(series.business)
    if not series.measures:
        return
    if said is None or folded(series.physical) not in ("pa", "ea", "pma", "pmax", ""):
        _refuse(findings, series, f"{series.physical} in {series.unit}")
    elif series.counter is not None and said.kind == "energy":
        name = register(series.counter, direction)
        if name is None:
            _refuse(findings, series, f"the counter {str(series.counter)[:20]!r}")
        else:
            _take_indexes(findings, series, name, said, zone)
    elif said.kind == "apparent" or folded(series.physical).startswith("pma"):
        _take_days(findings, series, direction.max_power, said, zone)
    elif said.kind == "energy" and _is_daily(series):
        _take_days(findings, series, direction.energy, said, zone)
    else:
        power = said.kind == "power"
        quantity = direction.mean_power if power else direction.energy
        _take_steps(findings, series, quantity, said, zone)


def _refuse(findings: Findings, series: Series, what: str) -> None:
    detail = f"{what}: {len(series.measures)} values that we don't read"
    place = series.measures[0].place
    findings.refused.append(Refused(place, "unknown-quantity", detail))


def _is_daily(series: Series) -> bool:
    step = series.measures[0].step
    return step in (None, "") or duration(step) == DAY


def _value(measure: Measure, said: Unit) -> int | None:
    return None if is_empty(measure.value) else amount(measure.value, said.scale)


def _take_steps(
    findings: Findings, series: Series, quantity: str, said: Unit, zone: ZoneInfo
) -> None:
    civil = Civil(zone)
    points: list[Point] = []
    for one in series.measures:
        try:
            at = civil.instant(one.stamp)
            value = _value(one, said)
        except RowRefused as error:
            findings.refuse(one.place, error)
            continue
        kind = nature(one.nature, one.likelihood)
        points.append(Point(one.place, at, value, kind, duration(one.step)))
    at_start = _stamped_at_start(series, points, zone)
    take_curve(findings, quantity, points, stamped_at_start=at_start)


def _stamped_at_start(series: Series, points: list[Point], zone: ZoneInfo) -> bool:
    """Tell whether the stamps are the starts of steps, by the days asked for.

    A Linky's stamps (C5, P4) are ends; those of larger contracts and of 5-minute flows
    were seen to be starts. The period's own beginning is a start, since what ends there
    lies outside; but for a period given with both its ends.
    """
    civil = Civil(zone)
    try:
        begin, end = civil.day(series.begin), civil.day(series.end)
    except RowRefused:
        return False
    stamps = {point.at for point in points}
    return civil.midnight(begin) in stamps and max(stamps) != civil.midnight(end)


def _take_days(
    findings: Findings, series: Series, quantity: str, said: Unit, zone: ZoneInfo
) -> None:
    civil = Civil(zone)
    for one in series.measures:
        try:
            day = _day(civil, one.stamp, zone)
            start, end = civil.span(day, day)
            value = _value(one, said)
        except RowRefused as error:
            findings.refuse(one.place, error)
            continue
        if value is None:
            findings.absent.append(Absence(start, end, one.place))
            continue
        kind = nature(one.nature, one.likelihood)
        findings.amounts.append(Amount(quantity, start, end, value, kind, one.place))


def _day(civil: Civil, stamp: object, zone: ZoneInfo) -> date:
    """Give the civil day of a date, or of a moment in it."""
    text = str(stamp).strip()
    moment = isinstance(stamp, datetime) or len(text) > len("2026-01-01+01:00")
    return civil.instant(stamp).astimezone(zone).date() if moment else civil.day(text)


def _take_indexes(
    findings: Findings, series: Series, name: str, said: Unit, zone: ZoneInfo
) -> None:
    civil = Civil(zone)
    indexes: list[Index] = []
    for one in series.measures:
        try:
            at = civil.instant(one.stamp)
            value = _value(one, said)
        except RowRefused as error:
            findings.refuse(one.place, error)
            continue
        if value is None:
            continue
        kind = nature(one.nature, one.likelihood)
        indexes.append(Index(name, at, value, kind, one.place))
    take_indexes(findings, indexes, [])
