"""What a household answers at set-up, and how an answer is written as one word.

A gas or water meter is `none`, `files`, `gpio=17` (with `pulse=10` litres and
`index=1234.567` m³) or `mqtt=everblu` (with `topic=…`, `path=…`, `unit=…`,
`ids=00aabb11+00aabb12`), parts joined by commas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from edge.catalogue import Fluid
from edge.config.model import MqttConfig
from edge.errors import EdgeError
from edge.sources.mqtt_in.presets import PRESETS
from edge.sources.mqtt_in.settings import HearSettings
from edge.sources.pulses.settings import PulseSettings

NONE, FILES = "none", "files"
NO = (NONE, "aucun", "aucune", "no", "non")
"""The same answer, as people say it."""
HOURLY_S = 3600
"""What is heard of seldom is not silent after a minute."""
DAILY_S = 86_400


class NoAnswer(EdgeError):
    """Raised when an answer can't be understood; says what would be right."""


class NoBroker(NoAnswer):
    """Raised when a meter is to be heard on a broker that isn't there."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A meter that is no Linky: its kind, the id that it gets, what flows in it.

    `line` and `litres` are what is mostly answered: its pin, and a pulse's worth.
    """

    kind: str
    id: str
    fluid: Fluid
    line: str
    litres: str


GAS = Counted("gazpar", "gas", Fluid.GAS, "17", "10")
WATER = Counted("water", "water", Fluid.WATER, "27", "1")


def meter_of(counted: Counted, word: str) -> dict[str, Any] | None:
    """Give the [[meters]] table of an answer; None for none. Raises NoAnswer."""
    said = word.strip()
    if said.lower() in ("", *NO):
        return None
    table: dict[str, Any] = {"id": counted.id, "kind": counted.kind}
    if said.lower() == FILES:
        return table | {"silence_seconds": DAILY_S}
    parts = _parts(said)
    try:
        if "gpio" in parts:
            table |= {"silence_seconds": DAILY_S} | _pulses(parts)
            PulseSettings.from_table(table, counted.fluid)
            return table
        if "mqtt" in parts:
            table |= {"silence_seconds": HOURLY_S, "mqtt": _heard(parts)}
            HearSettings.from_table(table, counted.fluid)
            return table
    except ValueError as error:
        raise NoAnswer(f"{word!r} can't be: {error}") from error
    raise NoAnswer(
        f"{word!r} says not how the meter is read",
        hint="none, files, gpio=17, or mqtt=everblu,ids=00aabb11",
    )


def broker_of(word: str) -> str | None:
    """Give the broker's address of an answer; None for none. Raises NoAnswer."""
    said = word.strip()
    if said.lower() in ("", *NO):
        return None
    try:
        return MqttConfig(url=said).url
    except ValidationError as error:
        # never what was given: it may hold a password
        why = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise NoAnswer(f"that is no broker's address: {why}") from error


def _parts(word: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in word.split(","):
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if not equals or not value.strip() or name in parts:
            raise NoAnswer(
                f"{part!r} is no part of an answer",
                hint="write name=value, with commas between: gpio=17,pulse=10",
            )
        parts[name] = value.strip()
    return parts


def _only(parts: Mapping[str, str], known: tuple[str, ...]) -> None:
    for name in parts:
        if name not in known:
            raise NoAnswer(
                f"there is no {name!r} here", hint=f"there are {', '.join(known)}"
            )


def _pulses(parts: Mapping[str, str]) -> dict[str, Any]:
    _only(parts, ("gpio", "pulse", "index"))
    table: dict[str, Any] = {"gpio": _number(parts, "gpio", int)}
    if "pulse" in parts:
        table["pulse_volume_l"] = _number(parts, "pulse", float)
    if "index" in parts:
        table["index_m3"] = _number(parts, "index", float)
    return table


def _number(
    parts: Mapping[str, str], name: str, form: Callable[[str], int | float]
) -> int | float:
    try:
        value = form(parts[name])
        return int(value) if value == int(value) else value
    except (ValueError, OverflowError) as error:
        raise NoAnswer(f"{name} is a number, as in {name}=10") from error


def _heard(parts: Mapping[str, str]) -> dict[str, Any]:
    _only(parts, ("mqtt", "topic", "path", "unit", "ids"))
    preset = parts["mqtt"].lower()
    if preset not in PRESETS:
        raise NoAnswer(
            f"{preset!r} is no program that is known",
            hint=f"there are {', '.join(PRESETS)}",
        )
    table: dict[str, Any] = {"preset": preset}
    table |= {name: parts[name] for name in ("topic", "path", "unit") if name in parts}
    if "ids" in parts:
        table["ids"] = [one for one in parts["ids"].split("+") if one]
    return table
