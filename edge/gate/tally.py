"""Refusals in runs: a stuck fault is one row that counts, not thousands of rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from edge.gate.verdict import Reason, Refused, Trouble
from edge.sample import Reading


class Tally:
    """Counts what one meter's gate refuses, and says when a run is worth reporting."""

    def __init__(self, meter: str) -> None:
        self._meter = meter
        self._runs: dict[tuple[str, Reason], Refused] = {}
        self.refused: Counter[Reason] = Counter()

    def add(
        self,
        trouble: Trouble,
        at_ms: int,
        reading: Reading,
    ) -> Refused | None:
        """Count one refusal; give the run so far at its 1st, 2nd, 4th, 8th… one."""
        register, value, reason, accepted = trouble
        self.refused[reason] += 1
        run = self._runs.get((register, reason))
        if run is None:
            run = Refused(
                register,
                value,
                reason,
                at_ms,
                meter=self._meter,
                first_ms=at_ms,
                accepted=accepted,
                device=reading.device,
                origin=reading.origin,
            )
        else:
            run = replace(run, value=value, at_ms=at_ms, count=run.count + 1)
        self._runs[register, reason] = run
        return run if run.count & (run.count - 1) == 0 else None

    def accepted(self, registers: frozenset[str]) -> None:
        """End the runs of these registers: their values are let in again."""
        for key in [key for key in self._runs if key[0] in registers]:
            del self._runs[key]

    @property
    def running(self) -> bool:
        """Tell whether any register is in a run of refusals."""
        return bool(self._runs)
