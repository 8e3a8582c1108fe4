"""What a cloud is told: what comes due, then the past that its grant shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from edge.broker.passes import Pass
from edge.broker.publisher import Message, Publisher
from edge.calendar import DAY_MS, HOUR_MS
from edge.consent.records import Grant
from edge.outputs.cloud.messages import CloudMessages
from edge.outputs.past import Past
from edge.outputs.services.book import Place
from edge.outputs.services.deliveries import ServicesDeliveries
from edge.outputs.services.pace import Pace
from edge.outputs.services.row import Owed, Row
from edge.turn import in_turn

PAST = "past"
"""Stands in the place of a pace: how far the past was looked through."""
RATE_S = 50
"""Messages a second at most: a broker serves many homes, and all come back at once."""
LONGEST_MS = 25 * HOUR_MS
"""A day at most: in autumn the next fixed time is that far."""
RECENT_MS = 2 * DAY_MS
"""What is said anew of before goes with the past, behind what is new."""
SETTLE_S = 2.0
"""How long a broker may take to say what it keeps."""
AT_ONCE = 100
"""How many are noted together: each note is a write to the card."""
SEQ_MOST = 1 << 62
MARGIN = 2 * AT_ONCE
"""How many are sent again though the broker should know them: it may keep one thing
better than another."""


class CloudDeliveries(ServicesDeliveries):
    """Delivers to one cloud, at a bounded rate, in order, without a hole.

    The broker keeps the last number that it acknowledged: whatever it forgot when it
    was killed, it forgot that as well, and is told again from there.
    """

    _messages: CloudMessages
    at_once = AT_ONCE
    rate_s: float = RATE_S
    settle_s: float = SETTLE_S
    whole: bool = False
    """Whether all of the past that is shown was looked through."""
    sleep: Callable[[float], Awaitable[None]] = staticmethod(asyncio.sleep)

    async def _over(self, service: str) -> None:
        """Keep it: after a pause, the past isn't told a second time."""

    async def _recall(self, publisher: Publisher) -> None:
        self.whole = False
        inbox = publisher.messages()
        await publisher.subscribe(self._messages.cursor, qos=1)
        kept = await _kept(inbox, self._messages.cursor, self.settle_s)
        service = self._messages.service
        held = self._home.holding(service)
        if kept is None or held is None:
            await super()._recall(publisher)
        elif kept.get("grant") == held[1].user and type(kept.get("seq")) is int:
            # whoever may write there may have written anything
            seq = min(max(0, kept["seq"] - MARGIN), SEQ_MOST)
            await asyncio.to_thread(self._book.again_after, service, seq)

    async def _sent(
        self, publisher: Publisher, login: Pass, sent: Sequence[Owed]
    ) -> None:
        if sent:
            word = {"grant": login.user, "seq": max(one.seq for one in sent)}
            held = self._home.holding(self._messages.service)
            if held is not None and held[1] == login:
                topic = self._messages.cursor
                await publisher.publish(topic, orjson.dumps(word), qos=1, retain=True)
            await self.sleep(len(sent) / self.rate_s)

    async def _serve(
        self, publisher: Publisher, service: str, grant: Grant, login: Pass
    ) -> None:
        await self._send(publisher, service, login)
        while await self._find(service, grant, login):
            await self._send(publisher, service, login)
        await self._send(publisher, service, login)
        self.whole = not await in_turn(self._enter_past, service, grant, login)
        if not self.whole:
            self._news.set()  # and more of it after what came due meanwhile
            await self._send(publisher, service, login)

    def _until(self, pace: Pace, place: Place | None, at_ms: int) -> int:
        """Give up to when to look at once: a day, after weeks."""
        if place is None or at_ms - place.at_ms <= LONGEST_MS:
            return at_ms
        return pace.last_ms(place.at_ms + LONGEST_MS, self._home.zone)

    def _recent(
        self, service: str, login: Pass, past: Mapping[str, Past], at_ms: int
    ) -> Mapping[str, Past]:
        """Leave what is said anew of long before to who looks through the past."""
        recent_ms = at_ms - RECENT_MS
        old = [one.start_ms for one in past.values() if one.start_ms < recent_ms]
        place = self._book.place(service, _pace(login))
        if old and place is not None and min(old) < place.at_ms:
            self._book.move(service, _pace(login), replace(place, at_ms=min(old)))
        return {
            meter: replace(one, start_ms=max(one.start_ms, recent_ms))
            for meter, one in past.items()
            if one.end_ms > recent_ms
        }

    def _enter_past(self, service: str, grant: Grant, login: Pass) -> bool:
        """Enter one more day of the past; tell whether there was one."""
        asked, pace = self._asked(grant), _pace(login)
        since_ms = self._due.since_ms(asked)
        place = self._book.place(service, pace)
        if place is None:  # another grant may show more
            tail = self._journal.tail
            place = Place(since_ms, tail, tail)
        if place.at_ms >= asked.now_ms:
            return False
        start_ms = max(place.at_ms, since_ms)
        end_ms = self._due.day_after(start_ms)
        rows = self._due.past(asked, (start_ms, end_ms))
        moved = replace(place, at_ms=end_ms)
        self._book.enter(service, pace, login.user, moved, rows)
        return True

    def _event_s(self, grant: Grant, row: Row, now_ms: int) -> int:
        del now_ms
        fluid = self._home.fluids[row.meter]
        asked = self._asked(grant)
        left_ms = self._due.event_left_ms(asked, row.meter, fluid, row.start_ms)
        return left_ms // 1000

    async def note_events(self) -> None:
        """Note what happened while nobody can be told: the journal forgets it."""
        service = self._messages.service
        held = self._home.holding(service)
        if held is not None:
            await in_turn(self._enter_events, service, *held)


def _pace(login: Pass) -> str:
    """Give the name under which it is noted how far the past was looked through."""
    return f"{PAST}:{login.user}"


async def _kept(
    inbox: AsyncIterator[Message], topic: str, within_s: float
) -> Mapping[str, Any] | None:
    """Give what the broker keeps on a topic; None for nothing that can be read."""
    try:
        async with asyncio.timeout(within_s):
            async for message in inbox:
                if message.topic == topic:
                    found = orjson.loads(message.payload)
                    return found if isinstance(found, dict) else None
    except (TimeoutError, ValueError):
        pass
    return None
