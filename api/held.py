"""The shape of what a service holds, to document it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Instant, Shape
from edge.catalogue import ConsentClass, Fluid
from edge.consent.terms import Channel, Grain


class HeldMeterShape(Shape):
    """One meter that a consent speaks of."""

    id: str
    kind: str
    fluid: Fluid


class HeldConsentShape(Shape):
    """One consent: a line of `authorization_details`, as it was granted."""

    id: str
    type: Literal["releve"]
    fluid: Fluid
    class_: ConsentClass = Field(alias="class")
    granularity: Grain
    history: str
    """How far back from today, as "P1Y"."""
    channels: list[Channel]
    purpose: str
    duration: str
    meters: list[HeldMeterShape]
    given: Instant
    expires: Instant


class LoginShape(Shape):
    """How a service comes in at the broker, and its own topics there."""

    host: str
    """Of who runs on this machine, with `port`."""
    port: int
    tls_port: int | None
    """Of who comes from elsewhere, by TLS; null while the network is shut."""
    username: str
    password: str
    client_id: str
    out: str
    """What to subscribe to."""
    request: str
    response: str


class HeldShape(Shape):
    """All that a service holds at this moment."""

    service: str
    """Its id, stable; its topics begin with `releve/services/` and this."""
    version: int
    """Changes whenever anything of it does."""
    consents: list[HeldConsentShape]
    mqtt: LoginShape | None
    """Its login at the broker; null where it has none."""
