"""SGE's answers and JSON flows: the same tree, as elements or as objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from enedis.findings import Findings
from enedis.sge import Measure, Series, take_series

Node: TypeAlias = Any
"""A mapping of names to a text, a node, or a list of them."""
POINTS = ("mesure", "points", "point", "valeur")


def many(node: Node, *names: str) -> list[Node]:
    """Give what stands under the names as a list: none, one or more."""
    if not isinstance(node, dict):
        return []
    found = (node.get(name) for name in names)
    return [
        one
        for value in found
        if value is not None
        for one in (value if isinstance(value, list) else [value])
    ]


def text(node: Node, *names: str) -> Any:
    """Give the first value under the names that is no node, or None."""
    for one in many(node, *names):
        if not isinstance(one, dict):
            return one
        if "#" in one:
            return one["#"]
    return None


def take_tree(findings: Findings, node: Node, zone: ZoneInfo) -> None:
    """Add every `grandeur` under a node that holds a `periode`."""
    period: Node = next(iter(many(node, "periode")), {})
    step = text(node, "pas")
    for context in [node, *many(node, "contexte")]:
        for quantity in many(context, "grandeur"):
            for series in _series(quantity):
                series.begin = text(period, "dateDebut")
                series.end = text(period, "dateFin")
                series.measures = [
                    one if one.step is not None else one._replace(step=step)
                    for one in series.measures
                ]
                take_series(findings, series, zone)


def _series(quantity: Node) -> Iterator[Series]:
    said = {
        "business": text(quantity, "grandeurMetier"),
        "physical": text(quantity, "grandeurPhysique"),
        "unit": text(quantity, "unite"),
    }
    calendars = many(quantity, "calendrier")
    if not calendars:
        label = f"{said['business']} {said['physical']}"
        yield Series(**said, measures=_measures(quantity, label))
    for calendar in calendars:
        for one in many(calendar, "classeTemporelle"):
            counter = text(one, "codeCadran") or "?"
            measures = _measures(one, str(counter)[:20])
            yield Series(**said, counter=counter, measures=measures)


def _measures(node: Node, label: str) -> list[Measure]:
    return [
        Measure(
            f"{label}, point {number}",
            text(one, "d"),
            text(one, "v"),
            text(one, "p"),
            text(one, "n"),
            text(one, "iv"),
        )
        for number, one in enumerate(many(node, *POINTS), start=1)
    ]
