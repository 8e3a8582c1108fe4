"""`--grant electricity/energy/day/P1Y/rest,mqtt`: a grant as a tinkerer types it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from edge.catalogue import ConsentClass, Fluid
from edge.consent.period import Period
from edge.consent.terms import TYPE, Channel, Grain
from edge.errors import ConsentError

FORM = "as in electricity/energy/day, electricity/energy/30min/P3M/rest,mqtt"


def detail(text: str, purpose: str, duration: str) -> dict[str, Any]:
    """Read a grant as one of `authorization_details`; raise ConsentError.

    FLUID/CLASS/GRAIN, then a history and channels, each where it isn't the usual.
    """
    fluid, consent_class, grain, *rest = _words(text)
    given: dict[str, Any] = {
        "type": TYPE,
        "fluid": one_of(Fluid, fluid, "fluid"),
        "class": one_of(ConsentClass, consent_class, "class"),
        "granularity": one_of(Grain, grain, "granularity"),
        "purpose": purpose,
        "duration": period(duration),
    }
    for word in rest:
        key, value = (
            ("history", period(word))
            if word.startswith("P")
            else ("channels", channels(word))
        )
        if key in given:
            raise ConsentError(f"{text!r} says its {key} twice", hint=FORM)
        given[key] = value
    return given


def _words(text: str) -> list[str]:
    words = text.split("/")
    if not 3 <= len(words) <= 5:
        raise ConsentError(
            f"{text!r} is no grant",
            hint=f"FLUID/CLASS/GRAIN[/HISTORY][/CHANNELS], {FORM}",
        )
    return words


def channels(text: str) -> list[str]:
    """Read "rest,mqtt"; raise ConsentError."""
    return [one_of(Channel, one, "channel") for one in text.split(",")]


def period(text: str) -> str:
    """Read a length; raise ConsentError."""
    try:
        return str(Period.parse(text))
    except ValueError as error:
        raise ConsentError(f"{text!r} is no length of time", hint=str(error)) from error


def one_of(kind: type[StrEnum], word: str, name: str) -> str:
    """Read one of so many words; raise ConsentError, which names them all."""
    if word not in list(kind):
        raise ConsentError(f"{word!r} is no {name}", hint=f"one of {', '.join(kind)}")
    return word
