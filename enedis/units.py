"""Units as the files write them, and the exact factors to ours: W, Wh, VA."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from enedis.words import folded
from exports import RowRefused, scaled


class Unit(NamedTuple):
    """What is counted (`power`, `energy`, `apparent`), and how many of ours it is."""

    kind: str
    scale: int


UNITS = {
    "w": Unit("power", 1),
    "kw": Unit("power", 1000),
    "wh": Unit("energy", 1),
    "kwh": Unit("energy", 1000),
    "va": Unit("apparent", 1),
    "kva": Unit("apparent", 1000),
}
SHORT = 12
FINE = 9
"""More decimals than these are a float's noise."""
NOISY = re.compile(r"[0-9]{1,12}\.[0-9]{1,20}")
INSIDE = re.compile(r"\((?:en )?([^)]*)\)")


def unit(text: object) -> Unit | None:
    """Give the unit of `Wh`, or None of one that is not ours (varh, V)."""
    return UNITS.get(folded(text))


def unit_of_header(cell: object) -> str:
    """Give `kw` of `Valeur (en Kw)` or of `kW` alone; nothing where it names none."""
    label = folded(cell)
    inside = INSIDE.search(label)
    if inside is not None:
        return inside.group(1).strip()
    return label if label in UNITS else ""


def _unnoised(cell: object) -> object:
    """Give 6.329 of 6.329000000000001, as programs write what they computed."""
    text = str(cell).strip().replace(",", ".")
    if len(text.partition(".")[2]) <= FINE or not NOISY.fullmatch(text):
        return cell
    return str(Decimal(text).quantize(Decimal(10) ** -FINE))


def amount(cell: object, scale: int) -> int:
    """Give a value × scale, which can't be negative; raise RowRefused.

    `460` W and `4,030` kW, the most frequent by far, take a short way.
    """
    if type(cell) is str and len(cell) < SHORT and cell.isascii():
        if cell.isdecimal():
            return int(cell) * scale
        whole, _, rest = cell.replace(",", ".").partition(".")
        if scale == 1000 and whole.isdecimal() and rest.isdecimal() and len(rest) < 4:
            return int(whole) * 1000 + int(rest.ljust(3, "0"))
    value = scaled(_unnoised(cell), scale)
    if value < 0:
        raise RowRefused("negative", f"{str(cell)[:40]!r} is less than nothing")
    return value
