"""What a household answers at set-up, and how an answer is written as one word.

A gas or water meter is `none`, `files`, `gpio=17` (with `pulse=10` litres and
`index=1234.567` m³) or `mqtt=everblu` (with `topic=…`, `path=…`, `unit=…`,
`ids=00aabb11+00aabb12`), parts joined by commas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.errors import EdgeError
from edge.sources.mqtt_in.presets import PRESETS

NONE, FILES = "none", "files"
HOURLY_S = 3600
"""What is heard of seldom is not silent after a minute."""
DAILY_S = 86_400


class NoAnswer(EdgeError):
    """Raised when an answer can't be understood; says what would be right."""


@dataclass(frozen=True, slots=True)
class Fluid:
    """A meter that is no Linky: its kind, and the id that it gets."""

    kind: str
    id: str


GAS, WATER = Fluid("gazpar", "gas"), Fluid("water", "water")


def meter_of(fluid: Fluid, word: str) -> dict[str, Any] | None:
    """Give the [[meters]] table of an answer; None for none. Raises NoAnswer."""
    said = word.strip()
    if said.lower() in ("", NONE):
        return None
    table: dict[str, Any] = {"id": fluid.id, "kind": fluid.kind}
    if said.lower() == FILES:
        return table | {"silence_seconds": DAILY_S}
    parts = _parts(said)
    if "gpio" in parts:
        return table | {"silence_seconds": DAILY_S} | _pulses(parts)
    if "mqtt" in parts:
        return table | {"silence_seconds": HOURLY_S, "mqtt": _heard(parts)}
    raise NoAnswer(
        f"{word!r} says not how the meter is read",
        hint="none, files, gpio=17, or mqtt=everblu,ids=00aabb11",
    )


def _parts(word: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in word.split(","):
        name, equals, value = part.partition("=")
        if not equals or not value.strip() or name.strip() in parts:
            raise NoAnswer(
                f"{part!r} is no part of an answer",
                hint="write name=value, with commas between: gpio=17,pulse=10",
            )
        parts[name.strip().lower()] = value.strip()
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
