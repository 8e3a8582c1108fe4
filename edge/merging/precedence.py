"""Who goes first: one table, by what the merged series is for.

For bills the operator's validated word, then a difference of indexes; for now the
home's own meter. The owner's correction is above all. Nothing is averaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from edge.catalogue import Fluid
from edge.interval import Step
from edge.sample import Quality


class Purpose(StrEnum):
    """What a merged series is for."""

    NOW = "now"
    BILL = "bill"


class Voice(StrEnum):
    """Whose word it is, and of which kind."""

    CORRECTION = "correction"
    VALIDATED = "validated"
    OWN = "own"
    MEASURED = "measured"
    ESTIMATED = "estimated"
    INTERPOLATED = "interpolated"


NOW = (
    Voice.CORRECTION,
    Voice.OWN,
    Voice.VALIDATED,
    Voice.MEASURED,
    Voice.ESTIMATED,
    Voice.INTERPOLATED,
)
BILL = (
    Voice.CORRECTION,
    Voice.VALIDATED,
    Voice.OWN,
    Voice.MEASURED,
    Voice.ESTIMATED,
    Voice.INTERPOLATED,
)
TABLE: Mapping[tuple[Fluid | None, Step | None, Purpose], tuple[Voice, ...]] = {
    (None, None, Purpose.NOW): NOW,
    (None, None, Purpose.BILL): BILL,
    # GRDF's kWh come by gas days; a home's own are reckoned with last month's gas.
    (Fluid.GAS, Step.MONTH, Purpose.NOW): BILL,
    (Fluid.GAS, Step.YEAR, Purpose.NOW): BILL,
}
"""None is any: the closest entry rules."""

SAID: Mapping[Quality, Voice] = {
    Quality.VALIDATED: Voice.VALIDATED,
    Quality.RAW: Voice.MEASURED,
    Quality.ESTIMATED: Voice.ESTIMATED,
    Quality.INTERPOLATED: Voice.INTERPOLATED,
    Quality.CORRECTED: Voice.CORRECTION,
}
"""What a source's quality makes of its word."""


def order(fluid: Fluid, step: Step, purpose: Purpose) -> tuple[Voice, ...]:
    """Give the voices of a series, the first to be believed first."""
    for key in ((fluid, step, purpose), (fluid, None, purpose)):
        if key in TABLE:
            return TABLE[key]
    return TABLE[None, None, purpose]


def own(quality: Quality) -> Voice:
    """Give the voice of a row of the home's own meter."""
    if quality in (Quality.RAW, Quality.VALIDATED):
        return Voice.OWN
    return SAID[quality]
