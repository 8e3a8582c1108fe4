"""A file's bytes read by the formats that are asked: what the process apart does."""

from __future__ import annotations

import importlib
from zoneinfo import ZoneInfo

from exports.document import Document
from exports.errors import FileRefused
from exports.format import Format, recognise
from exports.reading.ask import Ask, Found
from exports.said import Export

MOST_REFUSED = 10_000
"""Rows. A file of which so many can't be is not what it seems."""


def here(data: bytes, ask: Ask) -> Found:
    """Read a file's bytes in this process; raise FileRefused.

    What can't be a text, JSON nor a workbook is refused for that, with its reason.
    """
    document = Document(data, ask.name)
    if ask.plan is not None:
        module = ask.modules[0]
        one: Format = importlib.import_module(module).planned(ask.plan)
    else:
        module, one = _recognised(document, ask.modules)
    export = one.read(document, ZoneInfo(ask.zone))
    return Found(module, one.title, _bounded(export))


def _recognised(document: Document, modules: tuple[str, ...]) -> tuple[str, Format]:
    # their own refusals say more than "unknown"
    if document.is_package:
        pass  # a format knows its manifest
    elif document.is_sheet:
        _ = document.table
    elif document.looks_json:
        _ = document.json
    else:
        _ = document.text
    among = [
        (module, one)
        for module in modules
        for one in importlib.import_module(module).FORMATS
    ]
    found = recognise(document, [one for _, one in among])
    return next((module, one) for module, one in among if one is found)


def _bounded(export: Export) -> Export:
    if len(export.refused) > MOST_REFUSED:
        first = export.refused[0]
        raise FileRefused(
            "too-many-refused",
            f"more than {MOST_REFUSED:,} of its rows can't be; the first:"
            f" {first.place}, {first.detail}",
        )
    return export
