"""`Horodate;Valeur`: a curve of mean powers, or the largest power of each day.

A curve's stamp is the END of its step; with an offset that tells October's two hours
apart, or naive. W are kept as W: never multiplied by the step, never from a rounding.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from enedis.curve import Point, take_curve
from enedis.direction import Direction
from enedis.findings import Findings
from enedis.order import in_order, used_up
from enedis.sections import Section
from enedis.spreadsheet import moment
from enedis.units import Unit, amount, unit, unit_of_header
from enedis.words import folded, is_empty
from exports import Absence, Amount, Civil, Nature, Refused, RowRefused


def read_curve(findings: Findings, section: Section, zone: ZoneInfo) -> None:
    """Add a block of powers; one of another quantity is refused as a whole, once."""
    named = unit_of_header(section.header[1]) or section.said("unite") or "W"
    kind = folded(section.said("type de donnees", "type de comptage"))
    found = unit(named)
    physical = folded(section.said("grandeur physique"))
    if found is None or "reactive" in physical or found.kind == "energy":
        place = section.rows[0][0] if section.rows else "header"
        detail = f"{str(named)[:20]!r} by these stamps is no power that we read"
        findings.refused.append(Refused(place, "unknown-quantity", detail))
        return
    direction = Direction.said_by(section.said("grandeur metier"), kind, section.title)
    if "maxim" in kind or "maxim" in physical:
        _read_largest(findings, section, direction, found, zone)
    else:
        _read_means(findings, section, direction, found, zone)


def _read_means(
    findings: Findings,
    section: Section,
    direction: Direction,
    unit_said: Unit,
    zone: ZoneInfo,
) -> None:
    pas = str(section.said("pas") or "").strip()
    declared = 60 * int(pas) if pas.isdecimal() and len(pas) < 4 else None
    civil, scale = Civil(zone), unit_said.scale
    points: list[Point] = []
    rows = in_order(section.rows)[:]
    section.rows.clear()
    for place, row in used_up(rows):
        try:
            at = civil.instant(moment(row[0]))
            cell = row[1] if len(row) > 1 else None
            value = None if is_empty(cell) else amount(cell, scale)
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        points.append(Point(place, at, value))
    take_curve(findings, direction.mean_power, points, declared=declared or None)


def _read_largest(
    findings: Findings,
    section: Section,
    direction: Direction,
    unit_said: Unit,
    zone: ZoneInfo,
) -> None:
    """Add the largest power of each civil day; its stamp is the moment it was."""
    civil, quantity = Civil(zone), direction.max_power
    for place, row in in_order(section.rows):
        try:
            day = civil.instant(moment(row[0])).astimezone(zone).date()
            start, end = civil.span(day, day)
            cell = row[1] if len(row) > 1 else None
            if is_empty(cell):
                findings.absent.append(Absence(start, end, place))
                continue
            value = amount(cell, unit_said.scale)
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        findings.amounts.append(
            Amount(quantity, start, end, value, Nature.MEASURED, place)
        )
