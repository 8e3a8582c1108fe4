"""What a collector hands over: one JSON line, checked whole before any of it counts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from edge.errors import EdgeError
from edge.sample import utc
from exports.said import Amount, Nature

MOST_ROWS = 5_000
LARGEST_MS = 4_102_444_800_000
"""The year 2100."""
LARGEST = 1 << 53
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
QUANTITY = re.compile(r"[a-z][a-z0-9_]{0,63}")


class HandedRefused(EdgeError):
    """Raised when a message can't be taken; `reason` is the word that is answered."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Hello:
    """A collector asks whether it would be heard, before it asks a portal."""

    name: str


@dataclass(frozen=True, slots=True)
class Handed:
    """What one attempt read; `number` is the supply point's, as the portal has it."""

    name: str
    fluid: str
    number: str | None
    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Pasts:
    """How each collector fares, as it says itself."""

    pasts: Mapping[str, Mapping[str, Any]]


Message: TypeAlias = Hello | Handed | Pasts


def parse(line: bytes) -> Message:
    """Read a message; raise HandedRefused ("not-a-message")."""
    try:
        document = json.loads(line)
        if not isinstance(document, dict):
            raise _wrong("it is no object")
        if "pasts" in document:
            return Pasts(_pasts(document["pasts"]))
        if "hello" in document:
            return Hello(_name(document["hello"]))
        rows = document["rows"]
        if not isinstance(rows, list) or len(rows) > MOST_ROWS:
            raise _wrong("its rows are none, or too many")
        number = document["number"]
        if number is not None and not (isinstance(number, str) and len(number) <= 40):
            raise _wrong("its number is none")
        amounts = tuple(_amount(place, row) for place, row in enumerate(rows, 1))
        return Handed(
            _name(document["collector"]), str(document["fluid"])[:40], number, amounts
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _wrong("it has not the form") from error


def _wrong(message: str) -> HandedRefused:
    return HandedRefused("not-a-message", message)


def _name(given: object) -> str:
    if not isinstance(given, str) or not NAME.fullmatch(given):
        raise _wrong("no such name")
    return given


def _whole(given: object, most: int) -> int:
    if type(given) is not int or not -most <= given <= most:
        raise _wrong("a number is none")
    return given


def _amount(place: int, row: Any) -> Amount:
    quantity, start_ms, end_ms, value, nature, index_end = row
    if not isinstance(quantity, str) or not QUANTITY.fullmatch(quantity):
        raise _wrong("no such quantity")
    return Amount(
        quantity,
        utc(max(0, _whole(start_ms, LARGEST_MS))),
        utc(max(0, _whole(end_ms, LARGEST_MS))),
        _whole(value, LARGEST),
        Nature(nature),
        f"row {place}",
        None if index_end is None else _whole(index_end, LARGEST),
    )


def _pasts(given: object) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(given, dict) or len(given) > 100:
        raise _wrong("its pasts are none")
    if not all(isinstance(one, dict) for one in given.values()):
        raise _wrong("its pasts are none")
    return {_name(name): one for name, one in given.items()}
