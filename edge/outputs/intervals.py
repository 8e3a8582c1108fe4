"""Intervals and events: read from the journal, delivered at least once, at QoS 1."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

import orjson

from edge.broker.publisher import Publisher
from edge.calendar import Calendar
from edge.event import Event
from edge.health import PartHealth
from edge.interval import Interval
from edge.journal.bodies import Kind
from edge.journal.cursors import START
from edge.outputs.journal import ReadJournal
from edge.outputs.kept import Kept
from edge.outputs.past import Past, PastPage, merged, page_of, peaks_of, pruned, rows_of
from edge.outputs.payloads import Payloads
from edge.outputs.topics import Topics
from edge.outputs.trail import Cursors, Trail, read, written
from edge.record import Address, Lane, Record
from edge.turn import in_turn

log = logging.getLogger(__name__)

NAME = "mqtt"
KINDS = (Kind.INTERVALS, Kind.EVENT, Kind.SLICES, Kind.GAP)
PAGE = 64
"""Records read at once; a half-hour is one of them a meter."""
AT_ONCE = 4
"""Messages handed over at once: what is live waits for that many in the loop."""
FEW = 64
"""Rows of the past that are sent themselves; more are announced only."""
BACK_S = 5.0
"""After a broker's restart, for those who listen to come back before it is sent."""
HISTORY_EVERY_S = 5.0
"""What is recomputed or imported within so long is announced in one."""

Message = tuple[str, bytes]


class IntervalsOutput:
    """Delivers the journal's intervals and events; its cursors move on PUBACK only.

    A message is unique by (meter, register, step, start, revision). How far delivery
    has come stands on a retained topic too: a broker that was killed comes back with
    an older word there, or none, and then what it forgot is delivered again; without a
    word, that of the last `period_s`. `known` gives what a first attachment announces,
    `heard` is told whose past is announced.
    """

    def __init__(  # noqa: PLR0913 - what it reads, writes and asks
        self,
        journal: ReadJournal,
        topics: Topics,
        payloads: Payloads,
        kept: Kept,
        *,
        known: Callable[[], Iterable[Past]],
        heard: Callable[[Iterable[str]], None] = lambda _meters: None,
        period_s: float,
        history_every_s: float = HISTORY_EVERY_S,
        back_s: float = BACK_S,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._journal, self._topics, self._payloads = journal, topics, payloads
        self._kept, self._known, self._period_s = kept, known, period_s
        self._heard = heard
        self._history_every_s, self._back_s = history_every_s, back_s
        self._now_ms = now_ms
        self._calendar = Calendar(payloads.zone)
        self._cursors: dict[Lane, Address] = {}
        self._trail = Trail(period_s)
        self._counters: Counter[str] = Counter()

    async def attach(self) -> None:
        """Be known to the journal: what is committed from now on is delivered.

        A journal that holds something already is announced, not delivered.
        """
        journal = self._journal
        if await asyncio.to_thread(journal.cursor, NAME, Lane.PRESENT) is not None:
            return
        tail = journal.tail
        if not tail.seq:
            await journal.register(NAME)
            return
        trail = Trail(self._period_s)
        trail.owed = True
        # the present last: cut in between, this is a first time once more
        await journal.rewind(NAME, Lane.HISTORY, tail)
        await journal.move(NAME, Lane.PRESENT, tail, trail.state())

    async def run(self, publisher: Publisher) -> None:
        """Deliver while the connection lasts; the present never waits for the past."""
        await self.attach()
        await self._take_up()
        if self._trail.owed:
            await self._announce(publisher, await asyncio.to_thread(self._known))
            self._trail.owed = False
            await self._move(publisher, Lane.PRESENT, self._cursors[Lane.PRESENT])
        else:
            await self._go_back(publisher)
            await self._mark(publisher)
        loop = asyncio.get_running_loop()
        seen: Address | None = None
        due_s = loop.time()
        while True:
            while await self._page(publisher):
                pass
            if loop.time() >= due_s and await self._past(publisher):
                due_s = loop.time() + self._history_every_s
            with suppress(TimeoutError):
                waits = loop.time() < due_s
                async with asyncio.timeout_at(due_s if waits else None):
                    seen = await self._journal.wait_committed(seen)

    async def _take_up(self) -> None:
        journal = self._journal
        for lane in Lane:
            cursor = await asyncio.to_thread(journal.cursor, NAME, lane)
            self._cursors[lane] = cursor or START
        memory = await asyncio.to_thread(journal.memory, NAME)
        self._trail = Trail(self._period_s, memory)

    async def _go_back(self, publisher: Publisher) -> None:
        """Go back to where a broker was when it last saved what it had."""
        topic = self._topics.cursor
        found = await self._kept.read(publisher, [topic])
        told = None if found is None else _cursors(found.get(topic))
        if told is None:
            told = self._trail.before(self._now_ms())
        forgotten = {
            lane: address
            for lane, address in told.items()
            if address < self._cursors[lane]
        }
        for lane, address in forgotten.items():
            await self._journal.rewind(NAME, lane, address)
            self._cursors[lane] = address
        if forgotten:
            self._counters["rewinds"] += 1
            log.warning("the broker was restarted: what it forgot is sent again")
            await asyncio.sleep(self._back_s)

    async def _mark(self, publisher: Publisher) -> None:
        document = orjson.dumps(written(self._cursors))
        await publisher.publish(self._topics.cursor, document, qos=1, retain=True)

    async def _page(self, publisher: Publisher) -> bool:
        """Deliver one page of the present; tell whether there was any."""
        records = await in_turn(
            self._journal.read,
            self._cursors[Lane.PRESENT],
            limit=PAGE,
            lane=Lane.PRESENT,
            kinds=KINDS,
        )
        if not records:
            return False
        self._trail.step(self._cursors, self._now_ms())
        for messages in _some(self._messages(records)):
            begun = time.monotonic()
            await _deliver(publisher, messages)
            self._counters["delivered"] += len(messages)
            if len(messages) == AT_ONCE:  # more to come: as long for the live ones
                await asyncio.sleep(time.monotonic() - begun)
        await self._announce(publisher, pruned(records))
        await self._move(publisher, Lane.PRESENT, records[-1].address)
        return True

    async def _past(self, publisher: Publisher) -> bool:
        """Announce what came to the history lane, in one message a meter."""
        told: tuple[Past, ...] = ()
        rows: list[Interval] = []
        last = before = self._cursors[Lane.HISTORY]
        while page := await in_turn(self._read_past, last, FEW + 1 - len(rows)):
            last = page.last
            told = merged(told, page.told)
            rows += page.rows
            while await self._page(publisher):
                pass  # what has come meanwhile doesn't wait for years to be read
        if last == before:
            return False
        self._trail.step(self._cursors, self._now_ms())
        if len(rows) <= FEW:
            await _deliver(publisher, [self._interval(row) for row in rows])
            self._counters["delivered"] += len(rows)
        await self._announce(publisher, told)
        await self._move(publisher, Lane.HISTORY, last)
        return True

    def _read_past(self, after: Address, room: int) -> PastPage | None:
        """Give a page of what came to the past, at most so many rows; blocks."""
        records = self._journal.read(after, limit=PAGE, lane=Lane.HISTORY, kinds=KINDS)
        return page_of(records, room)

    async def _move(self, publisher: Publisher, lane: Lane, address: Address) -> None:
        self._cursors[lane] = address
        await self._mark(publisher)
        await self._journal.move(NAME, lane, address, self._trail.state())

    async def _announce(self, publisher: Publisher, pasts: Iterable[Past]) -> None:
        told = merged(pasts)
        messages = [
            (self._topics.history(past.meter), self._payloads.past(past))
            for past in told
        ]
        self._heard(past.meter for past in told)
        await _deliver(publisher, messages)
        self._counters["announced"] += len(messages)

    def _messages(self, records: Sequence[Record]) -> Iterator[Message]:
        for record in records:
            body = record.body
            if isinstance(body, Event):
                topic = self._topics.event(body.meter, body.kind)
                yield topic, self._payloads.event(body)
            else:
                peaks = peaks_of(record, self._calendar)
                yield from map(self._interval, (*rows_of(record), *peaks))

    def _interval(self, row: Interval) -> Message:
        topic = self._topics.interval(row.meter, row.step, row.register)
        return topic, self._payloads.interval(row)

    def health(self) -> PartHealth:
        """Say what was delivered."""
        names = ("delivered", "announced", "rewinds")
        return PartHealth(
            name="mqtt_intervals",
            ok=True,
            counters={name: self._counters[name] for name in names},
        )


def _cursors(payload: bytes | None) -> Cursors | None:
    """Read what stands on the cursor's topic; None when it is nothing of ours."""
    try:
        return None if payload is None else read(orjson.loads(payload))
    except ValueError:
        return None


def _some(messages: Iterator[Message]) -> Iterator[list[Message]]:
    some: list[Message] = []
    for message in messages:
        some.append(message)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


async def _deliver(publisher: Publisher, messages: Sequence[Message]) -> None:
    """Return once each is acknowledged; raise what the first that failed raised."""
    results = await asyncio.gather(
        *(publisher.publish(topic, payload, qos=1) for topic, payload in messages),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
