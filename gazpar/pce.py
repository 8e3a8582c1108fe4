"""The number of a supply point (PCE): a text, of 14 digits or `GI` and some."""

from __future__ import annotations

import re

from exports import FileRefused

PCE = re.compile(r"(?:GI)?[0-9]{6,14}")
ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
DIGITS = 14


def pce_number(value: object) -> str | None:
    """Give a PCE as a text; None where the file masks it or has none.

    As a number it has lost the zeros that it began with: they are given back. Raises
    FileRefused ("mangled-number") where a spreadsheet has rounded it: it names no
    meter.
    """
    if isinstance(value, float) and value.is_integer():  # as spreadsheets have it
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value:0{DIGITS}d}"
    text = "".join(str(value or "").split()).upper()
    if ROUNDED.fullmatch(text):
        raise FileRefused(
            "mangled-number",
            "a spreadsheet has rounded the number of the supply point (PCE)",
            hint="download the file again and don't save it from the spreadsheet",
        )
    return text if PCE.fullmatch(text) else None
