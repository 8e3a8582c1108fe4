"""`Date;Valeur (en kWh)`: the energy of civil days, in the site's layout of 2025.

In kVA it is the largest power of each. A date is a text, a date, or the number by which
a spreadsheet counts days.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from enedis.direction import Direction
from enedis.findings import Findings
from enedis.sections import Section
from enedis.spreadsheet import day_cell
from enedis.units import Unit, amount, unit, unit_of_header
from enedis.words import is_empty
from exports import Absence, Amount, Civil, Nature, RowRefused


def read_days(findings: Findings, section: Section, name: str, zone: ZoneInfo) -> None:
    """Add a block of days; 'NA' is an absence."""
    said = section.said("type de comptage", "grandeur metier")
    direction = Direction.said_by(said, section.title, name)
    counted = unit(unit_of_header(section.header[1])) or Unit("energy", 1000)
    largest = counted.kind == "apparent"
    quantity = direction.max_power if largest else direction.energy
    civil = Civil(zone)
    for place, row in section.rows:
        try:
            day = civil.day(day_cell(row[0]))
            start, end = civil.span(day, day)
            cell = row[1] if len(row) > 1 else None
            if is_empty(cell):
                findings.absent.append(Absence(start, end, place))
                continue
            value = amount(cell, counted.scale)
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        findings.amounts.append(
            Amount(quantity, start, end, value, Nature.MEASURED, place)
        )
