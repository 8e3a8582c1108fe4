"""SGE's flows R63 (curves, energies) and R64 (indexes) as CSV: a row says it all."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from enedis.findings import Findings
from enedis.prm import only, prm
from enedis.sections import Kind, Section, kinds, sections
from enedis.sge import Measure, Series, take_series
from exports import Document, Export

COLUMNS = {
    "prm": ("identifiant prm",),
    "business": ("grandeur metier",),
    "physical": ("grandeur physique",),
    "unit": ("unite",),
    "counter": ("cadran", "code cadran"),
    "begin": ("date de debut",),
    "end": ("date de fin",),
    "stamp": ("horodate",),
    "value": ("valeur",),
    "step": ("pas",),
    "nature": ("nature",),
    "likelihood": ("indice de vraisemblance", "indice vraisemblance", "iv"),
}
SERIES = ("business", "physical", "unit", "counter", "begin", "end")
MEASURE = ("stamp", "value", "step", "nature", "likelihood")


def recognises(document: Document) -> bool:
    """Tell a flow by its header, which names the PRM and the Horodate of each row."""
    return Kind.FLOW in kinds(document)


def read(document: Document, zone: ZoneInfo) -> Export:
    """Read a flow; the rows of one quantity are one series."""
    findings = Findings()
    numbers: dict[Any, str | None] = {}
    for section in sections(document):
        if section.kind is not Kind.FLOW:
            continue
        for series in _series(section, numbers):
            take_series(findings, series, zone)
    return findings.export("enedis-sge-flow", only(list(numbers.values())))


def _new(*key: Any) -> Series:
    business, physical, unit, counter, begin, end = key
    return Series(business, physical, unit, counter, begin, end)


def _series(section: Section, numbers: dict[Any, str | None]) -> list[Series]:
    at = {
        name: next((section.header.index(x) for x in labels if x in section.header), -1)
        for name, labels in COLUMNS.items()
    }
    series_at = [at[name] for name in SERIES]
    measure_at = [at[name] for name in MEASURE]
    found: dict[tuple[Any, ...], Series] = {}
    for place, row in section.rows:
        width = len(row)
        number = row[at["prm"]]
        if number not in numbers:
            numbers[number] = prm(number)
        key = tuple(row[i] if 0 <= i < width else None for i in series_at)
        series = found.get(key)
        if series is None:
            series = found[key] = _new(*key)
        cells = [row[i] if 0 <= i < width else None for i in measure_at]
        series.measures.append(Measure(place, *cells))
    return list(found.values())
