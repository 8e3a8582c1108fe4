"""The shapes of what the owner's pages are answered, to document it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.oauth_shapes import TermsShape
from api.schemas import Instant, Shape
from edge.catalogue import ConsentClass, Fluid


class SignedInShape(Shape):
    """A session that began."""

    page: str
    """The page's own secret, for the header Releve-Page."""
    session: str


class SessionShape(Shape):
    """A browser that is signed in."""

    id: str
    begun: Instant
    used: Instant
    agent: str
    mine: bool


class SessionsShape(Shape):
    """Which browsers are signed in."""

    sessions: list[SessionShape]


class EndedShape(Shape):
    """The session that ended."""

    ended: str


class DeclaredShape(Shape):
    """What a service says of itself: nobody has verified it."""

    name: str
    controller: str
    contact: str
    leaves_home: bool
    recipients: str
    retention: str
    outside_eu: bool
    origin: str
    """Where its web app is served from, if one of it reads from here."""


class PlaceShape(Shape):
    """A meter that can be chosen."""

    id: str
    place: str


class LineShape(Shape):
    """One line of a request."""

    terms: TermsShape
    presence: bool
    """Whether it shows when somebody is at home."""
    meters: list[PlaceShape]


class RequestShape(Shape):
    """A request that waits for the household."""

    request: str
    digest: str
    """Of what was shown: an approval signs it."""
    declared: DeclaredShape
    service: str | None
    """Who asks for more; null for who is new."""
    lines: list[LineShape]


class SeenRowShape(Shape):
    """One figure of the home's own."""

    start: Instant
    value: int | str | None


class SeenShape(Shape):
    """What a service would see of a register."""

    name: str
    title: dict[Literal["en", "fr"], str]
    unit: str | None
    step: str
    rows: list[SeenRowShape]


class PreviewShape(Shape):
    """What terms would show of a meter."""

    meter: str
    registers: list[SeenShape]


class ApprovedShape(Shape):
    """Who holds what by an approval."""

    service: str
    consents: list[str]


class RefusalShape(Shape):
    """The request that was refused."""

    refused: str


class AmountsShape(Shape):
    """A meter of the home, and what flowed; null where nothing is known."""

    id: str
    fluid: Fluid
    place: str
    seen: Instant | None
    age_s: int | None
    quiet: bool
    unit: str | None
    today: int | None
    yesterday: int | None
    month: int | None
    until: Instant | None


class CollectorShape(Shape):
    """A portal's collector, and how long ago it last fetched something."""

    name: str
    age_s: int | None


class TroubleShape(Shape):
    """A part of the service that is unwell."""

    name: str
    detail: str


class HomeShape(Shape):
    """The home today, yesterday and this month."""

    at: Instant
    demo: bool
    meters: list[AmountsShape]
    collectors: list[CollectorShape]
    troubles: list[TroubleShape]


class ConsentShape(Shape):
    """A consent that holds."""

    id: str
    terms: TermsShape
    presence: bool
    meters: list[str]
    given: Instant
    expires: Instant


class ServiceShape(Shape):
    """A service, and what it holds."""

    id: str
    declared: DeclaredShape
    paused: bool
    restored: bool
    """Paused since a backup was restored."""
    consents: list[ConsentShape]


class ServicesShape(Shape):
    """Who holds what."""

    services: list[ServiceShape]


class ReadShape(Shape):
    """A line of the read journal: one a day, service, channel, meter and class."""

    day: str
    service: str
    channel: str
    meter: str
    consent_class: ConsentClass
    grain: str
    rows: int
    first: Instant
    last: Instant
    start: Instant
    end: Instant
    name: str | None
    """The service's; null for the owner."""


class ReadsShape(Shape):
    """Who read what."""

    reads: list[ReadShape]


class WithdrawnShape(Shape):
    """The consents that were taken back."""

    withdrawn: list[str]


class NarrowedShape(Shape):
    """The consent that stands now."""

    consent: str


class PausedShape(Shape):
    """The services that were paused; all when none is named."""

    paused: list[str]


class ResumedShape(Shape):
    """The services whose pause ended; all when none is named."""

    resumed: list[str]


class CozyAskedShape(Shape):
    """Which Cozy a consent is of."""

    url: str


class CozyConnectedShape(Shape):
    """The Cozy that lets us in."""

    connected: str


class ReceiptShape(Shape):
    """A consent's receipt (ISO/IEC TS 27560, as JSON-LD)."""

    model_config = ConfigDict(extra="allow")

    type_: Any = Field(alias="@type")
    id_: str = Field(alias="@id")
    ledger_head: str = Field(alias="releve:ledgerHead")


class WouldGoShape(Shape):
    """What an erasure would take."""

    places: dict[str, int | str]
    """Of each place, how many records, rows, files or points, or why it can't say."""


class BegunShape(Shape):
    """Erasures that were begun, one a meter."""

    erasures: list[int]


class ErasureShape(Shape):
    """What was erased of one meter."""

    id: int
    meter: str
    since: Instant | None
    """None: from its first reading on."""
    until: Instant
    at: Instant
    finished: Instant | None
    places: dict[str, int | str]
    """Of each place, how much went, or why it waits."""


class ErasuresShape(Shape):
    """What was erased, oldest first."""

    erasures: list[ErasureShape]
