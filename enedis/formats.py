"""Every layout of Enedis's electricity files, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable

from enedis import data_connect, edf, no_readings, sge_csv, sge_json, sge_soap
from enedis.portal import reader
from enedis.sections import Kind, kinds
from exports import Document, Format


def _portal(name: str, title: str, *wanted: Kind) -> Format:
    recognises: Callable[[Document], bool] = lambda document: bool(  # noqa: E731
        kinds(document) & set(wanted)
    )
    return Format(name, title, recognises, reader(name))


FORMATS: tuple[Format, ...] = (
    Format(
        "enedis-sge-flow",
        "Enedis SGE, flow R63 or R64 (CSV)",
        sge_csv.recognises,
        sge_csv.read,
    ),
    _portal("enedis-daily-index", "Enedis, daily indexes", Kind.INDEX, Kind.CALENDAR),
    _portal("enedis-load-curve", "Enedis, load curve or largest powers", Kind.CURVE),
    _portal("enedis-intervals", "Enedis, steps with both ends", Kind.INTERVALS),
    _portal("enedis-daily-energy", "Enedis, daily energy", Kind.DAYS),
    Format(
        "edf-reached-powers",
        "EDF, mes puissances atteintes (30 min)",
        edf.recognises,
        edf.read,
    ),
    Format(
        "enedis-data-connect",
        "Enedis Data Connect, MyElectricalData, Conso API",
        data_connect.recognises,
        data_connect.read,
    ),
    Format(
        "enedis-sge-flow-json",
        "Enedis SGE, flow R63 to R66 (JSON)",
        sge_json.recognises,
        sge_json.read,
    ),
    Format(
        "enedis-sge-soap",
        "Enedis SGE, answer of consulterMesures",
        sge_soap.recognises,
        sge_soap.read,
    ),
    Format(
        "enedis-no-readings",
        "Enedis, an answer without readings",
        no_readings.recognises,
        no_readings.read,
    ),
)
