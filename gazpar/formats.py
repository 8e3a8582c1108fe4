"""Every layout of gas file that is known, each recognised by its content."""

from __future__ import annotations

from exports import Format
from gazpar import adict, portal_json, portal_xlsx, pygazpar_json, without_readings

FORMATS: tuple[Format, ...] = (
    portal_json.FORMAT,
    adict.FORMAT,
    pygazpar_json.FORMAT,
    without_readings.TEMPERATURES,
    without_readings.PRICE_LIST,
    portal_xlsx.FORMAT,
)
