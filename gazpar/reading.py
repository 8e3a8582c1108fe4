"""A row of a GRDF file as exact integers, or refused where it can't be true."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from exports import Nature, RowRefused, scaled
from gazpar.period import Period

QMAX_L_HOUR = 25_000
"""G16's Qmax, the largest meter that a household has (G4: 6,000; EN 1359)."""
COEFFICIENTS_WH_M3 = range(6_000, 18_001)
"""Gas B at 2,000 m is about 7,500, gas H at 300 mbar about 14,500."""
UNKNOWN = ("", "-", "na", "n/a", "nd", "null", "none", "nan")


@dataclass(frozen=True, slots=True)
class Row:
    """What a file has in one row, in its own words; None where it has nothing.

    `nature` is None for an absence. `indexed` says that the layout has indexes, `wraps`
    that the counter passed zero, as the file says.
    """

    place: str
    period: Period
    volume_m3: object = None
    energy_kwh: object = None
    conversion_kwh_m3: object = None
    index_start_m3: object = None
    index_end_m3: object = None
    nature: Nature | None = Nature.MEASURED
    published: bool = False
    indexed: bool = False
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A row whose numbers could be true; None is unknown.

    `day_without_index`: a single day, of a layout with indexes, that doesn't know where
    its counter began or ended.
    """

    place: str
    period: Period
    nature: Nature | None
    published: bool
    day_without_index: bool
    volume_l: int | None
    energy_wh: int | None
    conversion_wh_m3: int | None
    index_end_l: int | None

    @classmethod
    def from_row(cls, row: Row) -> Reading:
        """Scale a row's numbers; raise RowRefused.

        "not-a-number", "negative", "index-falls" (a published period may: the meter was
        changed in it), "too-much" for more than a G16 lets through, "bad-coefficient".
        """
        start = _scaled(row.index_start_m3, "index")
        end = _scaled(row.index_end_m3, "index")
        absent = row.nature is None
        volume = None if absent else _scaled(row.volume_m3, "volume")
        energy = None if absent else _scaled(row.energy_kwh, "energy")
        conversion = None if absent else _coefficient(row.conversion_kwh_m3)
        moved = None if start is None or end is None else end - start
        if moved is not None and moved < 0 and not (row.published or row.wraps):
            raise RowRefused("index-falls", f"from {start} l to {end} l")
        changed = moved is not None and moved < 0
        if not (row.published and changed):
            _bounded(row.period, (volume, moved), energy)
        return cls(
            row.place,
            row.period,
            row.nature,
            row.published,
            row.indexed and row.period.days == 1 and None in (start, end),
            volume,
            energy,
            conversion,
            end,
        )


def _scaled(value: object, what: str) -> int | None:
    """Give m3 as litres, kWh as Wh; finer digits are floored, but no float's noise."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, str) and value.strip().lower() in UNKNOWN:
        return None
    given = round(value, 6) if isinstance(value, float) else value
    number = scaled(given, 1000, rounding="floor")
    if number < 0:
        raise RowRefused("negative", f"the {what} is negative")
    return number


def _coefficient(value: object) -> int | None:
    number = _scaled(value, "coefficient")
    if not number:  # where there is no coefficient, some exports write 0
        return None
    if number not in COEFFICIENTS_WH_M3:
        detail = f"{number} Wh/m3 is no coefficient of natural gas"
        raise RowRefused("bad-coefficient", detail)
    return number


def _bounded(
    period: Period, volumes: tuple[int | None, ...], energy: int | None
) -> None:
    most_l = QMAX_L_HOUR * (24 * period.days + 1)  # an hour more in October
    most_wh = most_l * COEFFICIENTS_WH_M3[-1] // 1000
    if any(volume is not None and volume > most_l for volume in volumes):
        raise RowRefused("too-much", f"more than {most_l} l in {period.days} days")
    if energy is not None and energy > most_wh:
        raise RowRefused("too-much", f"more than {most_wh} Wh in {period.days} days")
