"""The catalogue of registers: the single source of truth on what can be counted.

The gate's limits, the stores' field types, the API's documentation, discovery and
consent screens are all derived from it. A new register is one entry in
`edge/registers/`, and one line in its source's mapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from edge.errors import UnknownRegister
from edge.interval import Step

T = TypeVar("T")

PEAK_STEPS = (Step.DAY, Step.MONTH, Step.YEAR)
"""The periods whose largest is told."""


class Kind(StrEnum):
    """How a register behaves."""

    INDEX = "index"
    INSTANT = "instant"
    STATE = "state"
    TEXT = "text"


class Fluid(StrEnum):
    """What flows."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    WATER = "water"


class ConsentClass(StrEnum):
    """What a household can grant, each apart (design: Who may see what)."""

    ENERGY = "energy"
    ENERGY_BY_TARIFF = "energy_by_tariff"
    MAX_POWER = "max_power"
    LIVE_POWER = "live_power"
    CONTRACT = "contract"
    EVENT = "event"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class FluidMeter:
    """What holds of a fluid's meters where nothing else is configured.

    `hold_ms` is how long a word of theirs holds, `index` the register that counts
    what flows, `qmax_l_h` what one lets through at most (None: no litres bound it),
    `pulse_ml` what a pulse is worth.
    """

    hold_ms: int = 120_000
    index: str | None = None
    qmax_l_h: int | None = None
    pulse_ml: int = 1_000


@dataclass(frozen=True, slots=True)
class Register:
    """One quantity that a meter counts or shows.

    `minimum` and `maximum` are physical bounds in `unit`, both included. `monotonic`
    registers never fall on one device. `power` names what bounds an index's growth:
    "import" or "export" against the subscribed power. `flow_unit` is the unit of a
    mean over time where it differs. `peak`: it is the largest of a day, which slices
    tell once the day is over; a month's is the largest of its days. `device_class` and
    `state_class` are Home Assistant's; `green_button` is (kind, unit of measure,
    multiplier) in ESPI codes; `coarse` is the consent class from a day up, `fine`
    below.
    """

    name: str
    fluid: Fluid
    kind: Kind
    unit: str | None
    title_en: str
    title_fr: str
    minimum: int | None = None
    maximum: int | None = None
    power: str | None = None
    peak: bool = False
    options: tuple[str, ...] = ()
    device_class: str | None = None
    state_class: str | None = None
    green_button: tuple[int, int, int] | None = None
    coarse: ConsentClass = ConsentClass.CONTRACT
    fine: ConsentClass = ConsentClass.CONTRACT

    @property
    def monotonic(self) -> bool:
        """Tell whether it may only rise on one device."""
        return self.kind is Kind.INDEX

    @property
    def numeric(self) -> bool:
        """Tell whether its values are integers."""
        return self.kind in (Kind.INDEX, Kind.INSTANT)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give the steps at which it is told, the finest first."""
        if self.numeric:
            return tuple(Step)
        return (Step.RAW, *PEAK_STEPS) if self.peak else (Step.RAW,)

    def consent(self, step: Step) -> ConsentClass:
        """Give the class that a reader at this step needs: finer tells more."""
        if step in (Step.DAY, Step.MONTH, Step.YEAR):
            return self.coarse
        if step in (Step.RAW, Step.MIN1) and self.kind is Kind.INDEX:
            return ConsentClass.LIVE_POWER
        return self.fine


class Catalogue(Mapping[str, Register]):
    """Registers by name, in the order of the table."""

    def __init__(self, registers: tuple[Register, ...]) -> None:
        self._by_name = {register.name: register for register in registers}
        if len(self._by_name) != len(registers):
            raise ValueError("two registers of the catalogue share a name")

    def __getitem__(self, name: str) -> Register:
        """Give a register; raise UnknownRegister (also a KeyError) with the way out."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownRegister(
                f"no register is named {name!r}",
                hint="GET /api/v1/meters lists the registers of each meter",
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def ordered(self, values: Mapping[str, T]) -> dict[str, T]:
        """Give what is keyed by register in the table's order, others last."""
        known = {name: values[name] for name in self._by_name if name in values}
        return {**known, **values}

    def __len__(self) -> int:
        return len(self._by_name)
