"""The services' share of MQTT, put together: their outputs, and who is told of changes.

On a broker of ours alone. One of others is a service itself, with one grain: every
client of it reads what is published there, and none is told apart from another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from edge.broker.address import parse_listen
from edge.broker.guests import Guests
from edge.broker.parts import forgets_s
from edge.broker.passes import Pass
from edge.broker.publisher import Output
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.config import Config
from edge.consent.consents import Consents
from edge.health import PartHealth
from edge.outputs.services.answers import Answers, ReadAll
from edge.outputs.services.book import FILE, Book
from edge.outputs.services.changes import ReadRecords
from edge.outputs.services.deliveries import ServicesDeliveries
from edge.outputs.services.due import Due
from edge.outputs.services.home import Home, Notes, Unnoted
from edge.outputs.services.live import ServicesLive
from edge.outputs.services.messages import Messages
from edge.outputs.services.requests import ServicesRequests
from edge.threads import on_loop


class ServicesPart:
    """What services are told and asked by MQTT; raises JournalError without a book."""

    def __init__(  # noqa: PLR0913 - the home's doors
        self,
        config: Config,
        journal: ReadRecords,
        reads: ReadAll,
        bus: Bus,
        consents: Consents,
        fluids: Mapping[str, Fluid],
        notes: Notes | None = None,
    ) -> None:
        self._config = config
        self._guests: Guests | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        zone = config.zone
        self._book = Book(config.data_dir / FILE, consents.now_ms())
        home = Home(consents, self._pass_of, zone, fluids, notes or Unnoted())
        messages = Messages(config.mqtt.prefix, zone)
        sending = asyncio.Lock()
        self.live = ServicesLive(bus, home, messages)
        self.deliveries = ServicesDeliveries(
            *(journal, Due(reads, zone), self._book, home, messages, sending),
            forgets_s=forgets_s(config),
        )
        answers = Answers(reads, messages, zone)
        self.requests = ServicesRequests(answers, home, messages, sending)
        self._messages = messages
        consents.listen(self._told)

    @property
    def outputs(self) -> Sequence[Output]:
        """Give them, what is live first."""
        return (self.live, self.requests, self.deliveries)

    def open_to(self, guests: Guests) -> None:
        """Learn by which door services come in."""
        self._guests = guests
        guests.fence, guests.clear = self.requests.fence, self.requests.clear
        guests.opened = self.deliveries.changed

    def begin(self) -> None:
        """Learn on which loop all this runs."""
        self._loop = asyncio.get_running_loop()

    def _pass_of(self, service: str) -> Pass | None:
        return None if self._guests is None else self._guests.pass_of(service)

    def _told(self, services: frozenset[str]) -> None:
        """Have the door see to a change; called in the thread that decided it."""
        if self._guests is not None:
            self._guests.void(services)
        on_loop(self._loop, self._changed)

    def _changed(self) -> None:
        if self._guests is not None:
            self._guests.changed()
        self.deliveries.changed()

    def login(self, service: str) -> dict[str, Any] | None:
        """Give what a service comes in with; None while there is nothing for it here.

        `host` and `port` are for who runs on this machine; others come by TLS to the
        host that the API has for them, at `tls_port`: None while the network is shut.
        """
        held = self._pass_of(service)
        if held is None:
            return None
        branch = self._messages.branch(service)
        address, lan = parse_listen(self._config.mqtt.listen), self._config.lan
        return {
            "host": address.host,
            "port": address.port,
            "tls_port": int(lan.mqtt.rpartition(":")[2]) if lan.open else None,
            "username": held.user,
            "password": held.password,
            "client_id": held.user,
            "out": f"{branch.out}/#",
            "request": branch.request,
            "response": branch.response,
        }

    def health(self) -> PartHealth:
        """Say what was told, and what was asked."""
        told = self.deliveries.health()
        live, asked = self.live.counters, self.requests.counters
        counters = {
            **told.counters,
            "live": live["samples"],
            "live_dropped": live["dropped"],
            "answered": asked["answered"],
        }
        refused = {name: asked[name] for name in ("elsewhere", "too_many", "unheard")}
        return PartHealth(
            name=told.name,
            ok=True,
            counters=counters,
            refused={name: count for name, count in refused.items() if count},
        )

    def close(self) -> None:
        """Let go of the book."""
        self._book.close()
