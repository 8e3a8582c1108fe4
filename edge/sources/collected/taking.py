"""What was handed over, judged, compared and committed as slices of the history.

As files are (edge/importing): read anew, the same changes nothing, a late day is new,
another value replaces. Meter and origin are the configuration's word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge.catalogue import Fluid
from edge.config.model import CollectorConfig
from edge.importing import bounds, mapping
from edge.importing.bodies import batches, received
from edge.importing.bounds import Judged, Series
from edge.importing.comparison import Compared, compare
from edge.importing.importer import spared
from edge.importing.meters import Place
from edge.importing.reading import Home
from edge.importing.refusal import ImportRefused
from edge.journal.erased import Erased
from edge.record import Address, Body, Lane
from edge.registers.electricity import FORETOLD
from edge.sample import Slice
from edge.sources.collected.handed import Handed, HandedRefused
from edge.stores.protocol import Said
from edge.turn import in_turn
from exports.said import Amount

ORIGIN = "collected:"
AHEAD_MS = 5 * bounds.DAY_MS
"""How far ahead signals for days to come may lie."""


class Appends(Protocol):
    """A journal, as far as taking needs it."""

    async def append(
        self, bodies: Sequence[Body], *, lane: Lane = Lane.PRESENT
    ) -> tuple[Address, ...]:
        """Append bodies, all or none."""
        ...

    def erased(self) -> list[Erased]:
        """Give what the owner had erased."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it, in slices; `refused` counts by reason."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes what the configured collectors of one home hand over; one at a time."""

    journal: Appends
    reads: Said
    home: Home
    collectors: Mapping[str, CollectorConfig]
    now_ms: Callable[[], int]
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, handed: Handed) -> Taken:
        """Take it in, committed once this returns; raise an EdgeError."""
        collector = self.known(handed.name)
        async with self._one:
            try:
                judged, compared = await in_turn(self._prepared, handed, collector)
            except ImportRefused as error:
                raise HandedRefused(error.reason, error.message) from error
            fresh = [*compared.new, *compared.changed]
            if fresh:
                at_ms = max(self.now_ms(), compared.newest_ms + 1)
                bodies = await in_turn(_bodies, fresh, at_ms)
                await self.journal.append(bodies, lane=Lane.HISTORY)
        reasons: dict[str, int] = {}
        for one in judged.refused:
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
        return Taken(
            len(compared.new), len(compared.changed), len(compared.unchanged), reasons
        )

    def known(self, name: str) -> CollectorConfig:
        """Give a collector of the configuration; raise HandedRefused."""
        if name not in self.collectors:
            raise HandedRefused(
                "unknown-collector", f"no collector is called {name!r} here"
            )
        return self.collectors[name]

    def _prepared(
        self, handed: Handed, collector: CollectorConfig
    ) -> tuple[Judged, Compared]:
        place = self._place(handed, collector)
        origin = f"{ORIGIN}{collector.kind}"

        def of(quantity: str) -> Series:
            register = mapping.register(place.fluid, quantity)
            if register is None:
                raise HandedRefused("unknown-quantity", f"no register for {quantity!r}")
            return bounds.series(
                place.meter, place.fluid, register, collector.kind, origin
            )

        flow, now_ms = self.home.flow(place.meter), self.now_ms()
        told: tuple[list[Amount], list[Amount]] = ([], [])
        for one in handed.amounts:
            told[one.quantity in FORETOLD].append(one)
        past = bounds.judge(told[0], of, now_ms, flow)
        ahead = bounds.judge(told[1], of, now_ms, flow, ahead_ms=AHEAD_MS)
        judged = Judged([*past.slices, *ahead.slices], [*past.refused, *ahead.refused])
        judged = Judged(*spared(judged, self.journal.erased()))
        return judged, compare(self.reads, judged.slices)

    def _place(self, handed: Handed, collector: CollectorConfig) -> Place:
        """Give the meter that it is of; raise ImportRefused or HandedRefused."""
        try:
            fluid = Fluid(handed.fluid)
        except ValueError as error:
            raise HandedRefused("wrong-fluid", "there is no such fluid") from error
        if collector.meter is not None:
            return self.home.places.named(collector.meter, fluid)
        return self.home.places.of(fluid, handed.number)


def _bodies(some: Sequence[Slice], at_ms: int) -> list[Body]:
    return batches(received(some, at_ms))
