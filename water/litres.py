"""Cubic metres as whole litres, and the most that a home's meter lets through."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from exports import RowRefused, scaled

L_IN_M3 = 1000
MOST_L_AN_HOUR = 5_000
"""Overload flow Q4 of a DN 20 meter (Q3 4 m³/h): a home's meter passes no more."""
DECIMALS = Decimal("0.000001")


def amount_l(value: object, *, scale: int = L_IN_M3) -> int:
    """Give an amount as litres, to the nearest; `scale` is the litres in its unit.

    Portals subtract floats: 0.0799999999999983 m³ is 80 l. Raises RowRefused.
    """
    if isinstance(value, float):
        value = _unnoised(value)
    thousandths = scaled(value, scale * 1000, rounding="floor")
    return int((Decimal(thousandths) / 1000).to_integral_value(ROUND_HALF_EVEN))


def index_l(value: object, *, scale: int = L_IN_M3) -> int:
    """Give an index as the litres that are full: a counter never says more.

    Raises RowRefused, also ("negative-index") for one below zero.
    """
    if isinstance(value, float):
        value = _unnoised(value)
    litres = scaled(value, scale, rounding="floor")
    if litres < 0:
        raise RowRefused("negative-index", "an index can't be below zero")
    return litres


def _unnoised(value: float) -> str:
    try:
        return str(Decimal(repr(value)).quantize(DECIMALS))
    except ArithmeticError:  # NaN, infinite, or huge: scaled says so
        return repr(value)
