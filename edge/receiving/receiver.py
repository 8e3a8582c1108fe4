"""Takes readings that are sent to the home: in once they are committed.

A meter that nothing here reads has its gate fed by them, as by any source. Where a
source speaks, its gate stays its own: what is sent stands beside what it says, and
none of it can have the true source refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from edge.catalogue import Fluid
from edge.gate import Gate
from edge.host import Clock
from edge.journal.journal import Journal
from edge.receiving.judging import ORIGIN, Judged, Terms, judge
from edge.receiving.past import Tracks
from edge.receiving.sent import Answer, Sent
from edge.record import Lane
from edge.registers import CATALOGUE
from edge.sample import HostInstant, Quality, Reading, Sample
from edge.service.intake import Intake

NS_A_MS = 1_000_000


class Receiver:
    """One home's door for readings; `fluids` tells what flows through each meter."""

    def __init__(  # noqa: PLR0913 - each is a part of the home
        self,
        journal: Journal,
        tracks: Tracks,
        clock: Clock,
        gates: Mapping[str, Gate],
        intakes: Sequence[Intake],
        fluids: Mapping[str, Fluid],
    ) -> None:
        self._journal, self._tracks, self._clock = journal, tracks, clock
        self._gates, self._intakes, self._fluids = gates, intakes, fluids
        self._one = asyncio.Lock()

    async def take(self, meter: str, batch: Sequence[Sent]) -> Answer:
        """Judge a batch, and answer once what it brought is committed.

        Raises DiskFull, after which the same batch may be sent again: sent twice, it
        changes nothing. `meter` must be one of the home's.
        """
        async with self._one:
            await self._journal.commit()  # what it is weighed against is all there
            now = self._clock.now()
            terms = Terms(
                meter, self._fluids[meter], self._gates[meter].power, CATALOGUE, now
            )
            judged = await asyncio.to_thread(judge, batch, terms, self._tracks)
            self._let_in(meter, judged, now)
            await self._journal.commit()
            if judged.aside:
                await self._journal.quarantine(judged.aside)
        return judged.answer

    def _let_in(self, meter: str, judged: Judged, now: HostInstant) -> None:
        intake = self._mute(meter) if now.synchronised else None
        for at_ms in sorted(judged.fitting):
            values = judged.fitting[at_ms]
            if intake is None or not self._feed(meter, intake, at_ms, values, now):
                sample = Sample(meter, at_ms, values, Quality.RAW, ORIGIN)
                self._journal.add_sample(sample, Lane.HISTORY)

    def _mute(self, meter: str) -> Intake | None:
        """Give the intake of a meter that no source here speaks of; None: one does."""
        if self._fluids[meter] is Fluid.ELECTRICITY:
            return None  # whose indexes are confirmed by further frames
        for intake in self._intakes:
            if meter in intake.source.meters:
                return None if getattr(intake.source, "speaks", True) else intake
        return None

    def _feed(
        self,
        meter: str,
        intake: Intake,
        at_ms: int,
        values: Mapping[str, int],
        now: HostInstant,
    ) -> bool:
        """Have the gate take a reading at its instant; False: it is of the past."""
        gate = self._gates[meter]
        last = gate.clock.last_ms
        if (last is not None and at_ms <= last) or at_ms > now.wall_ms:
            return False
        ago_ns = (now.wall_ms - at_ms) * NS_A_MS
        seen = HostInstant(
            at_ms,
            now.monotonic_ns // NS_A_MS * NS_A_MS - ago_ns,
            now.synchronised,
            now.boot_id,
        )
        verdict = gate.judge(Reading(meter, values, seen, origin=ORIGIN))
        if verdict.sample is None or verdict.held:
            return False
        intake.keep((verdict,))
        taken = verdict.sample.values
        return all(taken.get(name) == value for name, value in values.items())
