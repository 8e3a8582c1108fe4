"""Services, consents and what they add up to: the grant that a channel is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.catalogue import ConsentClass, Fluid
from edge.consent.period import Period
from edge.consent.terms import Channel, Grain, Terms, read, text
from edge.errors import RequestRefused

NAME_MOST, LINE_MOST = 60, 200
ORIGIN = re.compile(
    r"(?P<scheme>https?)://[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?",
    re.ASCII,
)
USUAL_PORTS = {"http": "80", "https": "443"}
"""What browsers leave out of an origin."""
RESTORED = "restored"
"""Why services are paused once a backup was restored, until the owner confirms them."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a service says of itself: shown as declared, verified by nobody.

    All of it is display text: bounded, one line each, to be escaped where it is shown.
    `origin` is where its web app is served from, if it has one that reads from here.
    """

    name: str
    controller: str
    contact: str
    leaves_home: bool = False
    recipients: str = ""
    retention: str = ""
    outside_eu: bool = False
    origin: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Declared:
        """Read it; raise RequestRefused on what is missing, too long or unknown."""
        if not isinstance(given, Mapping):
            raise RequestRefused("say who asks in an object")
        if unknown := sorted(set(given) - set(cls.__dataclass_fields__)):
            raise RequestRefused(f"{str(unknown[0])[:40]!r} is not known here")
        try:
            declared = cls(
                name=text(given.get("name"), NAME_MOST),
                controller=text(given.get("controller"), LINE_MOST),
                contact=text(given.get("contact"), LINE_MOST),
                leaves_home=_yes(given.get("leaves_home", False)),
                recipients=text(given.get("recipients", ""), LINE_MOST, least=0),
                retention=text(given.get("retention", ""), 20, least=0),
                outside_eu=_yes(given.get("outside_eu", False)),
                origin=_origin(given.get("origin", "")),
            )
            if declared.retention:
                Period.parse(declared.retention)
        except (ValueError, TypeError) as error:
            raise RequestRefused(str(error)[:200]) from error
        if declared.leaves_home and not declared.recipients:
            raise RequestRefused("say in `recipients` to whom data leaves the home")
        return declared

    def plain(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def _yes(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError("leaves_home and outside_eu are true or false")
    return given


def _origin(given: Any) -> str:
    """Take an origin as browsers send it, or none: it is compared letter by letter."""
    if given == "":
        return ""
    found = ORIGIN.fullmatch(given) if isinstance(given, str) else None
    if found is None or found["port"] == USUAL_PORTS[found["scheme"]]:
        raise ValueError("an origin is as browsers send it: https://app.example:8443")
    return str(given)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time when a service got nothing; `end_ms` None while it lasts.

    `reason` is why, where it wasn't the owner's word: RESTORED.
    """

    start_ms: int
    end_ms: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the household granted one service for one purpose.

    Live from `given_ms` to `expires_ms`, unless it ended before (`ended_ms`: it was
    withdrawn, replaced by a narrower one, or found expired).
    """

    id: str
    service: str
    meters: frozenset[str]
    terms: Terms
    given_ms: int
    expires_ms: int
    ended_ms: int | None = None

    def live(self, now_ms: int) -> bool:
        """Tell whether it holds; `now_ms` by the clock that never goes back."""
        return self.ended_ms is None and now_ms < self.expires_ms


@dataclass(frozen=True, slots=True)
class Service:
    """Who reads: an id that is ours, what it says of itself, its pauses, its version.

    `version` rises with each change of what it may see; whatever was made for an
    earlier one (a login, a stream, a queue) is void.
    """

    id: str
    declared: Declared
    created_ms: int
    version: int = 0
    pauses: tuple[Pause, ...] = ()

    @property
    def paused(self) -> bool:
        """Tell whether it is paused now."""
        return bool(self.pauses) and self.pauses[-1].end_ms is None


@dataclass(frozen=True, slots=True)
class Grant:
    """All that a service holds at an instant: the union of its live consents.

    `version` names this very state; `pauses` are the spans of which it is told nothing,
    ever; `since_ms` is from when on what is live is its own. `at_ms` is that instant,
    the latest that a clock says; it may be `behind_ms` earlier, and no more is surely
    over. Both are of one look at the clocks: two looks may differ by a clock that was
    set between them.
    """

    service: str
    version: int
    consents: tuple[Consent, ...]
    pauses: tuple[Pause, ...] = ()
    since_ms: int = 0
    behind_ms: int = field(default=0, compare=False)
    at_ms: int = field(default=0, compare=False)

    @property
    def sure_ms(self) -> int:
        """Give the instant by which has happened what may be told once it has."""
        return self.at_ms - self.behind_ms

    @property
    def meters(self) -> frozenset[str]:
        """Give the meters that it knows of."""
        return frozenset(meter for one in self.consents for meter in one.meters)

    def of(
        self, meter: str, fluid: Fluid, consent_class: ConsentClass, channel: Channel
    ) -> list[Consent]:
        """Give the consents that speak of a class of a meter by a channel."""
        return [
            one
            for one in self.consents
            if meter in one.meters
            and one.terms.fluid is fluid
            and one.terms.consent_class is consent_class
            and channel in one.terms.channels
        ]

    def finest(
        self, meter: str, fluid: Fluid, consent_class: ConsentClass, channel: Channel
    ) -> Grain | None:
        """Give how fine a class of a meter is seen by a channel; None: not at all."""
        found = self.of(meter, fluid, consent_class, channel)
        return min(
            (one.terms.grain for one in found), key=lambda g: g.rank, default=None
        )


@dataclass(frozen=True, slots=True)
class Writer:
    """A pulse node or a gateway: it sends readings of one meter, and reads nothing.

    `name` is the owner's word for it; `hash` its token's SHA-256, in hexadecimal. One
    that is `held` came out of a backup, and sends nothing until the owner confirms it.
    """

    id: str
    name: str
    meter: str
    added_ms: int
    hash: str
    held: bool = False


@dataclass(slots=True)
class Standing:
    """What all entries of the ledger add up to: nothing else gives a right."""

    services: dict[str, Service] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    writers: dict[str, Writer] = field(default_factory=dict)

    def copy(self) -> Standing:
        """Give another to be stepped on, while others read this one."""
        tables = {name: dict(getattr(self, name)) for name in self.__dataclass_fields__}
        return Standing(**tables)

    def of(self, service: str) -> Sequence[Consent]:
        """Give all consents that a service ever had, oldest first."""
        found = list(self.consents.values())  # at once: another thread may decide
        return [one for one in found if one.service == service]

    def grant(self, service: str, now_ms: int, *, behind_ms: int = 0) -> Grant | None:
        """Give what a service holds; None for one that is unknown or holds nothing."""
        who = self.services.get(service)
        if who is None or who.paused:
            return None
        live = tuple(one for one in self.of(service) if one.live(now_ms))
        if not live:
            return None
        ends = [pause.end_ms or now_ms for pause in who.pauses]
        since = max([min(one.given_ms for one in live), *ends])
        return Grant(service, who.version, live, who.pauses, since, behind_ms, now_ms)


def plain(consent: Consent) -> dict[str, Any]:
    """Give a consent as the ledger keeps it."""
    return {
        "id": consent.id,
        "service": consent.service,
        "meters": sorted(consent.meters),
        "terms": consent.terms.plain(),
        "given_ms": consent.given_ms,
        "expires_ms": consent.expires_ms,
    }


def consent_of(document: Mapping[str, Any]) -> Consent:
    """Read a consent that the ledger kept."""
    return Consent(
        id=document["id"],
        service=document["service"],
        meters=frozenset(document["meters"]),
        terms=read(document["terms"]),
        given_ms=document["given_ms"],
        expires_ms=document["expires_ms"],
    )
