"""One Cozy: told at seven what is over, when its grant changes, and never otherwise."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby, islice

from edge.consent.read_journal import Reading
from edge.consent.records import Grant
from edge.errors import EdgeError
from edge.health import PartHealth
from edge.interval import Step
from edge.journal.erased import Erased
from edge.outgoing.places import Guard
from edge.outputs.cozy import account as accounts
from edge.outputs.cozy.account import Account
from edge.outputs.cozy.book import Book
from edge.outputs.cozy.document import Document
from edge.outputs.cozy.doors import Doors
from edge.outputs.cozy.errors import CozyError, CozyWithdrawn
from edge.outputs.cozy.sending import AT_ONCE, Sending
from edge.outputs.cozy.shown import CHANNEL, Shown
from edge.outputs.cozy.stack import Stack
from edge.outputs.past import Past
from edge.outputs.services.book import Place
from edge.outputs.services.changes import changed
from edge.outputs.services.pace import Pace
from edge.registers import CATALOGUE
from edge.turn import in_turn

log = logging.getLogger(__name__)

LOOK_S = 10.0
FIRST_S, MOST_S = 30.0, 3_600.0
"""How long a Cozy that doesn't answer is left alone: doubled each time."""
SETTLED_MS = 2_000
LATE_MS = 3 * 86_400_000
"""How long before the last time a row may have begun that is over only now."""


class GrantChanged(CozyError):
    """Raised when what is being sent is granted no more, or otherwise."""


class Cozy:
    """Tells one Cozy what it was granted, and nothing while it holds nothing."""

    def __init__(
        self,
        account: Account,
        doors: Doors,
        guard: Guard | None = None,
        spread_ms: int = 1,
    ) -> None:
        self.account, self._doors, self._guard = account, doors, guard
        self._shown = Shown(doors.reads, doors.zone, account.shape)
        path = accounts.directory(doors.data_dir) / f"{account.name}.db"
        self._book = Book(path, doors.consents.now_ms())
        self._late_ms = SETTLED_MS + int(account.home, 16) % spread_ms
        self._news = asyncio.Event()
        self._one = asyncio.Lock()
        self._counters: Counter[str] = Counter()
        self._trouble = ""
        self._wait_s = FIRST_S
        self.look_s = LOOK_S
        self.ending = accounts.ending(doors.data_dir, account.name)
        self.rounds = 0

    def changed(self) -> None:
        """Learn that it may hold something else; called on the event loop."""
        self._news.set()

    async def run(self) -> None:
        """Tell it for ever; what fails is tried again, ever less often."""
        while True:
            self._news.clear()
            wait_s = self.look_s
            try:
                async with self._one:
                    await self._round()
                self._wait_s = FIRST_S
                if self.grant is not None:
                    self._trouble = ""
            except GrantChanged:
                wait_s = 0
            except CozyWithdrawn as error:
                self._trouble = str(error)
                await self._withdraw()
                if self.ending:
                    await self._ended(accounts.REVOKED)
            except EdgeError as error:
                log.warning(
                    "nothing goes to the Cozy of %s: %s", self.account.name, error
                )
                self._trouble = str(error)
                wait_s = self._wait_s * random.uniform(0.5, 1)  # noqa: S311 - not secret
                self._wait_s = min(MOST_S, 2 * self._wait_s)
            self.rounds += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()

    @property
    def grant(self) -> Grant | None:
        """Give what it holds now; None without its consent over there."""
        account = self.account
        if not account.service or self.ending:
            return None
        return self._doors.consents.grant(account.service)

    async def _round(self) -> None:
        """Send what came due since, or all of a grant that is another."""
        if self.ending:
            await self._let_go()
        grant = self.grant
        if grant is None:
            return
        now_ms = grant.at_ms
        at_ms = Pace.DAYS.last_ms(grant.sure_ms, self._doors.zone)
        told = await asyncio.to_thread(self._book.place)
        whole = told is None or told[0] != grant.version
        late_ms = SETTLED_MS if whole else self._late_ms
        if 0 <= grant.sure_ms - at_ms < late_ms:
            return  # its rows come, and others' turn: it is looked at once more
        if told is not None and not whole and at_ms <= told[1].at_ms:
            return
        tail = self._doors.journal.tail
        place = Place(0, tail, tail)
        past: Mapping[str, Past] = {}
        if told is not None and not whole:
            past, place = await in_turn(changed, self._doors.journal, told[1])
        since_ms = 0 if told is None or whole else told[1].at_ms
        await self._send(grant, since_ms, past, now_ms)
        moved = Place(at_ms, place.present, place.history)
        await in_turn(self._book.move, grant.version, moved)

    async def erase(self, stone: Erased) -> int:
        """Delete over there what holds something of an erasure; give how much went.

        Raises CozyError while it can't be: it is to be asked again.
        """
        async with self._one:
            found = await in_turn(self._book.met, stone)
            if found:
                await in_turn(self._book.mark, stone)
                await self._erase()
                await in_turn(self._book.clean)
        self.changed()
        return len(found)

    async def count(self, stone: Erased) -> int:
        """Say how many documents over there an erasure would take."""
        return len(await in_turn(self._book.met, stone))

    async def _erase(self) -> None:
        account = self.account
        async with Stack.open(account.url, account.ca_file, self._guard) as stack:
            told = (self._keep, lambda: None, self._note)
            sending = Sending(stack, account, self._book, *told)
            try:
                while await sending.erase():
                    pass
            finally:
                self._counters.update(sending.counters)

    async def _let_go(self) -> None:
        """End what there is over there, as the owner said; raise CozyError."""
        account, erased = self.account, self.ending == accounts.ERASE
        if self.ending not in (accounts.LEAVE, accounts.ERASE):
            return
        if erased:
            await in_turn(self._book.mark)
            await self._erase()
        async with Stack.open(account.url, account.ca_file, self._guard) as stack:
            await stack.unregister(account)
        await self._ended(accounts.ERASED if erased else accounts.LEFT)

    async def _ended(self, how: str) -> None:
        await in_turn(accounts.end, self._doors.data_dir, self.account.name, how)
        self.ending = how

    async def _send(
        self, grant: Grant, since_ms: int, past: Mapping[str, Past], now_ms: int
    ) -> None:
        def check() -> None:
            if self.grant != grant:
                raise GrantChanged("what it was granted has changed")

        account = self.account
        async with Stack.open(account.url, account.ca_file, self._guard) as stack:
            told = (self._keep, check, self._note)
            sending = Sending(stack, account, self._book, *told)
            try:
                for meter in sorted(grant.meters):
                    begun = [one.start_ms for one in (past.get(meter),) if one]
                    span = (max(0, min([since_ms - LATE_MS, *begun])), now_ms)
                    found = self._shown.documents(
                        grant, account.home, meter, span, now_ms
                    )
                    while some := await in_turn(_some, found):
                        for _, alike in groupby(some, lambda one: one.doctype):
                            await sending.push(list(alike))
            finally:
                self._counters.update(sending.counters)

    def _keep(self, account: Account) -> None:
        accounts.keep(self._doors.data_dir, account)
        self.account = account

    def _note(self, documents: Sequence[Document]) -> None:
        readings = []
        for one in documents:
            row = one.rows[0]
            told = CATALOGUE[row.register].consent(Step(row.step))
            span = (one.start_ms, max(one.end_ms, one.start_ms + 1))
            readings.append(Reading(row.meter, told, row.step, *span, len(one.rows)))
        if readings:
            now_ms = self._doors.consents.now_ms()
            self._doors.notes.note(self.account.service, CHANNEL, readings, now_ms)

    async def _withdraw(self) -> None:
        """Take back here what was taken back over there."""
        consents, service = self._doors.consents, self.account.service
        live = [one.id for one in consents.standing.of(service) if one.ended_ms is None]
        await asyncio.to_thread(consents.withdraw, live)

    def health(self) -> PartHealth:
        """Say how the way there is, and what stands there."""
        granted = self.grant is not None
        return PartHealth(
            name=f"cozy:{self.account.name}",
            ok=not (granted and self._trouble),
            counters={
                name: self._counters[name] for name in ("sent", "equal", "erased")
            },
            refused={
                name: self._counters[key]
                for name, key in (("refused", "refused"), ("left_alone", "left alone"))
                if self._counters[key]
            },
            gauges={"granted": int(granted)},
            detail=self._trouble or ("" if granted else "nothing is granted to it now"),
        )

    def close(self) -> None:
        """Let go of its book."""
        self._book.close()


def _some(found: Iterator[Document]) -> list[Document]:
    return list(islice(found, AT_ONCE))
