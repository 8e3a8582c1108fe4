"""Services at the door: whose token it is, what they hold, and what they may ask."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from api.running import Line, Running
from edge.consent.consents import Consents
from edge.consent.credentials import Credentials
from edge.consent.records import Grant, Writer
from edge.consent.writers import Writers

SERVED = re.compile(
    r"/api/v1/(grant|grant/readings|meters|live"
    r"|meters/[^/]+/(latest|facts|registers/[^/]+))"
)
"""Whole paths whose routes obey the grant in the request's state. What isn't here
answers a service as an address at which nothing is served: it is denied unless said."""


def served(path: str) -> bool:
    """Tell whether there is anything for services at an address."""
    return SERVED.fullmatch(path) is not None


def readings_of(meter: str) -> str:
    """Give where a meter's readings are sent: all that there is for its writers."""
    return f"/api/v1/meters/{meter}/readings"


@dataclass(slots=True)
class Services:
    """Knows services by their tokens, and what is being answered to them."""

    consents: Consents
    credentials: Credentials
    running: Running = field(init=False)

    def __post_init__(self) -> None:
        """Cut from now on what the household, or an end of tokens, takes back."""
        self.running = Running(self._stands)
        self.consents.listen(self.running.changed)
        self.credentials.listen(self.running.changed)

    def whose(self, token: str) -> str | None:
        """Give whose access token it is; None for nobody's."""
        return self.credentials.service_of(token, self.consents.now_ms())

    def writer(self, token: str) -> Writer | None:
        """Give the writer whose token it is; None for nobody's."""
        return Writers(self.consents).writer_of(token)

    def admit(self, service: str, token: str, line: Line | None) -> Grant | None:
        """Give what a service holds now, to be answered over a connection.

        None for one that is paused or holds nothing. From here to when the connection
        goes, it is cut once this isn't what stands.
        """
        grant = self.consents.grant(service)
        if grant is not None:
            self.running.enter(grant, self.credentials.family_of(token), line)
        return grant

    def origins(self) -> frozenset[str]:
        """Give where the web apps are served from of those who hold something now."""
        services = list(self.consents.standing.services.values())
        named = (one for one in services if one.declared.origin)
        return frozenset(
            one.declared.origin for one in named if self.consents.grant(one.id)
        )

    def origin_of(self, service: str) -> str:
        """Give where a service's web app is served from; empty if it has none."""
        return self.consents.service(service).declared.origin

    def _stands(self, grant: Grant, family: str) -> bool:
        if not self.credentials.lives(family):
            return False
        return self.consents.grant(grant.service) == grant
