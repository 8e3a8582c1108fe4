"""SGE's flows R63 to R66 as JSON: a header with `codeFlux`, then `mesures`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from enedis.findings import Findings
from enedis.prm import only
from enedis.sge_tree import many, take_tree, text
from enedis.usage_point import number
from exports import Document, Export


def recognises(document: Document) -> bool:
    """Tell a flow by its header's code and its list of measures."""
    return (
        document.looks_json
        and isinstance(document.json, dict)
        and "mesures" in document.json
        and text(next(iter(many(document.json, "header")), {}), "codeFlux") is not None
    )


def read(document: Document, zone: ZoneInfo) -> Export:
    """Read a flow of one meter."""
    findings = Findings()
    points = many(document.json, "mesures")
    for one in points:
        take_tree(findings, one, zone)
    meter = only([number(text(one, "idPrm")) for one in points])
    return findings.export("enedis-sge-flow-json", meter)
