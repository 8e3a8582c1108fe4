"""One destination put together: what it is told, by which grant, and by which way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from edge.broker.address import Address, Login
from edge.broker.parts import FOREIGN_S
from edge.broker.session import Session
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.config import CloudConfig, Config
from edge.consent.consents import Consents
from edge.consent.terms import Channel
from edge.errors import EdgeError
from edge.health import PartHealth
from edge.outgoing.destination import Destination as Outside
from edge.outgoing.places import Guard
from edge.outputs.cloud.account import Account, directory, load
from edge.outputs.cloud.claim import Claim
from edge.outputs.cloud.deliveries import CloudDeliveries
from edge.outputs.cloud.forwarder import Forwarder
from edge.outputs.cloud.messages import CloudMessages
from edge.outputs.cloud.numbering import Numbering
from edge.outputs.services.answers import Answers, ReadAll
from edge.outputs.services.book import Book
from edge.outputs.services.changes import ReadRecords
from edge.outputs.services.due import Due
from edge.outputs.services.home import Home, Notes
from edge.outputs.services.live import ServicesLive
from edge.outputs.services.requests import ServicesRequests

EVENTS_S = 900.0
"""How often events are noted while the broker is away: the journal keeps days."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What of the home is read and heard, and who decides."""

    journal: ReadRecords
    reads: ReadAll
    bus: Bus
    consents: Consents
    fluids: Mapping[str, Fluid]
    notes: Notes


def address_of(cloud: CloudConfig, guard: Guard | None = None) -> Address:
    """Give where a destination is, to be reached by checked addresses alone."""
    to = Outside.parse(cloud.url, ("mqtts",))
    return Address(
        to.host,
        to.port,
        tls=True,
        ca_file=cloud.ca_file,
        fingerprint=cloud.pinned,
        guard=guard or Guard(),
    )


class Destination:
    """Tells one cloud what it was granted, and nothing while it holds nothing.

    Raises BrokerError without its account, JournalError without a book.
    """

    def __init__(
        self,
        config: Config,
        cloud: CloudConfig,
        doors: Doors,
        guard: Guard | None = None,
    ) -> None:
        self.name = cloud.name
        self._data_dir = config.data_dir
        account = load(config.data_dir, cloud.name)
        self._service, self._consents = account.service, doors.consents
        path = directory(config.data_dir) / f"{cloud.name}.db"
        self._book = Book(path, doors.consents.now_ms())
        home = Home(
            doors.consents,
            Numbering(self._book, doors.consents, account.service).pass_of,
            config.zone,
            doors.fluids,
            doors.notes,
            channel=Channel.CLOUD,
            alone=account.service,
        )
        self._home = home
        messages = CloudMessages(cloud.prefix, config.zone, account.service)
        sending, zone = asyncio.Lock(), config.zone
        due = Due(doors.reads, zone, Channel.CLOUD, whole=True)
        self.live = ServicesLive(doors.bus, home, messages)
        self.deliveries = CloudDeliveries(
            *(doors.journal, due, self._book, home, messages, sending),
            forgets_s=FOREIGN_S,
        )
        answers = Answers(doors.reads, messages, zone, Channel.CLOUD)
        self.requests = ServicesRequests(answers, home, messages, sending)
        self.claim = Claim(messages.claim, account.home)
        self.forwarder = Forwarder(
            self.claim, (self.live, self.requests, self.deliveries)
        )
        self.session = Session(
            address_of(cloud, guard),
            self._login,
            client_id=account.client_id,
            outputs=(self.forwarder,),
            name=f"cloud:{cloud.name}",
        )
        self._changed = asyncio.Event()

    def _login(self) -> Login | None:
        account: Account = load(self._data_dir, self.name)
        return account.login

    @property
    def granted(self) -> bool:
        """Tell whether it holds anything now."""
        return self._home.holding(self._service) is not None

    def changed(self) -> None:
        """Learn that it may hold something else; called on the event loop."""
        self._changed.set()
        self.deliveries.changed()

    async def run(self) -> None:
        """Be connected for as long as something is granted, for ever."""
        while True:
            self._changed.clear()
            if not self.granted:
                await asyncio.to_thread(self._forget)
                await self._changed.wait()
                continue
            running = [
                asyncio.create_task(self.session.run()),
                asyncio.create_task(self._keep_events()),
                asyncio.create_task(self._while_granted()),
            ]
            try:
                # none of the first two ends but by what nobody thought of
                done, _ = await asyncio.wait(
                    running, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    task.result()
            finally:
                # what waits for its turn is not sent: it ends with this
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)

    def _forget(self) -> None:
        """Forget what it was told, once nothing of it can come back: not in a pause."""
        held = self._consents.standing.of(self._service)
        if all(one.ended_ms is not None for one in held):
            self._book.forget(self._service)

    async def _while_granted(self) -> None:
        while self.granted:
            await self._changed.wait()
            self._changed.clear()

    async def _keep_events(self) -> None:
        while True:
            with suppress(EdgeError):  # a full disk: once there is room again
                await self.deliveries.note_events()
            await asyncio.sleep(EVENTS_S)

    def health(self) -> PartHealth:
        """Say how the way there is, and what was told."""
        way, told = self.session.health(), self.deliveries.health()
        granted, refused = self.granted, self.forwarder.refused
        why = "; ".join(one for one in (way.detail, refused) if one)
        return PartHealth(
            name=way.name,
            ok=(way.ok and not refused) or not granted,
            counters={
                **told.counters,
                "live": self.live.counters["samples"],
                "answered": self.requests.counters["answered"],
                "connections": way.counters["connections"],
            },
            refused=way.refused,
            gauges={
                "connected": way.gauges["connected"],
                "claimed": int(self.claim.held),
                "granted": int(granted),
            },
            detail=why if granted else "nothing is granted to it now",
        )

    def close(self) -> None:
        """Let go of its book."""
        self._book.close()
