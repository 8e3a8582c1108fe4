"""Where the indexes stand of meters that are silent now: rare radios, files alone.

A Linky speaks within seconds. What speaks once a day, or is known by files only, would
be on no topic of a broker that is new, or that forgot, until its next word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from edge.broker.publisher import Publisher
from edge.bus import Bus
from edge.outputs.kept import Kept
from edge.outputs.topics import Topics
from edge.registers import CATALOGUE
from edge.sample import Sample
from edge.turn import in_turn

GRACE_S = 15.0
"""A meter that speaks by itself has done so by then."""


class Stands(NamedTuple):
    """A meter's last committed word; `told`: by files and portals, never by itself."""

    sample: Sample | None
    told: bool


class Standing:
    """Gives the indexes that stand of meters that haven't spoken since the start.

    `read` gives what is committed of a meter, and may block.
    """

    def __init__(  # noqa: PLR0913 - where it looks, and when
        self,
        bus: Bus,
        topics: Topics,
        kept: Kept,
        meters: Collection[str],
        read: Callable[[str], Stands],
        *,
        grace_s: float = GRACE_S,
    ) -> None:
        self._bus, self._topics, self._kept = bus, topics, kept
        self._meters, self._read, self._grace_s = frozenset(meters), read, grace_s
        self._stale: set[str] = set()
        self._samples: dict[str, Sample] = {}
        self._due_s = 0.0

    def begin(self) -> None:
        """Look at all of them anew: the connection is new."""
        self._stale = set(self._meters)
        self._due_s = asyncio.get_running_loop().time() + self._grace_s

    def again(self, meters: Iterable[str]) -> None:
        """Look at some anew: something came to their past."""
        self._stale.update(self._meters.intersection(meters))

    def of(self, meter: str) -> Sample | None:
        """Give what stands of a meter that is silent: its indexes, and no more."""
        return self._samples.get(meter)

    async def look(self, publisher: Publisher) -> list[Sample]:
        """Give what isn't shown yet of what stands."""
        if not self._stale or asyncio.get_running_loop().time() < self._due_s:
            return []
        silent = sorted(self._stale - self._bus.latest.keys())
        self._stale.clear()
        found: list[Sample] = []
        for meter in silent:
            stands = await in_turn(self._read, meter)
            sample = _indexes(stands.sample)
            if sample is None or meter in self._bus.latest:
                self._samples.pop(meter, None)
                continue
            self._samples[meter] = sample
            news = sample if stands.told else await self._news(publisher, sample)
            found += [] if news is None else [news]
        return found

    async def _news(self, publisher: Publisher, sample: Sample) -> Sample | None:
        """Give what is above what the broker has: live values run ahead of commits."""
        topics = {self._topics.bare(sample.meter, name): name for name in sample.values}
        found = await self._kept.read(publisher, topics)
        if found is None:
            return None
        least = {topics[at]: _whole(said) for at, said in found.items() if at in topics}
        above = {
            name: value
            for name, value in sample.values.items()
            if isinstance(value, int) and value > least.get(name, -1)
        }
        return Sample(sample.meter, sample.at_ms, above, sample.quality, sample.origin)


def _indexes(sample: Sample | None) -> Sample | None:
    if sample is None:
        return None
    values = {
        name: value
        for name, value in sample.values.items()
        if value is not None and name in CATALOGUE and CATALOGUE[name].monotonic
    }
    if not values:
        return None
    return Sample(sample.meter, sample.at_ms, values, sample.quality, sample.origin)


def _whole(payload: bytes) -> int:
    return int(payload) if payload.isdigit() else -1
