"""When what was delivered: how far to go back for a broker that forgot."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from edge.record import Address, Lane

LONGEST = 256
"""Steps that are remembered; those of one moment count as one."""
TOGETHER_MS = 10_000

Cursors = Mapping[Lane, Address]


@dataclass(frozen=True, slots=True)
class Step:
    """Where the cursors stood just before something was delivered, and when."""

    at_ms: int
    cursors: Cursors


class Trail:
    """The steps of the last `period_s`; kept in the journal with the cursor itself.

    `owed`: what the journal held before us is still to be announced.
    """

    def __init__(self, period_s: float, state: bytes | None = None) -> None:
        self._period_ms = int(period_s * 1000)
        self._steps: deque[Step] = deque(maxlen=LONGEST)
        self.owed = False
        if state:
            self._remember(state)

    def _remember(self, state: bytes) -> None:
        # another version's is none: what is not known was delivered long ago
        with suppress(ValueError, TypeError, KeyError):
            document = orjson.loads(state)
            steps = [Step(int(at), read(cursors)) for at, cursors in document["steps"]]
            self._steps.extend(steps)
            self.owed = bool(document["owed"])

    def step(self, cursors: Cursors, now_ms: int) -> None:
        """Note that what lies behind these cursors is being delivered."""
        while len(self._steps) > 1 and not self._needed(self._steps[1], now_ms):
            self._steps.popleft()
        if not self._steps or now_ms - self._steps[-1].at_ms >= TOGETHER_MS:
            self._steps.append(Step(now_ms, dict(cursors)))

    def before(self, now_ms: int) -> Cursors:
        """Give the cursors behind which all of the last `period_s` was delivered."""
        for step in self._steps:
            if self._needed(step, now_ms):
                return step.cursors
        return {}

    def _needed(self, step: Step, now_ms: int) -> bool:
        # a clock that was set back makes a step of the future, which counts as recent
        return step.at_ms > now_ms - self._period_ms - TOGETHER_MS

    def state(self) -> bytes:
        """Give what a trail made anew must know."""
        steps = [[step.at_ms, written(step.cursors)] for step in self._steps]
        return orjson.dumps({"steps": steps, "owed": self.owed})


def written(cursors: Cursors) -> dict[str, list[int]]:
    """Give cursors as plain values."""
    return {lane.value: [at.epoch, at.seq] for lane, at in cursors.items()}


def read(document: Any) -> Cursors:
    """Read cursors again; raise ValueError on anything else."""
    try:
        return {
            Lane(lane): Address(int(epoch), int(seq))
            for lane, (epoch, seq) in document.items()
        }
    except (TypeError, AttributeError) as error:
        raise ValueError("cursors are an epoch and a number a lane") from error
