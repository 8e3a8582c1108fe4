"""Decimal texts as exact integers of a smaller unit: no float in between."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Literal, TypeAlias

from exports.errors import RowRefused

Rounding: TypeAlias = Literal["exact", "floor"]

NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?")
SPACES = str.maketrans("", "", " \u00a0\u202f")
"""French texts group thousands by these."""
LARGEST = 10**15
EXACT = Context(prec=60)
"""More digits than a number and a scale have: nothing is rounded on the way."""


def scaled(value: object, scale: int, *, rounding: Rounding = "exact") -> int:
    """Give `value` × `scale` as an integer: "4,030" kW at 1000 is 4030 W.

    Takes a text with a decimal comma or point, an int, or a float as JSON and XLSX
    have them (by their shortest text). Raises RowRefused ("not-a-number") on anything
    else, on too large a number, and on a finer one than the scale unless it is floored.
    """
    text = "" if isinstance(value, bool) else str(value).translate(SPACES)
    if not NUMBER.fullmatch(text):
        raise RowRefused("not-a-number", f"{text[:40]!r} is not a number")
    exact = EXACT.multiply(Decimal(text.replace(",", ".")), Decimal(scale))
    whole = (
        int(exact.to_integral_value("ROUND_FLOOR", EXACT))
        if abs(exact) < LARGEST
        else None
    )
    if whole is None or (rounding == "exact" and whole != exact):
        raise RowRefused(
            "not-a-number", f"{text[:40]!r} is too large, or finer than 1/{scale}"
        )
    return whole
