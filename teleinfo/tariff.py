"""What a historic meter says of its tariff: OPTARIF, PTEC, DEMAIN (6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from teleinfo.errors import ValueRefused
from teleinfo.stge import Colour


class Contract(StrEnum):
    """The tariff options that the historic mode knows; newer offers show as BASE."""

    BASE = "base"
    HC = "hc"
    EJP = "ejp"
    TEMPO = "tempo"


class PeriodName(StrEnum):
    """The part of a contract that counts now."""

    ALL_HOURS = "all_hours"
    OFF_PEAK = "off_peak"
    PEAK = "peak"
    NORMAL = "normal"
    MOBILE_PEAK = "mobile_peak"


@dataclass(frozen=True, slots=True)
class TariffOption:
    """OPTARIF: the contract; `programme` is Tempo's and EJP's last character."""

    code: str
    contract: Contract
    programme: str | None = None

    @classmethod
    def from_field(cls, field: str) -> TariffOption:
        """Read the four characters; raise ValueRefused on anything else."""
        if field == "BASE":
            return cls(field, Contract.BASE)
        if field == "HC..":
            return cls(field, Contract.HC)
        if len(field) == 4 and field[:3] == "EJP":
            return cls(field, Contract.EJP, field[3])
        if len(field) == 4 and field[:3] == "BBR":
            return cls(field, Contract.TEMPO, field[3])
        raise ValueRefused("OPTARIF", field, hint="BASE, HC.., EJP. or BBRx")


@dataclass(frozen=True, slots=True)
class TariffPeriod:
    """PTEC: the period that counts now, and the label of the index that it feeds."""

    code: str
    contract: Contract
    period: PeriodName
    index: str
    colour: Colour = Colour.NONE

    @classmethod
    def from_field(cls, field: str) -> TariffPeriod:
        """Read the four characters; raise ValueRefused on anything else."""
        try:
            return PERIODS[field]
        except KeyError as error:
            raise ValueRefused(
                "PTEC", field, hint=f"one of {', '.join(PERIODS)}"
            ) from error


PERIODS: dict[str, TariffPeriod] = {
    row.code: row
    for row in (
        TariffPeriod("TH..", Contract.BASE, PeriodName.ALL_HOURS, "BASE"),
        TariffPeriod("HC..", Contract.HC, PeriodName.OFF_PEAK, "HCHC"),
        TariffPeriod("HP..", Contract.HC, PeriodName.PEAK, "HCHP"),
        TariffPeriod("HN..", Contract.EJP, PeriodName.NORMAL, "EJPHN"),
        TariffPeriod("PM..", Contract.EJP, PeriodName.MOBILE_PEAK, "EJPHPM"),
        *(
            TariffPeriod(f"{code}J{letter}", Contract.TEMPO, period, index, colour)
            for letter, colour in (
                ("B", Colour.BLUE),
                ("W", Colour.WHITE),
                ("R", Colour.RED),
            )
            for code, period, index in (
                ("HC", PeriodName.OFF_PEAK, f"BBRHCJ{letter}"),
                ("HP", PeriodName.PEAK, f"BBRHPJ{letter}"),
            )
        ),
    )
}

TOMORROWS: dict[str, Colour] = {
    "----": Colour.NONE,
    "BLEU": Colour.BLUE,
    "BLAN": Colour.WHITE,
    "ROUG": Colour.RED,
}


def tomorrow_from_field(field: str) -> Colour:
    """Read DEMAIN's four characters; raise ValueRefused on anything else."""
    try:
        return TOMORROWS[field]
    except KeyError as error:
        raise ValueRefused(
            "DEMAIN", field, hint=f"one of {', '.join(TOMORROWS)}"
        ) from error
