"""Which meter is to be: all that makes one virtual Linky differ from another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from teleinfo.mode import Mode


class Contract(StrEnum):
    """The four contracts that the historic mode can tell."""

    BASE = "base"
    HPHC = "hphc"
    EJP = "ejp"
    TEMPO = "tempo"


@dataclass(frozen=True, slots=True)
class Spell:
    """[start_ms, end_ms) during which the home draws more than it subscribed."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class MeterSpec:
    """One meter and its home; the same spec always says the same, to the byte.

    `producer` is a contract of injection; `solar` alone is a home that has panels
    and no such contract. `clock_error_ms` is how far the meter's clock is ahead.
    """

    mode: Mode = Mode.STANDARD
    contract: Contract = Contract.BASE
    phases: int = 1
    producer: bool = False
    solar: bool = False
    pref_kva: int = 9
    seed: int = 1
    clock_error_ms: int = 0
    degraded_clock: bool = False
    overloads: tuple[Spell, ...] = ()

    def __post_init__(self) -> None:
        if self.phases not in (1, 3):
            raise ValueError("a Linky has 1 or 3 phases")
        if not 1 <= self.pref_kva <= 36:
            raise ValueError("the subscribed power is 1 to 36 kVA")

    @property
    def has_panels(self) -> bool:
        """Tell whether the home may inject."""
        return self.producer or self.solar

    @property
    def address(self) -> str:
        """Give the meter's number: invented, yet of the right maker, year and type."""
        kind = "61" if self.phases == 1 else "63"
        return f"0419{kind}{self.seed % 1_000_000:06}"

    @property
    def prm(self) -> str:
        """Give the delivery point's number: invented, 99 is no French department."""
        return f"99{self.seed % 1_000_000_000_000:012}"

    @property
    def limit_a(self) -> int:
        """Give the subscribed current of each phase (54E 6.1.2, ISOUSC)."""
        return self.pref_kva * 5 // self.phases
