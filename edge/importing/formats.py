"""Every format that is known, of which fluid; a library is imported when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from edge.catalogue import Fluid
from edge.importing import own
from exports.document import Document
from exports.errors import FileRefused
from exports.format import Format, recognise

LIBRARIES: Mapping[str, Fluid] = {
    "enedis.formats": Fluid.ELECTRICITY,
    "gazpar.formats": Fluid.GAS,
    "water.formats": Fluid.WATER,
}


@dataclass(frozen=True, slots=True)
class Known:
    """A format, and what flows; None: the file's quantities are registers and say."""

    format: Format
    fluid: Fluid | None


def known() -> list[Known]:
    """Give every format, ours first: their names say what they are."""
    found = [Known(one, None) for one in own.FORMATS]
    for module, fluid in LIBRARIES.items():
        formats = importlib.import_module(module).FORMATS
        found += [Known(one, fluid) for one in formats]
    return found


def recognised(document: Document, among: list[Known]) -> Known:
    """Give the one format that a file is of; raise FileRefused.

    What can't be a text nor a workbook is refused for that, with its reason.
    """
    # their own refusals say more than "unknown"
    if document.is_sheet:
        _ = document.table
    elif document.looks_json:
        _ = document.json
    else:
        _ = document.text
    try:
        found = recognise(document, [one.format for one in among])
    except FileRefused as error:
        if error.reason != "unknown-format":
            raise
        raise FileRefused(
            "unknown-format",
            "no known layout of Enedis, GRDF or a water company, nor of ours",
            hint="`--mapping` reads any CSV whose columns you name",
        ) from error
    return next(one for one in among if one.format is found)
