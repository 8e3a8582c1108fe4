"""Data fields to typed values: one reader a kind of label."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from teleinfo.errors import ValueRefused
from teleinfo.label import Kind, Label
from teleinfo.message import fits, message, text
from teleinfo.potentials import Potentials
from teleinfo.reason import Reason
from teleinfo.relays import Relays
from teleinfo.schedule import Schedule
from teleinfo.stge import Colour, Stge
from teleinfo.tariff import TariffOption, TariffPeriod, tomorrow_from_field

Typed: TypeAlias = (
    Stge | Relays | Potentials | Schedule | TariffOption | TariffPeriod | Colour
)
Value: TypeAlias = int | str | Typed | None
"""What a group says: an integer as sent, a text, None for nothing, or named states."""

# Captures come masked with X; lower-case letters would be bit 6 of a digit, flipped.
CAPITALS = re.compile(r"[0-9A-Z]*")


def read(label: Label, field: str) -> Value:
    """Give the value of a data field; raise ValueRefused, with its reason, if none."""
    return READERS[label.kind](label, field)


def _number(label: Label, field: str) -> int:
    _check_width(label, field)
    if not (field.isascii() and field.isdigit()):
        raise ValueRefused(label.name, field, reason=Reason.CHARSET, hint="digits only")
    number = int(field)
    if number < label.minimum or (label.maximum is not None and number > label.maximum):
        raise ValueRefused(
            label.name,
            field,
            hint=f"{label.minimum} to {label.maximum or 10**label.width - 1}",
        )
    return number


def _capitals(label: Label, field: str) -> str:
    _check_width(label, field)
    if not CAPITALS.fullmatch(field):
        raise ValueRefused(
            label.name, field, reason=Reason.CHARSET, hint="digits and capitals only"
        )
    return field


def _text(label: Label, field: str) -> str:
    _check_text(label, field)
    return text(field)


def _message(label: Label, field: str) -> str | None:
    _check_text(label, field)
    return message(field)


def _nothing(label: Label, field: str) -> None:
    _check_width(label, field)


def _check_width(label: Label, field: str) -> None:
    if len(field) != label.width:
        raise ValueRefused(
            label.name, field, reason=Reason.WIDTH, hint=f"{label.width} characters"
        )


def _check_text(label: Label, field: str) -> None:
    if not fits(field, label.width):
        raise ValueRefused(
            label.name,
            field,
            reason=Reason.WIDTH,
            hint=f"{label.width} characters, or the words alone",
        )


def _sized(
    from_field: Callable[[str], Typed],
) -> Callable[[Label, str], Typed]:
    def reader(label: Label, field: str) -> Typed:
        _check_width(label, field)
        return from_field(field)

    return reader


READERS: Mapping[Kind, Callable[[Label, str], Value]] = MappingProxyType({
    Kind.NUMBER: _number,
    Kind.ADDRESS: _capitals,
    Kind.CODE: _capitals,
    Kind.TEXT: _text,
    Kind.MESSAGE: _message,
    Kind.NOTHING: _nothing,
    Kind.OPTION: _sized(TariffOption.from_field),
    Kind.PERIOD: _sized(TariffPeriod.from_field),
    Kind.TOMORROW: _sized(tomorrow_from_field),
    Kind.STATUS: _sized(Stge.from_field),
    Kind.RELAYS: _sized(Relays.from_field),
    Kind.POTENTIALS: _sized(Potentials.from_field),
    Kind.SCHEDULE: lambda label, field: Schedule.from_field(field, label=label.name),
})  # fmt: skip

READERS_OF_CHECKED: Mapping[Kind, Callable[[str], Value]] = MappingProxyType({
    Kind.NUMBER: int,
    Kind.ADDRESS: str,
    Kind.CODE: str,
    Kind.TEXT: text,
    Kind.MESSAGE: message,
    Kind.NOTHING: lambda _: None,
    Kind.OPTION: TariffOption.from_field,
    Kind.PERIOD: TariffPeriod.from_field,
    Kind.TOMORROW: tomorrow_from_field,
    Kind.STATUS: lambda field: Stge(int(field, 16)),
    Kind.RELAYS: lambda field: Relays(int(field)),
    Kind.POTENTIALS: Potentials.from_field,
    Kind.SCHEDULE: Schedule.from_checked,
})  # fmt: skip
"""The same values, from fields that `pattern` has matched."""
