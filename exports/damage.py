"""What spreadsheets and broken downloads do to a CSV: accents lost, an end cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence

LOST = re.compile(r'(?<=[A-Za-z])(?:\ufffd{1,2}|\?{1,2}(?=[a-z;,\t")\s]|$))')
"""What stands for an accented letter within or after a word: é, by far."""
TWICE = ("Ã©", "Ã¨", "Ã‰")
"""é, è and É in UTF-8, read as Windows-1252 and saved again."""
NEAR, MANY = 5, 20
DECIMALS = re.compile(r"[0-9]+[.,]([0-9]+)")
CUT_NUMBER = re.compile(r"[0-9]+[.,]?[0-9]*")


def accented(text: str) -> str:
    """Give a text with the accents that a wrong encoding took back, as é or a bare e.

    Labels are compared without accents: it matters that a letter stands there.
    """
    if any(pair in text for pair in TWICE):
        try:
            text = text.encode("cp1252").decode("utf-8-sig")
        except UnicodeError:
            return text
    return LOST.sub("e", text) if "\ufffd" in text or "?" in text else text


def breaks_off(text: str, rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a table was cut within its last line.

    A last line without its end is whole in some portals' files: it is cut where it has
    fewer cells than those before it, a quote that isn't closed, or a number with fewer
    decimals than all the others.
    """
    if text.endswith(("\n", "\r")):
        return False
    told = [row for row in rows[-4 * MANY :] if any(cell.strip() for cell in row)]
    if not told or not _is_dated(told[-1]):
        return False
    last = told[-1]
    if text[text.rfind("\n") + 1 :].count('"') % 2:
        return True
    before = [row for row in told[:-1] if _is_dated(row)]
    header = told[-2] if len(told) > 1 and not before else []
    near = [len(row) for row in before[-NEAR:]] or [_width(header)]
    return len(last) < min(near) or _loses_decimals(last[-1], before)


def _is_dated(row: Sequence[str]) -> bool:
    """Tell a row of data by its first cell: a date, a time, `Du … au …`."""
    return row[0][:1].isdigit() or row[0].startswith("Du ")


def _width(row: Sequence[str]) -> int:
    return max((i for i, cell in enumerate(row, 1) if cell.strip()), default=0)


def _loses_decimals(cell: str, before: Sequence[Sequence[str]]) -> bool:
    found = [DECIMALS.fullmatch(row[-1].strip()) for row in before]
    lengths = {len(one[1]) if one else 0 for one in found}
    if len(found) < MANY or len(lengths) != 1 or not CUT_NUMBER.fullmatch(cell):
        return False
    mine = DECIMALS.fullmatch(cell)
    return (len(mine[1]) if mine else 0) < lengths.pop()
