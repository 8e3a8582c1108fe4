"""A household that grants, a clock moved by hand, and what services ask: shared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from edge.catalogue import ConsentClass, Fluid
from edge.consent.consents import Choice, Consents
from edge.consent.period import Period
from edge.consent.records import Consent, Declared, Grant, Pause
from edge.consent.terms import Channel, Grain, Terms
from edge.sample import HostInstant, millis

PARIS = ZoneInfo("Europe/Paris")
COACH = Declared("Coach", "ALEC", "dpo@alec.example")
YEAR = Period(12, 0)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
BASIS = {"way": "screen", "language": "fr"}


def at(text: str) -> int:
    """Give the instant that Paris' clocks showed, or of the offset that is written."""
    read = datetime.fromisoformat(text)
    return millis(read if read.tzinfo else read.replace(tzinfo=PARIS))


T0 = at("2026-10-21T15:20:00")


class HandClock:
    """A host's clocks, moved by hand: `pass_ms` moves all, the others one each."""

    def __init__(self, wall_ms: int = T0, *, synchronised: bool = True) -> None:
        self.wall_ms, self.monotonic_ms = wall_ms, 5_000_000
        self.synchronised = synchronised
        self.boot_id = "one"

    def now(self) -> HostInstant:
        return HostInstant(
            self.wall_ms,
            self.monotonic_ms * 1_000_000,
            self.synchronised,
            self.boot_id,
        )

    def pass_ms(self, ms: int) -> None:
        self.wall_ms += ms
        self.monotonic_ms += ms

    def reboot(self, wall_ms: int) -> None:
        self.wall_ms, self.monotonic_ms = wall_ms, 1_000
        self.boot_id += "+"


def terms(
    grain: Grain = Grain.DAY,
    consent_class: ConsentClass = ConsentClass.ENERGY,
    fluid: Fluid = Fluid.ELECTRICITY,
    *,
    history: str = "P1Y",
    duration: str = "P1Y",
    channels: Iterable[Channel] = Channel,
    purpose: str = "Conseils",
) -> Terms:
    return Terms(
        fluid,
        consent_class,
        grain,
        Period.parse(history),
        frozenset(channels),
        purpose,
        Period.parse(duration),
    )


def choice(*args, meters: Iterable[str] = ("linky",), **told) -> Choice:
    return Choice(terms(*args, **told), frozenset(meters))


def granted(
    *lines: Terms,
    meters: Iterable[str] = ("linky",),
    pauses: Iterable[Pause] = (),
    given_ms: int = 0,
    behind_ms: int = 0,
) -> Grant:
    """Give a grant of these lines, as Consents would make it."""
    live = tuple(
        Consent(f"c{n}", "s1", frozenset(meters), one, given_ms, 1 << 60)
        for n, one in enumerate(lines)
    )
    since = max([given_ms, *(pause.end_ms or 0 for pause in pauses)])
    return Grant("s1", 1, live, tuple(pauses), since, behind_ms)


def rights(consents: Consents) -> dict[str, set[str]]:
    """Give what each service holds now: {service: ids of what it is shown by}."""
    found = {}
    for service in consents.standing.services:
        grant = consents.grant(service)
        if grant is not None:
            found[service] = {one.id for one in grant.consents}
    return found
