"""`Début;Fin;Valeur (en Kw)`: mean powers of steps that say both their ends.

The site's weekly file of 2025, and what the extension Conso Downloader writes
(`debut;fin;kW`, `null` where nothing is known).
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from enedis.curve import Point, take_curve
from enedis.direction import Direction
from enedis.findings import Findings
from enedis.order import in_order, untangled
from enedis.sections import Section
from enedis.spreadsheet import moment
from enedis.steps import STEPS
from enedis.units import amount, unit, unit_of_header
from enedis.words import is_empty
from exports import Civil, FileRefused, RowRefused

HOUR = 3600


def read_intervals(
    findings: Findings, section: Section, name: str, zone: ZoneInfo
) -> None:
    """Add a block of steps; the way it flowed may stand in the file's name only."""
    said = unit(unit_of_header(section.header[2]))
    if said is None or said.kind != "power":
        raise FileRefused(
            "ambiguous-unit",
            "an early version of the extension wrote kWh above what were kW",
            hint="download it again with the extension's present version",
        )
    titles = section.said("type de comptage", "grandeur metier"), section.title, name
    quantity = Direction.said_by(*titles).mean_power
    starts, walls = Civil(zone), Civil(ZoneInfo("UTC"))
    points: list[Point] = []
    for place, row in untangled(in_order(section.rows)):
        try:
            start = starts.instant(moment(row[0]))
            step = _step(row, walls)
            cell = row[2] if len(row) > 2 else None
            value = None if is_empty(cell) else amount(cell, said.scale)
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        points.append(Point(place, start, value, step=step))
    take_curve(findings, quantity, points, stamped_at_start=True)


def _step(row: list[object], walls: Civil) -> int:
    """Give the step in s; raise RowRefused ("odd-interval").

    Naive ends are read as a wall clock shows them: where clocks change they are an
    hour too near or too far, and one of the three is a step that meters have.
    """
    start = walls.instant(moment(row[0]))
    end = walls.instant(moment(row[1]) if len(row) > 1 else None)
    apart = int((end - start).total_seconds())
    for step in (apart, apart + HOUR, apart - HOUR):
        if step in STEPS:
            return step
    raise RowRefused("odd-interval", f"{apart} s are no step of a meter")
