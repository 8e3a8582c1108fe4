"""Discovery: Home Assistant learns which meters there are, and unlearns what went."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from edge.broker.publisher import Publisher
from edge.bus import Bus
from edge.errors import SubscribeRefused
from edge.health import PartHealth
from edge.outputs.counts import Counts
from edge.outputs.homeassistant import (
    Announcing,
    Document,
    components,
    leaving,
    places,
)
from edge.outputs.kept import Kept
from edge.outputs.live import LiveOutput
from edge.outputs.standing import Standing
from edge.registers import CATALOGUE
from edge.sample import Sample

NAME = "homeassistant"
LOOK_S = 1.0
"""What appears within so long is announced in one."""
SILENT_LOOKS = 60
"""A register that was announced and isn't said for so long is not known any more."""
BORN_S = (1.0, 5.0)
"""How long to leave Home Assistant alone once it has started."""
ONLINE = b"online"

Sleep = Callable[[float], Awaitable[None]]


class DiscoveryOutput:
    """Announces each meter by the registers that it really says, and grows with them.

    Nothing is announced before a meter's first sample, or what files say of it. What
    the broker keeps of ours is read back first: an older announcement's registers stay
    in the new one, and what is no longer true is taken away. Turned off, it only takes
    away.

    It is also here that another count begins (`counts`): indexes are held back until
    the old device is gone and the new one is announced.
    """

    def __init__(  # noqa: PLR0913 - what it looks at, what it says
        self,
        bus: Bus,
        announcing: Announcing,
        kept: Kept,
        counts: Counts,
        live: LiveOutput,
        *,
        kinds: Mapping[str, str],
        standing: Standing,
        on: bool = True,
        look_s: float = LOOK_S,
        born_s: tuple[float, float] = BORN_S,
    ) -> None:
        self._bus, self._announcing, self._kept = bus, announcing, kept
        self._counts, self._live, self._kinds = counts, live, kinds
        self._standing = standing
        self._on, self._look_s, self._born_s = on, look_s, born_s
        self._known: dict[str, Document] = {}
        self._names: dict[str, set[str]] = {}
        self._said: dict[str, tuple[int, frozenset[str], int]] = {}
        self._silent: Counter[tuple[str, str]] = Counter()
        self._counters: Counter[str] = Counter()

    async def run(self, publisher: Publisher) -> None:
        """Announce while the connection lasts."""
        self._silent.clear()
        self._said.clear()  # the broker may have forgotten it, and who listens too
        self._standing.begin()
        await self._read_back(publisher)
        born = asyncio.Event()
        listening = asyncio.create_task(self._listen(publisher, born))
        try:
            while True:
                await self._look(publisher)
                if born.is_set():
                    born.clear()
                    await self._say_again(publisher)
                if listening.done():
                    listening.result()
                await asyncio.sleep(self._look_s)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _read_back(self, publisher: Publisher) -> None:
        """Learn what the broker keeps of ours; take away what is of no meter."""
        told = self._announcing
        found = await self._kept.read(publisher, [told.every]) or {}
        documents = {topic: _document(payload) for topic, payload in found.items()}
        self._known = {
            topic: document
            for topic, document in documents.items()
            if document is not None and told.ours(document)
        }
        for meter in self._kinds:
            await self._counts.begin(meter)
            names = components(self._known.get(self._topic(meter)))
            self._names.setdefault(meter, set()).update(names & set(CATALOGUE))
        await self._clear(publisher)

    def _topic(self, meter: str) -> str:
        number = self._counts.number(meter) or 0
        return self._announcing.topic(self._announcing.device(meter, number))

    async def _clear(self, publisher: Publisher) -> None:
        """Take away all of ours that stands for no meter of now."""
        current = {self._topic(meter) for meter in self._kinds} if self._on else set()
        for topic in self._known.keys() - current:
            for place in places(self._known[topic]):
                if self._announcing.topics.meter(place) not in (None, *self._kinds):
                    await publisher.publish(place, b"", qos=1, retain=True)
            await self._remove(publisher, topic)

    async def _remove(self, publisher: Publisher, topic: str) -> None:
        await publisher.publish(topic, b"", qos=1, retain=True)
        del self._known[topic]
        self._counters["removed"] += 1

    async def _look(self, publisher: Publisher) -> None:
        """Announce what is new: another count, another register, another pace."""
        silent = await self._standing.look(publisher)
        for meter in self._kinds:
            live = self._bus.latest.get(meter)
            sample = live or self._standing.of(meter)
            if sample is None:
                continue
            if not self._counts.settled(meter):
                await self._change(publisher, meter)
            known = {name for name, value in sample.values.items() if value is not None}
            known |= self._live.names(meter)  # what is sent comes a register at a time
            self._names[meter] |= known & CATALOGUE.keys()
            if self._on:
                await self._announce(publisher, meter)
                if live is not None:
                    await self._forget(publisher, live)
        for sample in silent:
            self._live.stand(publisher, sample)

    async def _forget(self, publisher: Publisher, sample: Sample) -> None:
        """Take away what stands retained of registers that the meter says no more.

        A value that it stops to send while we run is unknown, and live takes it away;
        one that it stopped to send before we were started is missed by nobody else.
        """
        for name in self._names[sample.meter] - sample.values.keys():
            self._silent[sample.meter, name] += 1
            late = self._silent[sample.meter, name] == SILENT_LOOKS
            if late and not CATALOGUE[name].monotonic:
                topic = self._announcing.topics.bare(sample.meter, name)
                await publisher.publish(topic, b"", qos=1, retain=True)

    async def _change(self, publisher: Publisher, meter: str) -> None:
        """Follow a change of what a meter counts; another count is another device."""
        number, offsets = await self._counts.change(meter)
        if number != self._counts.number(meter):
            self._names[meter] = set()
            self._live.unlearn(meter)
            topic = self._topic(meter)
            if topic in self._known:
                await self._remove(publisher, topic)
                # it takes the old device's sensors away before the indexes fall
                await asyncio.sleep(self._look_s)
        self._counts.settle(meter, number, offsets)

    async def _announce(self, publisher: Publisher, meter: str) -> None:
        said = (
            self._counts.number(meter) or 0,
            frozenset(self._names[meter]),
            self._live.pace(meter),
        )
        if said == self._said.get(meter):
            return
        topic = self._topic(meter)
        document = self._announcing.document(meter, self._kinds[meter], *said)
        before = self._known.get(topic)
        without = None if before is None else leaving(before, document)
        for each in (without, document):
            if each is not None:
                await self._publish(publisher, topic, each)
        self._known[topic] = document
        self._said[meter] = said

    async def _publish(
        self, publisher: Publisher, topic: str, document: Document
    ) -> None:
        await publisher.publish(topic, orjson.dumps(document), qos=1, retain=True)
        self._counters["announced"] += 1

    async def _listen(self, publisher: Publisher, born: asyncio.Event) -> None:
        """Hear Home Assistant start; a retained word of it is one from before."""
        messages = publisher.messages()
        try:
            await publisher.subscribe(self._announcing.birth)
        except SubscribeRefused:
            return  # it then reads what the broker keeps, as at any start
        async for message in messages:
            if (message.topic, message.payload) != (self._announcing.birth, ONLINE):
                continue
            if not message.retain:
                await asyncio.sleep(random.uniform(*self._born_s))  # noqa: S311 - not secret
                born.set()

    async def _say_again(self, publisher: Publisher) -> None:
        for topic, document in self._known.items():
            await self._publish(publisher, topic, document)
        self._live.again()

    def health(self) -> PartHealth:
        """Say what was announced and taken away."""
        names = ("announced", "removed")
        return PartHealth(
            name=NAME, ok=True, counters={name: self._counters[name] for name in names}
        )


def _document(payload: bytes) -> Any:
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
