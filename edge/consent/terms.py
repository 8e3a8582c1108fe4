"""What a service asks for and a household grants: one class of one fluid, and how fine.

The words are those of `authorization_details` (RFC 9396) of type `releve`. An unknown
word refuses the whole request: what isn't understood can't be agreed to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from edge.catalogue import ConsentClass, Fluid
from edge.consent.period import Period
from edge.errors import RequestRefused
from edge.interval import Step

TYPE = "releve"
DETAILS_MOST = 16
PURPOSE_MOST = 200
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for code in range(first, last + 1)
}
"""Letters, marks and variation selectors, by Unicode, that show nothing: with one of
them a second service could be called as the first is."""
MARKS_MOST = 4
"""More on one letter than any language has."""
YEAR, MOST = Period(12, 0), Period(36, 0)
"""What is granted of the past and of the future unless asked otherwise, and at most."""


class Grain(StrEnum):
    """How fine; the finest first."""

    LIVE = "live"
    MIN30 = "30min"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    @property
    def rank(self) -> int:
        """Give its place, 0 for the finest."""
        return list(Grain).index(self)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give the steps of rows that it shows, the finest first."""
        if self is Grain.LIVE:
            return tuple(Step)
        steps = list(Step)
        return tuple(steps[steps.index(Step(self.value)) :])


class Channel(StrEnum):
    """By which way data goes to a service."""

    REST = "rest"
    SSE = "sse"
    MQTT = "mqtt"
    CLOUD = "cloud"
    EXTRACT = "extract"


ASKED = frozenset({Channel.REST, Channel.SSE, Channel.MQTT})
"""What a service may come in by; out goes only what the owner sends out."""
LIVE_ALONE = frozenset({ConsentClass.EVENT})
"""Classes of what happens at an instant: no coarser grain of them is told."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One line of a request: what, how fine, how far back, how, what for, how long."""

    fluid: Fluid
    consent_class: ConsentClass
    grain: Grain
    history: Period
    channels: frozenset[Channel]
    purpose: str
    duration: Period

    def plain(self) -> dict[str, Any]:
        """Give it as `authorization_details` has it."""
        return {
            "type": TYPE,
            "fluid": self.fluid.value,
            "class": self.consent_class.value,
            "granularity": self.grain.value,
            "history": str(self.history),
            "channels": sorted(one.value for one in self.channels),
            "purpose": self.purpose,
            "duration": str(self.duration),
        }

    def within(self, other: Terms) -> bool:
        """Tell whether it is no more than another: the household may only narrow."""
        return (
            self.fluid is other.fluid
            and self.consent_class is other.consent_class
            and self.purpose == other.purpose
            and self.grain.rank >= other.grain.rank
            and self.history <= other.history
            and self.duration <= other.duration
            and self.channels <= other.channels
        )


def read_all(details: Any, channels: frozenset[Channel] = ASKED) -> tuple[Terms, ...]:
    """Read `authorization_details`; raise RequestRefused on anything not understood."""
    if not isinstance(details, list) or not 1 <= len(details) <= DETAILS_MOST:
        raise RequestRefused(f"ask for 1 to {DETAILS_MOST} things, in an array")
    found = tuple(read(one) for one in details)
    if any(not one.channels <= channels for one in found):
        raise RequestRefused(f"channels are of {', '.join(sorted(channels))} here")
    if len({(t.fluid, t.consent_class, t.purpose) for t in found}) != len(found):
        raise RequestRefused("two lines ask for one class for the same purpose")
    return found


def read(detail: Any) -> Terms:
    """Read one line; raise RequestRefused."""
    if not isinstance(detail, Mapping) or detail.get("type") != TYPE:
        raise RequestRefused(f'each line is an object of type "{TYPE}"')
    known = {
        *("type", "fluid", "class", "granularity"),
        *("history", "channels", "purpose", "duration"),
    }
    if unknown := sorted(set(detail) - known):
        raise RequestRefused(f"{unknown[0][:40]!r} is not known here")
    try:
        terms = Terms(
            fluid=Fluid(str(detail.get("fluid"))),
            consent_class=ConsentClass(str(detail.get("class"))),
            grain=Grain(str(detail.get("granularity"))),
            history=_period(detail.get("history", str(YEAR))),
            channels=_channels(detail.get("channels", ["rest"])),
            purpose=text(detail.get("purpose"), PURPOSE_MOST),
            duration=_period(detail.get("duration", str(YEAR))),
        )
    except (ValueError, TypeError) as error:
        raise RequestRefused(str(error)[:200]) from error
    if terms.consent_class in LIVE_ALONE and terms.grain is not Grain.LIVE:
        raise RequestRefused(f"{terms.consent_class} is told live or not at all")
    return terms


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: two readers might believe two things."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key stands twice")
    return document


def _period(given: Any) -> Period:
    if not isinstance(given, str):
        raise TypeError('write a length as "P1Y"')
    period = Period.parse(given)
    if not period <= MOST:
        raise ValueError(f"{given} is longer than {MOST}")
    return period


def _channels(given: Any) -> frozenset[Channel]:
    if not isinstance(given, list) or not given:
        raise TypeError("channels are an array of rest, sse, mqtt")
    return frozenset(Channel(one) for one in given)


def text(given: Any, most: int, *, least: int = 1) -> str:
    """Take what others wrote for display: bounded, one line, all of it to be seen.

    Raises ValueError. Whoever shows it escapes it for where it is shown.
    """
    if not isinstance(given, str):
        raise TypeError("a text is wanted")
    if not least <= len(given) <= most:
        raise ValueError(f"a text of {least} to {most} characters is wanted")
    if not given.isprintable() or given != given.strip() or _hidden(given):
        raise ValueError("control, invisible and bordering characters are refused")
    return given


def _hidden(given: str) -> bool:
    """Tell whether a text has what nothing shows, or marks piled up over its line."""
    marks = 0
    for one in given:
        marks = marks + 1 if unicodedata.category(one).startswith("M") else 0
        if one in BLANK or marks > MARKS_MOST:
            return True
    return False
