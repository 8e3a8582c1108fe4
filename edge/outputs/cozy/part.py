"""All Cozys of a home as one part of the service, and the way in to a new one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from edge.errors import EdgeError
from edge.health import PartHealth
from edge.outgoing.places import Guard
from edge.outputs.cozy import account as accounts
from edge.outputs.cozy.doors import Doors
from edge.outputs.cozy.errors import CozyDown, CozyRefused
from edge.threads import on_loop

if TYPE_CHECKING:
    from edge.outputs.cozy.destination import Cozy

log = logging.getLogger(__name__)

ENDED = (accounts.LEFT, accounts.ERASED, accounts.REVOKED)
SPREAD_MS = 30 * 60_000
"""Homes of one host don't come at one moment: each has its own, by its bits."""
LOOK_S = 5.0
"""How often it is looked whether the shell has connected one, or let one go."""


class CozyPart:
    """Runs each Cozy that is connected; answers consents that were begun."""

    def __init__(
        self, doors: Doors, guard: Guard | None = None, spread_ms: int = SPREAD_MS
    ) -> None:
        self._doors, self._guard, self._spread_ms = doors, guard, spread_ms
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: dict[str, tuple[Cozy, asyncio.Task[None]]] = {}
        self._broken: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._news = asyncio.Event()
        self.look_s = LOOK_S
        doors.consents.listen(self._told)

    @property
    def cozys(self) -> list[Cozy]:
        """Give those that run."""
        return [one for one, _ in self._running.values()]

    def all(self) -> list[Cozy]:
        """Give every one that is connected; raise CozyDown while one doesn't run."""
        if set(accounts.names(self._doors.data_dir)) - self._running.keys():
            raise CozyDown("what tells your Cozy does not run yet")
        return self.cozys

    async def host(self, state: str, who: str) -> str | None:
        """Give the Cozy of a consent that was begun; None for none that waits.

        From then on it is answered by `who` alone: the session that was shown it.
        """
        asked = await asyncio.to_thread(self._asked, state)
        if asked is None or self._shown.setdefault(state, who) != who:
            return None
        return asked.account.url

    async def connect(self, state: str, code: str, who: str) -> str:
        """Take the code that a Cozy's consent gave; give where it is.

        Raises CozyError, and uses the consent up whatever comes of it.
        """
        asked = await asyncio.to_thread(self._asked, state)
        if asked is None or self._shown.get(state) != who:
            raise CozyRefused(
                "no consent waits under this state",
                hint="`releve cozy connect` begins one, for ten minutes",
            )
        del self._shown[state]
        data_dir = self._doors.data_dir
        await asyncio.to_thread(accounts.answered, data_dir, asked)
        account = asked.account
        from edge.outputs.cozy.stack import Stack  # noqa: PLC0415 - HTTP is not small

        async with Stack.open(account.url, account.ca_file, self._guard) as stack:
            account = await stack.tokens(asked, code)
        await asyncio.to_thread(accounts.keep, data_dir, account)
        self._news.set()
        return account.url

    def _asked(self, state: str) -> accounts.Asked | None:
        now_ms = self._doors.consents.now_ms()
        return accounts.asked_of(self._doors.data_dir, state, now_ms)

    async def run(self) -> None:
        """Tell them all, for ever; those that are let go of end."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                self._news.clear()
                await self._look()
                # the shell grants and lets go; nobody but this part connects
                wait_s = self.look_s if self._running or self._broken else None
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._news.wait()
        finally:
            for name in list(self._running):
                await self._end(name)

    async def _look(self) -> None:
        """Begin those that are new, end those that are gone, take what changed."""
        found, data_dir = {}, self._doors.data_dir
        for name in await asyncio.to_thread(accounts.names, data_dir):
            with suppress(EdgeError):  # it is written at this moment
                found[name] = await asyncio.to_thread(accounts.load, data_dir, name)
        for name, (cozy, task) in list(self._running.items()):
            account = found.get(name)
            if task.done():
                task.result()  # what nobody foresaw: this part is begun anew
            if account is None or account.client != cozy.account.client:
                await self._end(name)
                continue
            ending = await asyncio.to_thread(accounts.ending, data_dir, name)
            if (account.service, ending) != (cozy.account.service, cozy.ending):
                cozy.account = replace(cozy.account, service=account.service)
                cozy.ending = cozy.ending if cozy.ending in ENDED else ending
                cozy.changed()
        for name in found.keys() - self._running.keys():
            try:
                cozy = await asyncio.to_thread(self._opened, found[name])
            except EdgeError as error:
                self._broken[name] = str(error)
                continue
            self._broken.pop(name, None)
            self._running[name] = (cozy, asyncio.create_task(cozy.run()))

    def _opened(self, account: accounts.Account) -> Cozy:
        from edge.outputs.cozy.destination import Cozy  # noqa: PLC0415 - not in use

        return Cozy(account, self._doors, self._guard, self._spread_ms)

    async def _end(self, name: str) -> None:
        cozy, task = self._running.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        cozy.close()

    def _told(self, services: frozenset[str]) -> None:
        """Have each see to a change; called in the thread that decided it."""
        del services
        on_loop(self._loop, self._changed)

    def _changed(self) -> None:
        self._news.set()
        for cozy, _ in self._running.values():
            cozy.changed()

    def health(self) -> list[PartHealth]:
        """Say how each fares."""
        return [
            *(one.health() for one in self.cozys),
            *(
                PartHealth(f"cozy:{name}", ok=False, detail=why)
                for name, why in self._broken.items()
            ),
        ]
