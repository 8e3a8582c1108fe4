"""Every layout of a water company's files, in the order they are asked."""

from __future__ import annotations

from exports import Format
from water.grand_lyon_rest import DAILY, MONTHLY
from water.grand_lyon_ws import GRAND_LYON_WS
from water.no_readings import NO_READINGS
from water.portal_csv import GRAND_LYON_CSV, SUEZ_CSV, VEOLIA_CSV, VEOLIA_IDF_CSV
from water.suez import SUEZ_READINGS, SUEZ_TELEMETRY
from water.veolia_json import VEOLIA_DAILY, VEOLIA_MONTHLY
from water.veolia_soap import VEOLIA_SOAP

FORMATS: tuple[Format, ...] = (
    DAILY,
    MONTHLY,
    GRAND_LYON_WS,
    VEOLIA_DAILY,
    VEOLIA_MONTHLY,
    VEOLIA_SOAP,
    SUEZ_READINGS,
    SUEZ_TELEMETRY,
    *NO_READINGS,
    GRAND_LYON_CSV,
    VEOLIA_IDF_CSV,
    VEOLIA_CSV,
    SUEZ_CSV,
)
