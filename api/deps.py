"""What the API needs of the rest of the house, and nothing more."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from api.limits import Limits
from api.owner_tokens import OwnerTokens
from api.sign_in import SignIn
from edge.bus import Bus
from edge.catalogue import Fluid, Register
from edge.consent.asking import Asking
from edge.consent.consents import Consents
from edge.consent.credentials import Credentials
from edge.consent.read_journal import ReadJournal
from edge.erasure.erasure import Erasure
from edge.facts import Fact
from edge.health import HealthReport
from edge.importing.importer import Undone
from edge.importing.reading import Asked
from edge.importing.report import Report
from edge.interval import Point, Step
from edge.journal.imports import Imported
from edge.merging import Purpose
from edge.portability.served import Served
from edge.receiving import Answer, Sent
from edge.reconciling import Report as Reconciled
from edge.registers import CATALOGUE
from edge.sample import Sample, Slice
from edge.stores.protocol import IntervalColumns, OwnRows
from edge.transfer.announcement import Announcement


class Reads(OwnRows, Protocol):
    """Readings, committed ones only. Every method may block: called in threads."""

    def merged_columns(  # noqa: PLR0913 - same, and what for
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
        purpose: Purpose,
    ) -> IntervalColumns:
        """Give the same, with what other sources said where the meter didn't."""
        ...

    def civil_columns(  # noqa: PLR0913 - same
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
        purpose: Purpose | None,
    ) -> IntervalColumns:
        """Give the same by civil days, where a fluid's own days run otherwise."""
        ...

    def slices(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> Sequence[Slice]:
        """Give what sources said of periods that start in [start_ms, end_ms)."""
        ...

    def reconciled(  # noqa: PLR0913 - a question has these dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        now_ms: int,
    ) -> Reconciled:
        """Compare an index's sources over a span; list the gaps of a step."""
        ...

    def facts(self, meter: str, start_ms: int, end_ms: int) -> Sequence[Fact]:
        """Give the dated facts of a meter that meet [start, end), in time order."""
        ...

    def raw(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> Sequence[Point]:
        """Give a register's changes in [start_ms, end_ms), at most `limit`."""
        ...

    def latest(self, meter: str) -> Sample | None:
        """Give the last committed sample of a meter."""
        ...

    def meters(self) -> Mapping[str, Sequence[str]]:
        """Give the registers that each meter was ever heard of."""
        ...


class Imports(Protocol):
    """What imports files."""

    async def take(self, data: bytes, asked: Asked) -> Report:
        """Import a file, or preview it; a refusal is a report as well."""
        ...

    def listed(self) -> list[Imported]:
        """Give every import, oldest first; may block."""
        ...

    async def undo(self, number: int) -> Undone:
        """Take an import back; raise ImportRefused."""
        ...


class Connects(Protocol):
    """What answers consents that were begun at a Cozy."""

    async def host(self, state: str, who: str) -> str | None:
        """Give the Cozy's address, to who may answer; None for no consent."""
        ...

    async def connect(self, state: str, code: str, who: str) -> str:
        """Take the code; give the Cozy's address. Raises CozyError."""
        ...


class Transfers(Protocol):
    """What takes packs of other homes, under codes; every method may block.

    All but `let_in` raise TransferRefused, TransferLost where another try may do.
    """

    def let_in(self, transfer: str, target: str, digest: str, signature: str) -> bool:
        """Tell whether who asks holds the code of a transfer that goes on."""
        ...

    def greet(self, transfer: str, nonce: str) -> Mapping[str, Any]:
        """Prove who receives, and say how many bytes it takes."""
        ...

    def announce(self, transfer: str, announced: Announcement) -> Mapping[str, Any]:
        """Take the word on a pack; give what is here of it."""
        ...

    def take(self, transfer: str, offset: int, data: bytes) -> Mapping[str, Any]:
        """Take bytes that follow those that are here; give what is here then."""
        ...


class Receives(Protocol):
    """What takes readings in."""

    async def take(self, meter: str, batch: Sequence[Sent]) -> Answer:
        """Take a batch; answer once it is durable. Raises DiskFull."""
        ...


@dataclass(frozen=True, slots=True)
class Authority:
    """Who vouches for this machine on its network: a public certificate, as PEM.

    `url` is where other machines reach the API, `host` its name in it.
    """

    pem: bytes
    fingerprint: str
    host: str
    url: str


@dataclass(frozen=True, slots=True)
class MeterInfo:
    """A configured meter: our id, its kind ("linky"), its fluid, where it stands."""

    id: str
    kind: str
    fluid: Fluid
    place: str = ""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything that is given in to `create_app`.

    `hosts` are the names that browsers may call the service by, `cors` the web
    origins that may read it; `version` is the distribution's; `demo`: all is invented.
    With `owner_tokens` it is these that let the owner in, and not `token`.
    Without `consents`, `credentials` and `asking` there are no services, and the owner
    alone is let in; `read_journal` is the one that every channel notes in. `url` is how
    the service is reached from elsewhere, as the configuration says; `service_login`
    gives a service's MQTT login, None where it has none.
    """

    reads: Reads
    bus: Bus
    health: Callable[[], HealthReport]
    meters: tuple[MeterInfo, ...]
    zone: ZoneInfo
    token: str
    limits: Limits = field(default_factory=Limits)
    hosts: tuple[str, ...] = ()
    cors: tuple[str, ...] = ()
    imports: Imports | None = None
    exports: Served | None = None
    erasure: Erasure | None = None
    readings: Receives | None = None
    consents: Consents | None = None
    credentials: Credentials | None = None
    asking: Asking | None = None
    read_journal: ReadJournal | None = None
    sign_in: SignIn | None = None
    owner_tokens: OwnerTokens | None = None
    service_login: Callable[[str], Mapping[str, object] | None] | None = None
    url: str = "http://127.0.0.1:8080"
    authority: Authority | None = None
    cozy: Connects | None = None
    transfers: Transfers | None = None
    catalogue: Mapping[str, Register] = field(default_factory=lambda: CATALOGUE)
    now_ms: Callable[[], int] = _now_ms
    version: str = "0.1.0"
    demo: bool = False
