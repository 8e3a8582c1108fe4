"""The files of Enedis's site, whatever their year: each block by its own reader."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from enedis.curve_block import read_curve
from enedis.day_block import read_days
from enedis.findings import Findings
from enedis.index_block import read_indexes
from enedis.interval_block import read_intervals
from enedis.prm import only, prm
from enedis.sections import Kind, Section, sections
from enedis.tariff_block import changes, read_calendar
from exports import Document, Export


def reader(name: str) -> Callable[[Document, ZoneInfo], Export]:
    """Give the reader of the portal's files, whose exports are called `name`."""

    def read(document: Document, zone: ZoneInfo) -> Export:
        found = sections(document)
        meter = only([prm(_number(one)) for one in found])
        findings = Findings()
        for one in found:
            _read(findings, one, found, document.name, zone)
        return findings.export(name, meter)

    return read


def _number(section: Section) -> object:
    return section.said("identifiant prm", "point reference mesure", "prm")


def _read(
    findings: Findings,
    section: Section,
    found: list[Section],
    name: str,
    zone: ZoneInfo,
) -> None:
    match section.kind:
        case Kind.CURVE:
            read_curve(findings, section, zone)
        case Kind.INDEX:
            read_indexes(findings, section, changes(found, zone), zone)
        case Kind.CALENDAR:
            read_calendar(findings, section, zone)
        case Kind.INTERVALS:
            read_intervals(findings, section, name, zone)
        case Kind.DAYS:
            read_days(findings, section, name, zone)
        case Kind.FLOW:  # of SGE, which enedis.sge_csv reads
            pass
