"""What a pack says of its home besides readings, taken if each word is of its kind.

A pack may come from another household: what is kept of it is read by everything else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.facts import Fact, FactKind
from edge.journal.devices import Device
from edge.record import Baseline
from edge.registers import CATALOGUE

LATEST_MS = 4_102_444_800_000
"""2100; and nothing of a home is older than 1840, which is as far the other way."""
LARGEST = 1 << 53
LONGEST = 200
"""Letters of a name, a number, a reason."""
LONGEST_DETAIL = 1_000
MOST_DETAILS = 64


@dataclass(frozen=True, slots=True)
class Words:
    """What a home says: meters by fluid, and what indexes stand on."""

    zone: str
    meters: Mapping[str, str]
    devices: Sequence[Device]
    baselines: Sequence[Baseline]
    facts: Sequence[Fact]

    @classmethod
    def from_document(cls, document: Any) -> Words:
        """Read what a home wrote of itself; raise ValueError, KeyError or TypeError.

        What is of a meter that it doesn't name is left out.
        """
        meters = {_text(one): _text(fluid) for one, fluid in document["meters"].items()}
        return cls(
            _text(document["zone"]),
            meters,
            [_device(**one) for one in _of(meters, document["devices"])],
            [_baseline(**one) for one in _of(meters, document["baselines"])],
            [_fact(**one) for one in _of(meters, document["facts"])],
        )


def _of(meters: Collection[str], some: Sequence[Any]) -> list[Any]:
    return [one for one in some if _text(one["meter"]) in meters]


def _device(
    *, meter: str, identifier: str, from_ms: int, to_ms: int | None, confirmed: bool
) -> Device:
    until = None if to_ms is None else _instant(to_ms)
    if not isinstance(confirmed, bool):
        raise TypeError("confirmed is neither true nor false")
    return Device(0, meter, _text(identifier), _instant(from_ms), until, confirmed)


def _baseline(
    *,
    meter: str,
    at_ms: int,
    reason: str,
    offsets: Mapping[str, int],
    device: str | None = None,
) -> Baseline:
    if not offsets.keys() <= CATALOGUE.keys():
        raise ValueError("no such register")
    return Baseline(
        meter,
        _instant(at_ms),
        _text(reason),
        {name: _whole(value, LARGEST) for name, value in offsets.items()},
        None if device is None else _text(device),
    )


def _fact(  # noqa: PLR0913 - a fact has six words
    *,
    meter: str,
    kind: str,
    start_ms: int,
    end_ms: int | None,
    origin: str,
    detail: Mapping[str, Any],
) -> Fact:
    if len(detail) > MOST_DETAILS:
        raise ValueError("a fact says too much")
    return Fact(
        meter,
        FactKind(kind),
        _instant(start_ms),
        None if end_ms is None else _instant(end_ms),
        _text(origin),
        {_text(name): _value(value) for name, value in detail.items()},
    )


def _value(given: Any) -> str | int | None:
    if given is None:
        return None
    if isinstance(given, str):
        return _text(given, LONGEST_DETAIL)
    return _whole(given, LARGEST)


def _text(given: Any, most: int = LONGEST) -> str:
    if not isinstance(given, str) or len(given) > most:
        raise ValueError("it is no text, or a long one")
    return given


def _instant(given: Any) -> int:
    return _whole(given, LATEST_MS)


def _whole(given: Any, most: int) -> int:
    if type(given) is not int or abs(given) > most:
        raise ValueError("it is no whole number, or a large one")
    return given
