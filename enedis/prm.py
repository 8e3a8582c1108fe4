"""The supply point's number (PRM, 14 digits): a text, whose zeros count."""

from __future__ import annotations

import re

from exports import FileRefused

LENGTH = 14
SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
MASKED = re.compile(r"[Xx*•0]*")
ROUNDED = re.compile(r"[0-9]{1,6}0{8}|#+")
"""2,31282E+13 saved as a number, or a column too narrow to show it."""
MANGLED = "a spreadsheet changed the meter's number when it saved this file"
AGAIN = "download the file again and import it untouched, before any spreadsheet"


def prm(cell: object) -> str | None:
    """Give the number as the file has it; None where it has none, or masks it.

    Raises FileRefused ("mangled-identifier") for `2,31282E+13`, for what is left of it,
    and for 13 digits, whose leading zero was lost: nobody can tell then which meter it
    was.
    """
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip().lstrip("='\u2019\"").rstrip('"')
    text = "".join(text.split())
    if SCIENTIFIC.fullmatch(text):
        raise FileRefused("mangled-identifier", MANGLED, hint=AGAIN)
    if MASKED.fullmatch(text):
        return None
    if ROUNDED.fullmatch(text) or (text.isdigit() and len(text) == LENGTH - 1):
        raise FileRefused("mangled-identifier", MANGLED, hint=AGAIN)
    return text


def only(found: list[str | None]) -> str | None:
    """Give the one number of a file; raise FileRefused if it is of several meters."""
    numbers = {one for one in found if one is not None}
    if len(numbers) > 1:
        raise FileRefused(
            "several-meters",
            f"the file holds the readings of {len(numbers)} meters",
            hint="download one file for each meter",
        )
    return next(iter(numbers), None)
