"""The home as its services' outputs see it: who holds what, and who is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from edge.broker.passes import Pass
from edge.catalogue import Fluid
from edge.consent.read_journal import Reading
from edge.consent.records import Grant, Standing
from edge.consent.terms import Channel


class Decisions(Protocol):
    """What the household decided."""

    @property
    def standing(self) -> Standing:
        """Give all services that ever were, and their consents."""
        ...

    def grant(self, service: str) -> Grant | None:
        """Give what a service holds now."""
        ...

    def now_ms(self) -> int:
        """Give the instant that consents are judged at."""
        ...


class Notes(Protocol):
    """Where what is read is noted."""

    def note(
        self, service: str, channel: Channel, readings: Iterable[Reading], at_ms: int
    ) -> None:
        """Note what a service was shown at an instant."""
        ...


class Unnoted:
    """Notes nothing: there is no read journal."""

    def note(
        self, service: str, channel: Channel, readings: Iterable[Reading], at_ms: int
    ) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Home:
    """Decisions, logins, zone, and the fluid of each meter.

    `pass_of` gives what a service comes in with by now, None for one that is out. Told
    are those of `alone` by `channel`; all services where nobody is alone.
    """

    decisions: Decisions
    pass_of: Callable[[str], Pass | None]
    zone: ZoneInfo
    fluids: Mapping[str, Fluid]
    notes: Notes = field(default_factory=Unnoted)
    channel: Channel = Channel.MQTT
    alone: str | None = None

    def holding(self, service: str) -> tuple[Grant, Pass] | None:
        """Give a service's grant and the login that is for it; None for nothing."""
        login = self.pass_of(service)
        grant = None if login is None else self.decisions.grant(service)
        return None if grant is None or login is None else (grant, login)

    def note(self, service: str, readings: Iterable[Reading]) -> None:
        """Note what a service was sent."""
        now_ms = self.decisions.now_ms()
        self.notes.note(service, self.channel, readings, now_ms)

    @property
    def services(self) -> list[str]:
        """Give all services that ever were, of those that are told here."""
        known = self.decisions.standing.services
        if self.alone is not None:
            return [self.alone] if self.alone in known else []
        return list(known)
