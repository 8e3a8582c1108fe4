"""A household's decisions, one after another, and what they leave to each service.

Ids are random: what stands is told by purposes, of which each decision has its own.
"""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from edge.catalogue import ConsentClass, Fluid
from edge.consent.consents import Choice, Consents
from edge.consent.period import Period
from edge.consent.records import Consent, Declared
from edge.consent.terms import Channel, Grain, Terms
from edge.sample import HostInstant

PARIS = ZoneInfo("Europe/Paris")
COACH = Declared("Coach", "ALEC", "dpo@alec.example")
NOW_MS = 1_792_588_800_000
Signature = tuple[tuple[str, str], ...]
Decision = Callable[[Consents], object]


class Standing:
    """A clock that stands still: what is tried here is no matter of time."""

    def now(self) -> HostInstant:
        return HostInstant(NOW_MS, 10**12, synchronised=True, boot_id="one")


def choice(purpose: str, grain: Grain = Grain.HOUR) -> Choice:
    year = Period(12, 0)
    terms = Terms(
        *(Fluid.ELECTRICITY, ConsentClass.ENERGY, grain, year),
        *(frozenset(Channel), purpose, year),
    )
    return Choice(terms, frozenset({"linky"}))


def rights(consents: Consents) -> Signature:
    """Give what is shown to anybody now: (purpose, grain) of each consent."""
    found = []
    for service in consents.standing.services:
        grant = consents.grant(service)
        if grant is not None:
            found += [
                (one.terms.purpose, one.terms.grain.value) for one in grant.consents
            ]
    return tuple(sorted(found))


def standing(consents: Consents, purpose: str) -> Consent:
    """Give the consent of a purpose that has not ended."""
    (found,) = [
        one
        for one in consents.standing.consents.values()
        if one.terms.purpose == purpose and one.ended_ms is None
    ]
    return found


def service(consents: Consents, purpose: str) -> str:
    return standing(consents, purpose).service


def narrowed(consents: Consents, purpose: str, grain: Grain) -> None:
    one = standing(consents, purpose)
    consents.narrow(one.id, choice(purpose, grain))


def withdrawn(consents: Consents, *purposes: str) -> None:
    consents.withdraw([standing(consents, one).id for one in purposes])


PLAN: tuple[Decision, ...] = (
    lambda c: c.give(COACH, [choice("a"), choice("b")], {"way": "screen"}),
    lambda c: c.give(COACH, [choice("c")], {"way": "shell"}),
    lambda c: narrowed(c, "a", Grain.DAY),
    lambda c: c.pause([service(c, "a")]),
    lambda c: c.give(service(c, "b"), [choice("d"), choice("b", Grain.MONTH)], {}),
    lambda c: withdrawn(c, "d"),
    lambda c: c.resume([service(c, "a")]),
    lambda c: c.refuse("key", {}),
    lambda c: narrowed(c, "c", Grain.MONTH),
    lambda c: c.pause(),
    lambda c: c.resume(),
    lambda c: withdrawn(c, "a", "b"),
    lambda c: withdrawn(c, "c"),
)
