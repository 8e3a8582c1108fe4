"""Files about gas that hold no reading: known, so as to say what they are."""

from __future__ import annotations

import re
from typing import NoReturn
from zoneinfo import ZoneInfo

from exports import Document, FileRefused, Format
from gazpar.words import plain

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PRICES = {"pce", "startdate", "enddate"}
HINT = "download your consumption: Ma consommation gaz, on monespace.grdf.fr"


def is_temperatures(document: Document) -> bool:
    """Tell whether it is the portal's weather: one temperature a day, no more."""
    if not document.looks_json:
        return False
    value = document.json
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            DAY.fullmatch(key) and isinstance(degrees, int | float | None)
            for key, degrees in value.items()
        )
    )


def is_prices(document: Document) -> bool:
    """Tell whether it is the prices.csv of gazpar2mqtt."""
    if document.looks_json or document.is_sheet:
        return False
    header = {plain(cell) for cell in next(iter(document.table.rows), [])}
    return header >= PRICES and any("price" in cell for cell in header)


def _temperatures(document: Document, zone: ZoneInfo) -> NoReturn:
    del document, zone
    message = "outdoor temperatures of GRDF, day by day: no readings of gas in it"
    raise FileRefused("no-readings", message, hint=HINT)


def _prices(document: Document, zone: ZoneInfo) -> NoReturn:
    del document, zone
    message = "a price list of gazpar2mqtt: no readings of gas in it"
    raise FileRefused("no-readings", message, hint=HINT)


TEMPERATURES = Format(
    "grdf-temperatures", "GRDF, températures (JSON)", is_temperatures, _temperatures
)
PRICE_LIST = Format("gazpar2mqtt-prices", "gazpar2mqtt, prix (CSV)", is_prices, _prices)
