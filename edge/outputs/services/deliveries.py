"""Rows and events for each service: due at fixed times, numbered, acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from edge.broker.passes import Pass
from edge.broker.publisher import Publisher
from edge.catalogue import ConsentClass
from edge.consent.allowed import allowed_event
from edge.consent.read_journal import Reading
from edge.consent.records import Grant
from edge.errors import EdgeError
from edge.health import PartHealth
from edge.interval import Step
from edge.outputs.past import Past
from edge.outputs.services.book import Book, Place
from edge.outputs.services.changes import ReadRecords, changed, events
from edge.outputs.services.due import Asked, Due
from edge.outputs.services.home import Home
from edge.outputs.services.messages import Messages, row_of
from edge.outputs.services.pace import Pace
from edge.outputs.services.row import EVENT, Owed, Row
from edge.registers import CATALOGUE
from edge.turn import in_turn

log = logging.getLogger(__name__)

NAME = "mqtt_services_out"
AT_ONCE = 20
LOOK_S = 10.0
"""How long a clock may be wrong before a fixed time is looked for again."""
SETTLED_MS = 2_000
"""After a fixed time, for its rows to be found: when they come tells nothing."""
MARGIN_MS = 10_000
EVENT_S = 7 * 86_400
"""How long an event may wait to be read."""


class Withdrawn(EdgeError):
    """Raised when what waited for its turn may not be told any more."""

    def __init__(self) -> None:
        super().__init__("what it was to be told by is no more")


class ServicesDeliveries:
    """Delivers to each service what came due, at least once, at QoS 1.

    `forgets_s` is how much of what it acknowledged a broker that is killed forgets:
    so much is sent once more at each connection, under the numbers that it had.
    `sending` is held while something is on its way to the broker by one grant.
    """

    at_once = AT_ONCE

    def __init__(  # noqa: PLR0913 - what it reads, keeps and says
        self,
        journal: ReadRecords,
        due: Due,
        book: Book,
        home: Home,
        messages: Messages,
        sending: asyncio.Lock,
        *,
        forgets_s: float,
        look_s: float = LOOK_S,
        back_s: float = 5.0,
    ) -> None:
        self._journal, self._due, self._book = journal, due, book
        self._home, self._messages, self._sending = home, messages, sending
        self._forgets_ms = int(forgets_s * 1000)
        self._look_s, self._back_s = look_s, back_s
        self._news = asyncio.Event()
        self._window = asyncio.Semaphore(1)
        self._counters: Counter[str] = Counter()
        self.rounds = 0

    def changed(self) -> None:
        """Learn that someone holds something else; called on the event loop."""
        self._news.set()

    async def run(self, publisher: Publisher) -> None:
        """Deliver while the connection lasts."""
        self._window = asyncio.Semaphore(publisher.window)
        await self._recall(publisher)
        # those who listen come back after a broker's restart as well
        await asyncio.sleep(self._back_s)
        following = asyncio.create_task(self._follow())
        try:
            while True:
                self._news.clear()
                await self._round(publisher)
                self.rounds += 1
                if following.done():
                    following.result()
                await self._wait()
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _recall(self, publisher: Publisher) -> None:
        """Owe once more what the broker may have forgotten."""
        del publisher  # it can't say what it remembers
        now_ms = self._home.decisions.now_ms()
        since_ms = now_ms - self._forgets_ms - MARGIN_MS
        await asyncio.to_thread(self._book.again, since_ms)

    async def _follow(self) -> None:
        """Wake for what is committed: an event may be among it."""
        tail = self._journal.tail
        while True:
            tail = await self._journal.wait_committed(tail)
            self._news.set()

    async def _wait(self) -> None:
        """Wait for the next fixed time, or for news."""
        now_ms = self._home.decisions.now_ms()
        next_ms = min(pace.next_ms(now_ms, self._home.zone) for pace in Pace)
        wait_s = min(self._look_s, (next_ms - now_ms) / 1000)
        try:
            async with asyncio.timeout(max(wait_s, 0.001)):
                await self._news.wait()
        except TimeoutError:
            return

    async def _round(self, publisher: Publisher) -> None:
        known = await asyncio.to_thread(self._book.known)
        for service in sorted(known | set(self._home.services)):
            held = self._home.holding(service)
            if held is not None:
                await self._serve(publisher, service, *held)
            elif service in known and self._home.decisions.grant(service) is None:
                await self._over(service)

    async def _over(self, service: str) -> None:
        """Forget what one was told who holds nothing: it is nobody's business."""
        await asyncio.to_thread(self._book.forget, service)

    async def _serve(
        self, publisher: Publisher, service: str, grant: Grant, login: Pass
    ) -> None:
        """Send what has its number already, then what came due since."""
        await self._send(publisher, service, login)
        await self._find(service, grant, login)
        await self._send(publisher, service, login)

    async def _find(self, service: str, grant: Grant, login: Pass) -> bool:
        """Find what came due for a service, at each of its paces; tell if more did."""
        more = False
        for pace in Pace:
            if not any(
                Pace.of(one.terms.grain) is pace
                for one in grant.consents
                if self._home.channel in one.terms.channels
            ):
                continue
            at_ms = pace.last_ms(grant.sure_ms, self._home.zone)
            place = await asyncio.to_thread(self._book.place, service, pace)
            if place is not None and at_ms <= place.at_ms:
                continue
            await self._settle(at_ms)
            until_ms = self._until(pace, place, at_ms)
            more = more or until_ms < at_ms
            await in_turn(self._enter, service, grant, login, pace, until_ms, place)
        await in_turn(self._enter_events, service, grant, login)
        return more

    def _until(self, pace: Pace, place: Place | None, at_ms: int) -> int:
        """Give up to when to look at once."""
        del pace, place
        return at_ms

    async def _settle(self, at_ms: int) -> None:
        late_ms = self._home.decisions.now_ms() - at_ms
        if 0 <= late_ms < SETTLED_MS:
            await asyncio.sleep((SETTLED_MS - late_ms) / 1000)

    def _enter(  # noqa: PLR0913 - for whom, and up to when
        self,
        service: str,
        grant: Grant,
        login: Pass,
        pace: Pace,
        at_ms: int,
        place: Place | None,
    ) -> None:
        begun_ms = self._book.begun_ms
        if place is None:
            tail = self._journal.tail
            place = Place(0, tail, tail)
        past, after = changed(self._journal, place)
        asked = Asked(grant, pace, place.at_ms, begun_ms, at_ms)
        rows = self._due.rows(asked, self._recent(service, login, past, at_ms))
        moved = Place(at_ms, after.present, after.history)
        self._book.enter(service, pace, login.user, moved, rows)

    def _recent(
        self, service: str, login: Pass, past: Mapping[str, Past], at_ms: int
    ) -> Mapping[str, Past]:
        """Give what of the past, said anew, is told with what came due."""
        del service, login, at_ms
        return past

    def _enter_events(self, service: str, grant: Grant, login: Pass) -> None:
        told = [
            one
            for one in grant.consents
            if one.terms.consent_class is ConsentClass.EVENT
            and self._home.channel in one.terms.channels
        ]
        if not told:
            return
        place = self._book.place(service, EVENT)
        if place is None:
            tail = self._journal.tail
            self._book.enter(service, EVENT, login.user, Place(0, tail, tail), [])
            return
        found, after = events(self._journal, place.present)
        if after == place.present:
            return
        shown = [
            allowed_event(grant, one, self._home.fluids[one.meter], self._home.channel)
            for one in found
            if one.meter in self._home.fluids
        ]
        rows = [row_of(one) for one in shown if one is not None]
        moved = Place(0, after, place.history)
        self._book.enter(service, EVENT, login.user, moved, rows)

    async def _send(self, publisher: Publisher, service: str, login: Pass) -> None:
        """Send what is owed while the login holds that it is numbered for."""
        while True:
            owed = await asyncio.to_thread(
                self._book.owed, service, login.user, self.at_once
            )
            async with self._sending:
                held = self._home.holding(service)
                if not owed or held is None or held[1] != login:
                    return
                left = [(one, self._expiry_s(held[0], one)) for one in owed]
                gone = [one for one, expiry_s in left if expiry_s is None]
                sure = [(one, left_s) for one, left_s in left if left_s is not None]
                numbered = await asyncio.to_thread(
                    self._book.number, service, login.user, [one for one, _ in sure]
                )
                lasts = [left_s for _, left_s in sure]
                asked = list(zip(numbered, lasts, strict=True))
                sent = await self._publish(publisher, service, login, asked)
            self._note(service, sent)
            await asyncio.to_thread(self._settle_sent, service, sent, gone)
            self._counters["delivered"] += len(sent)
            self._counters["dropped"] += len(gone)
            await self._sent(publisher, login, sent)

    async def _publish(
        self,
        publisher: Publisher,
        service: str,
        login: Pass,
        asked: Sequence[tuple[Owed, int]],
    ) -> list[Owed]:
        """Give those that the broker acknowledged, of what is still to be told."""
        results = await asyncio.gather(
            *(
                self._publish_one(publisher, service, login, one, expiry_s)
                for one, expiry_s in asked
            ),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, Withdrawn):
                raise result
        told = zip(asked, results, strict=True)
        return [one for (one, _), result in told if result is None]

    async def _publish_one(
        self,
        publisher: Publisher,
        service: str,
        login: Pass,
        one: Owed,
        expiry_s: int,
    ) -> None:
        async with self._window:
            # its turn has come: is it still to be told?
            held = self._home.holding(service)
            if held is None or held[1] != login:
                raise Withdrawn
            await publisher.publish(
                self._messages.topic(service, one.row),
                self._messages.owed(one, login),
                qos=1,
                expiry_s=expiry_s,
            )

    async def _sent(
        self, publisher: Publisher, login: Pass, sent: Sequence[Owed]
    ) -> None:
        """Do what follows some that are acknowledged."""

    def _settle_sent(
        self, service: str, sent: Sequence[Owed], gone: Sequence[Owed]
    ) -> None:
        now_ms = self._home.decisions.now_ms()
        self._book.sent(service, sent, now_ms)
        if gone:
            self._book.drop(service, gone)

    def _expiry_s(self, grant: Grant, one: Owed) -> int | None:
        row, now_ms = one.row, self._home.decisions.now_ms()
        if row.step == EVENT:
            fluid = self._home.fluids.get(row.meter)
            live = fluid is not None and grant.of(
                row.meter, fluid, ConsentClass.EVENT, self._home.channel
            )
            left_s = self._event_s(grant, row, now_ms) if live else 0
            return left_s if row.start_ms >= grant.since_ms and left_s > 0 else None
        return self._due.expiry_s(self._asked(grant), row)

    def _event_s(self, grant: Grant, row: Row, now_ms: int) -> int:
        """Give for how long an event may wait to be read."""
        del grant
        return EVENT_S - (now_ms - row.start_ms) // 1000

    def _asked(self, grant: Grant) -> Asked:
        return Asked(grant, Pace.DAYS, 0, self._book.begun_ms, grant.sure_ms)

    def _note(self, service: str, sent: Sequence[Owed]) -> None:
        readings = []
        for one in sent:
            row = one.row
            told = (
                ConsentClass.EVENT
                if row.step == EVENT
                else CATALOGUE[row.register].consent(Step(row.step))
            )
            end_ms = max(row.end_ms, row.start_ms + 1)
            readings.append(Reading(row.meter, told, row.step, row.start_ms, end_ms))
        self._home.note(service, readings)

    def health(self) -> PartHealth:
        """Say what was delivered, and what may not be any more."""
        names = ("delivered", "dropped")
        return PartHealth(
            name=NAME, ok=True, counters={name: self._counters[name] for name in names}
        )
