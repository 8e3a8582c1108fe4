"""Decisions: the commands with which a household grants, narrows and takes back.

They cross the control socket as the other commands do. What a list or an object holds
is checked where it is carried out, by the same readers as a request of a service's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class CreateService:
    """Let a service in without its asking; its token is in the answer, for once.

    `declared` is what is known of it (edge.consent.records.Declared), `details` are
    `authorization_details`, `language` the one that the household was asked in.
    """

    declared: dict[str, Any]
    details: list[Any]
    meters: list[Any]
    language: str


@dataclass(frozen=True, slots=True)
class CreateDestination:
    """Let data go out to a place of the owner's, by one channel.

    It never comes in: no token is made. Else as CreateService.
    """

    declared: dict[str, Any]
    details: list[Any]
    meters: list[Any]
    language: str
    channel: str


@dataclass(frozen=True, slots=True)
class RemoveService:
    """Withdraw all that a service holds, and end its tokens."""

    service: str


@dataclass(frozen=True, slots=True)
class PauseServices:
    """Have services get nothing until they are resumed; all, if none is named."""

    services: list[Any]


@dataclass(frozen=True, slots=True)
class ResumeServices:
    """End the pause of services; of all of them, if none is named."""

    services: list[Any]


@dataclass(frozen=True, slots=True)
class ShowRequest:
    """Give what the service asks whose code this is."""

    code: str


@dataclass(frozen=True, slots=True)
class ApproveRequest:
    """Grant of a request what was chosen: {"line", "terms", "meters"} a class.

    `digest` names what was shown: a request that isn't that any more is refused.
    """

    request: str
    digest: str
    choices: list[Any]
    language: str


@dataclass(frozen=True, slots=True)
class RefuseRequest:
    """Refuse a request as it was shown; who asked may not ask again for 30 days."""

    request: str
    digest: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take consents back, by their ids."""

    consents: list[Any]


@dataclass(frozen=True, slots=True)
class Narrow:
    """Put narrower terms, or fewer meters, in a consent's place."""

    consent: str
    terms: dict[str, Any]
    meters: list[Any]


@dataclass(frozen=True, slots=True)
class ShowReadings:
    """Give what was read, by one service or all: the newest lines are in memory."""

    service: str | None = None


@dataclass(frozen=True, slots=True)
class AddWriter:
    """Let a node or gateway send a meter's readings; its token is in the answer."""

    name: str
    meter: str


@dataclass(frozen=True, slots=True)
class ConfirmWriters:
    """Have writers that came out of a backup be heard again; all, if none is named."""

    writers: list[Any]


@dataclass(frozen=True, slots=True)
class RemoveWriter:
    """Have a pulse node or a gateway be refused from now on."""

    writer: str


Decision: TypeAlias = (
    CreateService
    | CreateDestination
    | RemoveService
    | PauseServices
    | ResumeServices
    | ShowRequest
    | ApproveRequest
    | RefuseRequest
    | Withdraw
    | Narrow
    | ShowReadings
    | AddWriter
    | ConfirmWriters
    | RemoveWriter
)
DECISIONS: tuple[type[Any], ...] = (
    CreateService,
    CreateDestination,
    RemoveService,
    PauseServices,
    ResumeServices,
    ShowRequest,
    ApproveRequest,
    RefuseRequest,
    Withdraw,
    Narrow,
    ShowReadings,
    AddWriter,
    ConfirmWriters,
    RemoveWriter,
)
