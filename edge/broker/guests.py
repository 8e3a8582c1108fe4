"""The services on a broker of ours: let in and turned out as the ledger says.

A change of what a service may see voids its login: it is turned out, its session is
swept away with all that waits in it, and only then does a new one exist. What the
ledger doesn't say gives no right here, whatever the broker or a file remembers.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Protocol

from edge.broker.accounts import Accounts, service
from edge.broker.address import Address, Login
from edge.broker.connection import Connection
from edge.broker.dynsec import Control, client, role_of
from edge.broker.passes import Pass, Passes, basis_of
from edge.consent.records import Grant, Standing
from edge.consent.terms import Channel
from edge.errors import BrokerError
from edge.health import PartHealth

log = logging.getLogger(__name__)

NAME = "mqtt_services"
BROOM = "releve-broom"
"""Comes with a client id that is free, so that what was kept for it is forgotten."""
TURNED_OUT_S = 0.6
"""By then the broker has turned out who lost a right, else it is killed: see keep."""
SWEPT_S = 5.0
AGAIN_S = 0.5

Admin = Callable[[], Awaitable[Connection]]


class Household(Protocol):
    """What the household decided, as far as the door needs it."""

    @property
    def standing(self) -> Standing:
        """Give all services that ever were, and their consents."""
        ...

    def grant(self, service: str) -> Grant | None:
        """Give what a service holds now."""
        ...


async def _at_once() -> None:
    """Wait for nothing: nothing is on its way."""


class Guests:
    """Who of the services may come in, and with what.

    `fence` is awaited before a new login exists: what was sent by an older grant has
    then reached the broker, and found nobody. `clear` takes away what one who is turned
    out left retained, and `opened` is called when one was let in.
    """

    def __init__(
        self, directory: Path, prefix: str, address: Address, home: Household
    ) -> None:
        self._prefix, self._address, self._home = prefix, address, home
        self._files = Passes(directory)
        self._passes: dict[str, Pass] = {}
        self._gone: dict[str, Pass | None] = {}
        self._void: set[str] = set()
        self._news = asyncio.Event()
        self._counters: Counter[str] = Counter()
        self.fence: Callable[[], Awaitable[None]] = _at_once
        self.clear: Callable[[str], Awaitable[None]] = _nothing
        self.opened: Callable[[], None] = lambda: None

    def void(self, services: Iterable[str]) -> None:
        """Have nothing more go to those whose grant is another now; any thread's.

        What is void stays so, even if what it was made for comes back at once.
        """
        for service_id in services:
            held = self._passes.get(service_id)
            if held is not None and self._basis(service_id) != held.basis:
                self._void.add(held.user)

    def changed(self) -> None:
        """See to what was decided; called on the event loop."""
        self._news.set()

    def pass_of(self, service_id: str) -> Pass | None:
        """Give a service's login; None while it holds nothing here, or it is made."""
        held = self._passes.get(service_id)
        return None if held is None or self._is_void(held) else held

    def _is_void(self, held: Pass) -> bool:
        return held.user in self._void or self._basis(held.service) != held.basis

    def accounts(self) -> tuple[Accounts, dict[str, str]]:
        """Give all that come in by now, and their passwords; blocks, the broker down.

        What was turned out when we ended is finished by this: it isn't among them.
        """
        kept = self._files.load()
        for held in list(kept.values()):
            if self._is_void(held):
                self._files.retire(kept.pop(held.service))
        for service_id, (version, basis) in self._wanted().items():
            if service_id not in kept:
                kept[service_id] = Pass.new(service_id, version, basis)
                self._files.keep(kept[service_id])
        self._passes, self._gone = kept, dict.fromkeys(self._files.gone())
        accounts = Accounts((), ())
        for held in kept.values():
            accounts += service(self._prefix, held.service, held.user)
        return accounts, {held.user: held.password for held in kept.values()}

    def _wanted(self) -> dict[str, tuple[int, str]]:
        found = {}
        for service_id in list(self._home.standing.services):
            grant = self._home.grant(service_id)
            if grant is not None and (basis := basis_of(grant, Channel.MQTT)):
                found[service_id] = (grant.version, basis)
        return found

    def _basis(self, service_id: str) -> str:
        grant = self._home.grant(service_id)
        return "" if grant is None else basis_of(grant, Channel.MQTT)

    async def keep(self, admin: Admin) -> None:
        """Turn out and let in while the broker runs.

        Raises BrokerError when one who lost a right can't be turned out in time: the
        broker is to be killed then, and comes back without them.
        """
        while True:
            try:
                async with asyncio.timeout(TURNED_OUT_S):
                    connection = await admin()
            except (BrokerError, TimeoutError) as error:
                if self._stale():
                    raise BrokerError("it can't be reached to turn one out") from error
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                async with asyncio.timeout(TURNED_OUT_S):
                    control = await Control.open(connection)
                await self._follow(control)
            except (BrokerError, TimeoutError) as error:
                if self._stale():
                    raise BrokerError(f"one can't be turned out: {error}") from error
                log.info("broker: the admin's connection ended: %s", error)
            finally:
                await connection.close()

    async def _follow(self, control: Control) -> None:
        while True:
            self._news.clear()
            await self._turn_out(control)
            await self._sweep(control)
            await self._let_in(control)
            if not self._stale():
                await self._news.wait()

    def _stale(self) -> list[Pass]:
        return [held for held in self._passes.values() if self._is_void(held)]

    async def _turn_out(self, control: Control) -> None:
        if not (stale := self._stale()):
            return
        users = [held.user for held in stale]
        try:
            async with asyncio.timeout(TURNED_OUT_S):
                # Neither alone: without its role a queue isn't given, and without the
                # client nobody comes for it.
                await control.ask(
                    [
                        command
                        for user in users
                        for command in (
                            {
                                "command": "removeClientRole",
                                "username": user,
                                "rolename": user,
                            },
                            {"command": "deleteClient", "username": user},
                        )
                    ],
                    gone=True,
                )
        except TimeoutError as error:
            raise BrokerError("it doesn't answer in time") from error
        for held in stale:
            del self._passes[held.service]
            self._void.discard(held.user)
            self._gone[held.user] = held
            self._counters["turned_out"] += 1
            log.info("broker: %s is turned out", held.user)

    async def _sweep(self, control: Control) -> None:
        """Have nothing be left of those who are gone: role, session, queue, file.

        Nobody can come for it any more; so whoever loses a right meanwhile goes first.
        """
        for user, held in list(self._gone.items()):
            if self._stale():
                return
            try:
                async with asyncio.timeout(SWEPT_S):
                    if held is not None:
                        await asyncio.to_thread(self._files.retire, held)
                        await self.clear(held.service)
                    await self._swept(control, user)
            except TimeoutError:
                log.warning("broker: the session of %s stays until it expires", user)
                return
            await asyncio.to_thread(self._files.swept, user)
            del self._gone[user]
            self._counters["swept"] += 1

    async def _swept(self, control: Control, user: str) -> None:
        login = Login(BROOM, secrets.token_urlsafe(32))
        made = {"username": BROOM, "password": login.password, "clientid": user}
        gone = {"command": "deleteClient", "username": BROOM}
        left = [
            {"command": "deleteClient", "username": user},
            {"command": "deleteRole", "rolename": user},
            gone,
        ]
        await control.ask(left, gone=True)
        await control.ask([{"command": "createClient", "roles": []} | made])
        connection = await Connection.open(self._address, login, user)
        await connection.close()
        await control.ask([gone], gone=True)

    async def _let_in(self, control: Control) -> None:
        wanted = {
            service_id: of
            for service_id, of in self._wanted().items()
            if service_id not in self._passes
        }
        if not wanted or self._stale():
            return
        try:
            async with asyncio.timeout(SWEPT_S):
                await self.fence()
        except TimeoutError:
            asyncio.get_running_loop().call_later(AGAIN_S, self._news.set)
            return
        made = [Pass.new(one, *of) for one, of in wanted.items()]
        commands = []
        for held in made:
            # first on the disk: of what the broker knows, none is forgotten here
            await asyncio.to_thread(self._files.keep, held)
            new = service(self._prefix, held.service, held.user)
            password = {"password": held.password}
            commands += [
                {"command": "createRole"} | role_of(new.roles[0]),
                {"command": "createClient"} | client(new.accounts[0]) | password,
            ]
        try:
            await control.ask(commands)
        except BrokerError:
            self._gone.update({held.user: held for held in made})
            raise
        for held in made:
            self._passes[held.service] = held
            self._counters["let_in"] += 1
        self.opened()

    def health(self) -> PartHealth:
        """Say who comes in, and who was turned out."""
        names = ("let_in", "turned_out", "swept")
        return PartHealth(
            name=NAME,
            ok=True,
            counters={name: self._counters[name] for name in names},
            gauges={"services": len(self._passes), "unswept": len(self._gone)},
        )


async def _nothing(_service: str) -> None:
    """Leave all as it is."""
