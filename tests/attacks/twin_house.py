"""Serves a simulated home on a socket, with services in it, and takes down all it says.

What a service gets is compared byte by byte between two homes: status, headers (but
Date, which both tell alike) and body.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from twin_home import GARAGE, GAS, LINKY, NOW_MS, PARIS, TwinReads

from api.app import create_app
from api.deps import Deps, MeterInfo
from api.limits import Limits
from api.server import serve
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.consent.consents import Choice, Consents
from edge.consent.credentials import Credentials
from edge.consent.records import Declared
from edge.consent.terms import read
from edge.health import HealthReport, PartHealth
from edge.interval import Step
from edge.sample import HostInstant

TOKEN = "o" * 43
MAKER = Declared("Coach", "Coach SAS", "contact@coach.example")
FREE = replace(Limits(), rate=100_000.0, burst=100_000)
ELSEWHERE = frozenset({"date"})
"""Headers that tell the time of day and nothing else."""
UNUSED = httpx.create_ssl_context()
"""Of who asks in clear: to make one for each would take longer than to ask."""


@dataclass
class SetClock:
    """The host's clock, which the test sets; it never stands still by itself."""

    wall_ms: int = NOW_MS
    monotonic_ms: int = 1_000_000

    def now(self) -> HostInstant:
        return HostInstant(
            self.wall_ms, self.monotonic_ms * 1_000_000, synchronised=True, boot_id="b"
        )


class Numbered:
    """Ids by chance would differ: in both homes they are the same."""

    def __init__(self) -> None:
        self._next = 0

    def token_hex(self, count: int) -> str:
        self._next += 1
        return f"{self._next:0{2 * count}x}"


class TwinImports:
    """Imports differ as all the rest does; a service must not come as far as here."""

    def listed(self) -> list[object]:
        raise AssertionError("a service sees no import")

    async def take(self, *_said: object) -> object:
        raise AssertionError("a service imports nothing")

    async def undo(self, *_said: object) -> object:
        raise AssertionError("a service takes no import back")


@dataclass(frozen=True)
class Held:
    """What a service is granted: class, grain, and so on."""

    consent_class: str = "energy"
    grain: str = "day"
    meter: str = LINKY
    fluid: str = "electricity"
    history: str = "P30D"
    channels: tuple[str, ...] = ("rest", "sse", "mqtt")
    purpose: str = "advice"
    duration: str = "P1Y"

    @property
    def choice(self) -> Choice:
        return Choice(
            read(
                {
                    "type": "releve",
                    "fluid": self.fluid,
                    "class": self.consent_class,
                    "granularity": self.grain,
                    "history": self.history,
                    "channels": list(self.channels),
                    "purpose": self.purpose,
                    "duration": self.duration,
                }
            ),
            frozenset({self.meter}),
        )


@dataclass
class House:
    """One of the two homes, served."""

    name: str
    address: str
    reads: TwinReads
    bus: Bus
    clock: SetClock
    consents: Consents
    credentials: Credentials
    app: object
    said: list[tuple[object, ...]] = field(default_factory=list)
    services: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def other(self) -> bool:
        """Whether it is the home that differs in all that isn't shown."""
        return self.name == "b"

    def at(self, now_ms: int) -> None:
        """Let time pass up to an instant, by every clock."""
        self.clock.monotonic_ms += max(0, now_ms - self.clock.wall_ms)
        self.clock.wall_ms = self.reads.now_ms = now_ms

    async def give(self, who: str, *held: Held) -> list[str]:
        """Grant a service what it is to hold; a new one the first time."""
        known = self.services.get(who, replace(MAKER, name=who))
        choices = [one.choice for one in held]
        service, given = await asyncio.to_thread(
            self.consents.give, known, choices, {"by": "tests"}
        )
        if who not in self.services:
            self.services[who] = service.id
            self.tokens[who] = self.credentials.issue_long(service.id)
        return [one.id for one in given]

    def client(self, who: str = "coach") -> httpx.AsyncClient:
        """Give who asks as a service (or "owner"); all that they get is taken down."""
        token = TOKEN if who == "owner" else self.tokens[who]
        return httpx.AsyncClient(
            base_url=f"http://{self.address}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=90,
            verify=UNUSED,
            event_hooks={} if who == "owner" else {"response": [self._take_down]},
        )

    async def _take_down(self, response: httpx.Response) -> None:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            self.say(response.status_code, told(response))
            return
        body = await response.aread()
        self.say(response.status_code, told(response), body)

    def say(self, *what: object) -> None:
        """Take down what a service got."""
        self.said.append(what)


def told(response: httpx.Response) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in response.headers.items()
        if name not in ELSEWHERE
    ]


@contextlib.asynccontextmanager
async def house(
    name: str,
    path: Path,
    grain: Step = Step.DAY,
    limits: Limits = FREE,
    window_ms: int | None = None,
    reads: Any = None,
) -> AsyncIterator[House]:
    """Serve home "a" or "b", equal at a grain; out of a store, if one is given."""
    clock = SetClock()
    reads = reads or TwinReads(name, grain)
    numbered = patch("edge.consent.consents.secrets", Numbered())
    if window_ms is not None:
        reads.window_ms = window_ms
    directory = path / name
    directory.mkdir()
    consents = Consents.open(directory, clock, PARIS)
    credentials = Credentials(consents.ledger)
    credentials.follow(consents)
    meters = [
        MeterInfo(LINKY, "linky", Fluid.ELECTRICITY, f"cellar of {name}"),
        MeterInfo(GAS, "gazpar", Fluid.GAS),
    ]
    if name == "a":
        meters.append(MeterInfo(GARAGE, "linky", Fluid.ELECTRICITY))
    deps = Deps(
        reads=reads,
        bus=Bus(),
        health=lambda: report(name),
        meters=tuple(meters),
        zone=PARIS,
        token=TOKEN,
        limits=limits,
        imports=TwinImports(),
        consents=consents,
        credentials=credentials,
        now_ms=lambda: clock.wall_ms,
    )
    app = create_app(deps)
    stop = asyncio.Event()
    ready: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(app, "127.0.0.1:0", stop, ready=ready))
    (address,) = await ready
    made = (name, address, reads, deps.bus, clock, consents, credentials, app)
    try:
        with numbered:
            yield House(*made)
    finally:
        stop.set()
        await task
        consents.close()


def report(name: str) -> HealthReport:
    """Health, which differs as well."""
    count = 3 if name == "a" else 4_000
    return HealthReport(NOW_MS, (PartHealth("gate", ok=True, counters={"n": count}),))
