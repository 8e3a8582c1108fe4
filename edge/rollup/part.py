"""A part: what a register did over one stretch of time, exact, and how parts add up.

Everything is an integer, so that adding parts in any grouping gives the same whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge.interval import Interval, Step
from edge.sample import Quality

BLUR = {
    Quality.VALIDATED: 0,
    Quality.RAW: 1,
    Quality.ESTIMATED: 2,
    Quality.INTERPOLATED: 3,
    Quality.CORRECTED: 4,
}
"""Which quality a whole takes from its parts: the one that says most."""


def worst(qualities: Sequence[Quality]) -> Quality:
    """Give the quality of a whole: what is interpolated within it doesn't blur it.

    The amount between two known boundaries is known, however it went in between: so
    `interpolated` counts at the first part and at the last only.
    """
    inner = [q for q in qualities[1:-1] if q is not Quality.INTERPOLATED]
    ends = (qualities[0], qualities[-1])
    return max((*ends, *inner), key=BLUR.__getitem__)


@dataclass(frozen=True, slots=True)
class Part:
    """One register over a stretch of time.

    `value` is what an index counted. `weighted` is an instant's Σ value × ms over the
    known time. `known_ms` is how long it was known.
    """

    value: int | None = None
    known_ms: int = 0
    weighted: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    quality: Quality = Quality.RAW
    sources: str = ""

    @property
    def mean(self) -> float | None:
        """Give the mean over the known time."""
        if self.weighted is None or not self.known_ms:
            return None
        return self.weighted / self.known_ms

    @property
    def silent(self) -> bool:
        """Tell whether nothing was ever said of it; what was withdrawn isn't silent."""
        return self.value is None and not self.known_ms and not self.sources


def add(parts: Sequence[Part]) -> Part:
    """Add parts that follow each other in time; at least one."""
    values = [part.value for part in parts if part.value is not None]
    weighted = [part.weighted for part in parts if part.weighted is not None]
    lows = [part.minimum for part in parts if part.minimum is not None]
    highs = [part.maximum for part in parts if part.maximum is not None]
    return Part(
        value=sum(values) if values else None,
        known_ms=sum(part.known_ms for part in parts),
        weighted=sum(weighted) if weighted else None,
        minimum=min(lows) if lows else None,
        maximum=max(highs) if highs else None,
        quality=worst([part.quality for part in parts]),
        sources=sources_of(*(part.sources for part in parts)),
    )


def sources_of(*texts: str) -> str:
    """Name every origin once: `import+tic`."""
    if len(set(texts)) == 1:
        return texts[0]
    return "+".join(
        sorted({name for text in texts for name in text.split("+") if name})
    )


def part_of(row: Interval) -> Part:
    """Read back the part that an interval was written from, to the integer.

    Coverage and mean are correctly rounded quotients of integers well under 2⁵³ up to
    a month, so that rounding their products finds these integers again.
    """
    known_ms = round(row.coverage * (row.end_ms - row.start_ms))
    weighted = None if row.mean is None else round(row.mean * known_ms)
    index = row.mean is None and row.minimum is None
    return Part(
        row.value if index else None,
        known_ms,
        weighted,
        row.minimum,
        row.maximum,
        row.quality,
        row.sources,
    )


@dataclass(frozen=True, slots=True)
class Slot:
    """Which row it is: a register's interval of one step."""

    meter: str
    register: str
    step: Step
    start_ms: int
    end_ms: int

    def row(self, part: Part, revision: int) -> Interval:
        """Write a part as the row of this slot."""
        value = part.value
        if part.weighted is not None and part.known_ms:
            value = (2 * part.weighted + part.known_ms) // (2 * part.known_ms)
        return Interval(
            self.meter,
            self.register,
            self.step,
            self.start_ms,
            self.end_ms,
            value,
            part.minimum,
            part.mean,
            part.maximum,
            part.known_ms / (self.end_ms - self.start_ms),
            part.quality,
            part.sources,
            revision,
        )


def same(one: Interval, other: Interval) -> bool:
    """Tell whether two rows say the same, their revision apart."""
    return replace(one, revision=other.revision) == other
