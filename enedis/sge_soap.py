"""SGE's SOAP answers: consulterMesures (months) and consulterMesuresDetaillees."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from enedis.direction import Direction
from enedis.findings import Findings
from enedis.natures import nature
from enedis.sge_tree import Node, many, take_tree, text
from enedis.units import amount, unit
from enedis.usage_point import number
from enedis.xml_tree import xml_tree
from exports import Amount, Civil, Document, Export, FileRefused, Nature, RowRefused

GRIDS = ("seriesMesuresDateesGrilleTurpe", "seriesMesuresDateesGrilleFrn")
"""The distributor's reckoning first: the supplier's says the same energy again."""


class _Part(NamedTuple):
    """The energy of one class over a period."""

    value: int
    nature: Nature
    place: str


def recognises(document: Document) -> bool:
    """Tell an answer by its envelope; the rest is told when it is read."""
    start = (
        document.data[:4096]
        .replace(b"\x00", b"")
        .lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    )
    return start.startswith(b"<") and (
        b"Envelope" in start or b"consulterMesures" in start
    )


def read(document: Document, zone: ZoneInfo) -> Export:
    """Read an answer; a fault, or an answer of another service, is refused."""
    tree = xml_tree(document.text)
    findings = Findings()
    detailed = _under(tree, "consulterMesuresDetaillees")
    monthly = _under(tree, "consulterMesuresResponse")
    if detailed is not None:
        take_tree(findings, detailed, zone)
    elif monthly is not None:
        _take_months(findings, monthly, zone)
    else:
        raise FileRefused("no-readings", "an answer of SGE's, without measures in it")
    return findings.export("enedis-sge-soap", number(_point(tree)))


def _under(node: Node, name: str) -> Node | None:
    """Give the first node whose name starts so."""
    for key, value in node.items() if isinstance(node, dict) else ():
        for one in value if isinstance(value, list) else ():
            found = one if key.startswith(name) else _under(one, name)
            if found is not None:
                return found
    return None


def _point(node: Node) -> Any:
    found = _under(node, "pointId")
    return None if found is None else found.get("#")


def _take_months(findings: Findings, answer: Node, zone: ZoneInfo) -> None:
    """Add the energy between readings: the sum of a grid's classes (HP + HC).

    A period that not every class has is left out, since it would lack their part.
    """
    grids = (_energies(answer, grid) for grid in GRIDS)
    series: list[Node] = next((found for found in grids if found), [])
    periods: dict[tuple[Any, Any], list[_Part]] = defaultdict(list)
    for one in series:
        said = unit(text(one, "unite"))
        for group in many(one, "mesuresDatees"):
            for place, measure in enumerate(many(group, "mesure"), start=1):
                kind = _code(measure, "nature")
                where = f"mesure {place}"
                try:
                    value = amount(text(measure, "valeur"), said.scale if said else 1)
                except RowRefused as error:
                    findings.refuse(where, error)
                    continue
                key = (text(measure, "dateDebut"), text(measure, "dateFin"))
                periods[key].append(_Part(value, nature(kind), where))
    for (first, last), parts in periods.items():
        try:
            one = _sum(first, last, parts, len(series), Civil(zone))
        except RowRefused as error:
            findings.refuse(parts[0].place, error)
            continue
        findings.amounts.append(one)


def _sum(
    first: object, last: object, parts: list[_Part], classes: int, civil: Civil
) -> Amount:
    """Give the sum of a period's classes; raise RowRefused."""
    if len(parts) != classes:
        raise RowRefused("part-missing", "a class of its calendar is missing")
    start, end = (civil.midnight(civil.day(day)) for day in (first, last))
    if end <= start:
        raise RowRefused("odd-interval", "the period ends before it begins")
    estimated = any(part.nature is Nature.ESTIMATED for part in parts)
    return Amount(
        Direction.IMPORT.energy,
        start,
        end,
        sum(part.value for part in parts),
        Nature.ESTIMATED if estimated else Nature.MEASURED,
        parts[0].place,
    )


def _code(node: Node, name: str) -> Any:
    """Give the `code` of the element under a node."""
    first: Node = next(iter(many(node, name)), {})
    return first.get("@code") if isinstance(first, dict) else None


def _energies(answer: Node, grid: str) -> list[Node]:
    return [
        one
        for group in many(answer, grid)
        for one in many(group, "serie")
        if _code(one, "grandeurPhysique") == "EA"
        and (said := unit(text(one, "unite"))) is not None
        and said.kind == "energy"
    ]
