"""What a group's value is in its register: an integer, or a text of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from edge.sample import Value
from edge.sources.tic_registers import REGISTERS, SPREAD
from teleinfo.group import Group
from teleinfo.mode import Mode
from teleinfo.relays import Relays
from teleinfo.stge import Stge
from teleinfo.tariff import Contract, TariffPeriod

Items: TypeAlias = tuple[tuple[str, Value], ...]
UNUSED_BLOCK = " NONUTILE"


def items(group: Group, mode: Mode) -> Items:
    """Give (register, value) of each thing that a group says, none if left out."""
    name = REGISTERS[mode].get(group.label)
    if name is not None:
        convert = CONVERTED.get(group.label)
        value = group.value if convert is None else convert(group)
        assert value is None or isinstance(value, (int, str))  # noqa: S101 - for mypy
        return ((name, value),)
    spread = SPREADERS.get(group.label)
    return () if spread is None else spread(group)


def names(label: str, mode: Mode) -> tuple[str, ...]:
    """Give the registers that a label feeds."""
    name = REGISTERS[mode].get(label)
    return (name,) if name is not None else SPREAD.get(label, ())


def status(group: Group) -> Items:
    """Give what the status register says; its tariff index is not among it."""
    stge = group.value
    assert isinstance(stge, Stge)  # noqa: S101 - the decoder's promise, for mypy
    return (
        ("status_register", group.raw),
        ("overload", "yes" if stge.overload else "no"),
        ("energy_direction", stge.direction.value),
        ("tempo_today", stge.tempo_today.value),
        ("tempo_tomorrow", stge.tempo_tomorrow.value),
        ("peak_notice", stge.peak_notice),
        ("peak_running", stge.peak_running),
    )


def period(group: Group) -> Items:
    """Give the tariff period, and the colour that its name ends with under Tempo."""
    value = group.value
    assert isinstance(value, TariffPeriod)  # noqa: S101 - the decoder's promise
    told: Items = (("tariff_period", value.code),)
    if value.contract is not Contract.TEMPO:
        return told
    return (*told, ("tempo_today", value.colour.value))


def _relays(group: Group) -> Value:
    assert isinstance(group.value, Relays)  # noqa: S101 - the decoder's promise
    return group.value.bits


def _schedule(group: Group) -> Value:
    return group.raw.replace(UNUSED_BLOCK, "")


def _message(group: Group) -> Value:
    """Give the message; none is an empty text, since it is known that there is none."""
    return group.value if isinstance(group.value, str) else ""


CONVERTED: Mapping[str, Callable[[Group], Value]] = {
    "OPTARIF": lambda group: group.raw,
    "DEMAIN": lambda group: str(group.value),
    "PPOT": lambda group: group.raw,
    "RELAIS": _relays,
    "PJOURF+1": _schedule,
    "PPOINTE": _schedule,
    "MSG1": _message,
    "MSG2": _message,
}
SPREADERS: Mapping[str, Callable[[Group], Items]] = {"PTEC": period, "STGE": status}
