"""Frames as JSON objects: numbers as numbers, named states by their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from teleinfo.frame import Frame
from teleinfo.group import Group, Refusal
from teleinfo.labels import LABELS
from teleinfo.mode import Mode
from teleinfo.potentials import Potentials
from teleinfo.relays import Relays
from teleinfo.schedule import Hours, Schedule
from teleinfo.stge import Colour, Contact, Stge
from teleinfo.tariff import TariffOption, TariffPeriod
from teleinfo.values import Value


class JsonForm:
    """Gives a meter's frames as JSON; it remembers how this meter writes its hours."""

    def __init__(self) -> None:
        self._hours: dict[str, Hours] = {}

    def frame(self, frame: Frame) -> dict[str, Any]:
        """Give `{"mode", "complete", "groups", "errors"}`."""
        return {
            "mode": frame.mode.value,
            "complete": frame.complete,
            "groups": {group.label: self._group(group, frame) for group in frame},
            "errors": [_error(refusal) for refusal in frame.refusals],
        }

    def _group(self, group: Group, frame: Frame) -> dict[str, Any]:
        value = (
            self._schedule(group.value, frame)
            if isinstance(group.value, Schedule)
            else _value(group.value)
        )
        form: dict[str, Any] = {"raw": group.raw, "value": value}
        unit = LABELS[frame.mode][group.label].unit
        if unit is not None:
            form["unit"] = unit
        if group.horodate is not None:
            form["at"] = group.horodate.at.isoformat()
            if group.horodate.degraded:
                form["degraded"] = True
        return form

    def _schedule(self, schedule: Schedule, frame: Frame) -> dict[str, Any]:
        address = frame.address
        if address is not None and schedule.hours is not None:
            self._hours[address] = schedule.hours
        known = None if address is None else self._hours.get(address)
        blocks = schedule.blocks(known, tempo=_is_tempo(frame))
        if blocks is None:
            # Decimal and hexadecimal hours are both possible: nothing tells which.
            return {"ambiguous": True, "blocks": list(schedule.used)}
        return {
            "ambiguous": False,
            "blocks": [
                {
                    "at": block.at,
                    "index": block.index,
                    "dry_contact": block.dry_contact.value,
                    "virtual_contacts": _contacts(
                        contact is Contact.CLOSED for contact in block.virtual_contacts
                    ),
                }
                for block in blocks
            ],
        }


def outside(refusals: Iterable[Refusal], mode: Mode | None) -> dict[str, Any]:
    """Give refusals that no frame holds in a frame's form, without any group."""
    return {
        "mode": None if mode is None else mode.value,
        "complete": False,
        "groups": {},
        "errors": [_error(refusal) for refusal in refusals],
    }


def _error(refusal: Refusal) -> dict[str, Any]:
    return {"group": refusal.group, "reason": refusal.reason.value}


def _is_tempo(frame: Frame) -> bool:
    # The status register's colours are of the Tempo contract alone.
    status = frame.get("STGE")
    return (
        status is not None
        and isinstance(status.value, Stge)
        and status.value.tempo_today is not Colour.NONE
    )


def _value(value: Value) -> Any:  # noqa: PLR0911 - one return a type
    match value:
        case Stge():
            return value.states()
        case Relays():
            return {
                f"relay_{n}": state
                for n, state in enumerate(_contacts(value.closed), start=1)
            }
        case Potentials():
            return {"missing_phases": list(value.missing)}
        case TariffOption():
            return {
                "code": value.code,
                "contract": value.contract.value,
                "programme": value.programme,
            }
        case TariffPeriod():
            return {
                "code": value.code,
                "contract": value.contract.value,
                "period": value.period.value,
                "colour": value.colour.value,
                "index": value.index,
            }
        case Colour():
            return value.value
        case _:
            return value


def _contacts(closed: Iterable[bool]) -> list[str]:
    return [
        (Contact.CLOSED if is_closed else Contact.OPEN).value for is_closed in closed
    ]
