"""Where two homes' rows meet: hours to years of which each knew a part are summed anew.

A pack changes nothing that stands. But a day that the new home began in the middle of
is whole once its morning came with the pack, and so are its month and its year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edge.calendar import Calendar
from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.portability.gathered import MOST
from edge.roller.rows import CHILD
from edge.rollup.part import Slot, add, part_of
from edge.stores.protocol import OwnRows


@dataclass(slots=True)
class Seams:
    """Where half-hours that were taken begin and end, beside others that stood."""

    edges: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    met: set[tuple[str, str]] = field(default_factory=set)

    def note(
        self, of: tuple[str, str], taken: Sequence[Interval], *, met: bool
    ) -> None:
        """Note what was taken of a register; `met`: others stood in their place."""
        if met:
            self.met.add(of)
        if taken and taken[0].step is Step.MIN30:
            first, last = taken[0].start_ms, taken[-1].end_ms
            known = self.edges.get(of, (first, last))
            self.edges[of] = (min(known[0], first), max(known[1], last))

    def places(self) -> Iterator[tuple[tuple[str, str], int]]:
        """Give each register where they meet, and the instants."""
        for of in sorted(self.met & self.edges.keys()):
            for at_ms in self.edges[of]:
                yield of, at_ms


def summed(
    reads: OwnRows, calendar: Calendar, of: tuple[str, str], at_ms: int
) -> list[Interval]:
    """Give the rows around an instant that know more once they are summed anew."""
    found: dict[Step, Interval] = {}
    for step in INTERVAL_STEPS[1:]:
        start, end = calendar.interval(step, at_ms)
        standing = _closed(reads, of, step, (start, start + 1))
        if not standing:
            continue  # it is rolled when it closes, out of all that is here then
        child = CHILD[step]
        rows = {row.start_ms: row for row in _closed(reads, of, child, (start, end))}
        if child in found:
            rows[found[child].start_ms] = found[child]
        if not rows:
            continue
        whole = add([part_of(rows[at]) for at in sorted(rows)])
        row = Slot(*of, step, start, end).row(whole, standing[0].revision + 1)
        if row.coverage > standing[0].coverage:
            found[step] = row
    return list(found.values())


def _closed(
    reads: OwnRows, of: tuple[str, str], step: Step, span: tuple[int, int]
) -> list[Interval]:
    rows = reads.interval_columns(*of, step, *span, MOST).rows(*of, step)
    return [row for row in rows if row.revision]
