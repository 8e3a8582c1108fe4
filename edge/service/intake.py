"""A source's way in: reading → gate → live bus and journal. Never waits for a disk."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from edge.bus import Bus
from edge.event import Event
from edge.gate import Gate, Refused, Verdict
from edge.journal.held import When
from edge.record import Body
from edge.rollup.rolling import HOLD_MS
from edge.sample import DEMO, Gap, HostInstant, Reading, Sample
from edge.sources.protocol import Source, batches

log = logging.getLogger(__name__)

BREATH = 64
"""At full speed the loop serves the others once in this many readings."""


class Keeper(Protocol):
    """What an intake needs of the journal: nothing here waits but `room`."""

    def add_sample(self, sample: Sample) -> None:
        """Take a sample."""
        ...

    def hold(self, sample: Sample, seen: HostInstant) -> None:
        """Take a sample that can't be dated yet."""
        ...

    def add(self, body: Body, *, now: bool = False) -> None:
        """Take another body; `now` has it committed at once."""
        ...

    def refuse(self, refused: Refused) -> None:
        """Keep what the gate refused, for the owner to accept or dismiss."""
        ...

    def fitted(self, meter: str, device: str, at_ms: int) -> None:
        """Note which physical meter speaks."""
        ...

    def release(self, meter: str, when: When) -> None:
        """Append what was held and can be dated now."""
        ...

    async def room(self) -> None:
        """Wait until there is room for more: a full-speed replay's back-pressure."""
        ...


def mark(reading: Reading) -> None:
    """Have a reading, and what it says of periods, be of a demonstration for ever."""
    reading.origin = DEMO
    if reading.slices:
        reading.slices = tuple(replace(one, origin=DEMO) for one in reading.slices)


class Intake:
    """Takes one source's readings in; `patient`: a replay waits for the journal.

    `demo`: what it brings is invented, and marked so.
    """

    def __init__(  # noqa: PLR0913 - a source, what it goes to, how to take it
        self,
        source: Source,
        gates: Mapping[str, Gate],
        keeper: Keeper,
        bus: Bus,
        *,
        patient: bool = False,
        demo: bool = False,
    ) -> None:
        self.source = source
        self._demo = demo
        self._gates = gates
        self._keeper = keeper
        self._bus = bus
        self._patient = patient
        self._holding: set[str] = set()
        self._devices: dict[str, str | None] = {}
        self._last_ms: dict[str, int] = {}
        self._why = dict.fromkeys(gates, "stopped")
        self.gaps: Counter[str] = Counter()
        self.passed_over = 0
        self._known_ms: dict[str, int] = {}
        self._hold_ms = int(getattr(source, "hold_ms", HOLD_MS))
        # pulses that fell while nothing ran are lost, however short that was
        self._counts_here = bool(getattr(source, "counts_here", False))

    def restore(self, meter: str, last_ms: int) -> None:
        """Go on after the last sample of the journal: what lies between is a gap."""
        self._last_ms[meter] = self._known_ms[meter] = last_ms

    def _played_before(self, reading: Reading) -> bool:
        """Tell whether a replay brings what the journal has, or something older."""
        clock = reading.meter_clock
        at_ms = reading.seen.wall_ms if clock is None else clock.at_ms
        return at_ms <= self._known_ms.get(reading.meter, at_ms - 1)

    async def run(self) -> None:
        """Take readings in until the source ends, which a meter's never does."""
        taken = 0
        async for readings in batches(self.source):
            if self._patient:
                news = [one for one in readings if not self._played_before(one)]
                self.passed_over += len(readings) - len(news)
                self.take_all(news)
            else:
                self.take_all(readings)
            before, taken = taken, taken + len(readings)
            if self._patient and taken // BREATH > before // BREATH:
                await self._keeper.room()
                await asyncio.sleep(0)
        if self.passed_over:
            log.warning("%d frames are no news to the journal", self.passed_over)

    def take(self, reading: Reading) -> None:
        """Judge one reading; publish and keep what the gate lets in."""
        self.take_all((reading,))

    def take_all(self, readings: Sequence[Reading]) -> None:
        """Take readings in the order of their arrival.

        All are judged, then all kept: a quarter faster than one after the other.
        """
        judged: list[Verdict] = []
        try:
            for reading in readings:
                if self._demo:
                    mark(reading)
                meter = reading.meter
                gate = self._gates[meter]
                verdict = gate.judge(reading)
                judged.append(verdict)
                if verdict.sample and gate.device != self._devices.get(meter):
                    self._devices[meter] = gate.device
                    kept, judged = judged, []
                    self.keep(kept)
                    if gate.device is not None:
                        self._keeper.fitted(meter, gate.device, verdict.sample.at_ms)
        finally:
            self.keep(judged)

    def keep(self, judged: Sequence[Verdict]) -> None:
        """Publish and keep what the gate let in."""
        for verdict in judged:
            self._keep_one(verdict)

    def _keep_one(self, verdict: Verdict) -> None:
        keeper = self._keeper
        for baseline in verdict.baselines:
            # Before the sample, whose indexes are in the new counts.
            keeper.add(baseline)
        sample = verdict.sample
        if sample is not None:
            meter = sample.meter
            self._bus.publish(sample)
            if verdict.held:
                self._holding.add(meter)
                keeper.hold(sample, verdict.seen)
            else:
                self._gap(sample)
                keeper.add_sample(sample)
                if meter in self._holding:
                    self._holding.discard(meter)
                    keeper.release(meter, self._gates[meter].dated)
        if verdict.slices:
            keeper.add(verdict.slices)
        for refused in verdict.refused:
            if refused.durable:
                keeper.refuse(refused)
        for event in verdict.events:
            self.tell(event)

    def _gap(self, sample: Sample) -> None:
        """Record the silence before a sample, if it was longer than a word holds."""
        meter, at_ms = sample.meter, sample.at_ms
        last_ms = self._last_ms.get(meter)
        self._last_ms[meter] = at_ms
        why = self._why[meter]
        hold_ms = 0 if self._counts_here and why == "stopped" else self._hold_ms
        if last_ms is not None and at_ms - last_ms > hold_ms:
            self._keeper.add(Gap(meter, last_ms, at_ms, why))
            self.gaps[meter] += 1
        self._why[meter] = "silence"

    def tell(self, event: Event) -> None:
        """Publish an event and commit it at once."""
        self._bus.publish(event)
        self._keeper.add(event, now=True)
