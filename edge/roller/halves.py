"""Half-hours out of a track: the only rows that are made of readings themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from edge.calendar import Calendar, Instants
from edge.catalogue import Kind, Register
from edge.corrections import corrected
from edge.interval import Step
from edge.record import Baseline, Correction
from edge.rollup.part import Part, Slot
from edge.rollup.rolling import (
    HOLD_MS,
    Anchor,
    Context,
    Offsets,
    roll_index,
    roll_instant,
)
from edge.rollup.track import NO_INSTANTS, State, Track


@dataclass(slots=True)
class Halves:
    """How one meter's half-hours are cut; baselines and corrections in record order."""

    meter: str
    registers: Mapping[str, Register]
    calendar: Calendar
    hold_ms: int = HOLD_MS
    baselines: list[Baseline] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    _span: tuple[int, int] = field(default=(0, 0), init=False)
    _edges: Instants = field(default_factory=lambda: NO_INSTANTS, init=False)

    def index(self, register: str) -> bool:
        """Tell whether a register is an index."""
        return self.registers[register].kind is Kind.INDEX

    def numeric(self, names: Sequence[str]) -> list[str]:
        """Keep the registers that are rolled: indexes and instants."""
        return [n for n in names if n in self.registers and self.registers[n].numeric]

    def edges(self, start_ms: int, end_ms: int) -> Instants:
        """Give the edges of the half-hours that meet [start, end); read-only.

        A round asks the same for each of its registers.
        """
        if self._span != (start_ms, end_ms) or not len(self._edges):
            self._edges = self.calendar.boundaries(Step.MIN30, start_ms, end_ms)
            self._edges.flags.writeable = False
            self._span = (start_ms, end_ms)
        return self._edges

    def floor(self, at_ms: int) -> int:
        """Give the start of the half-hour that holds an instant."""
        return self.calendar.interval(Step.MIN30, at_ms)[0]

    def ceiling(self, at_ms: int) -> int:
        """Give the end of the half-hour that holds an instant."""
        return self.calendar.interval(Step.MIN30, at_ms)[1]

    def offsets(self, register: str) -> Offsets:
        """Give a register's offsets over time; of two of one instant the later word."""
        said = {
            baseline.at_ms: baseline.offsets[register]
            for baseline in self.baselines
            if register in baseline.offsets
        }
        since = tuple(sorted(said))
        return Offsets(since, tuple(said[at] for at in since))

    def roll(  # noqa: PLR0913 - a track, cut where, with which neighbours
        self,
        track: Track,
        register: str,
        edges: Instants,
        end_ms: int,
        before: Anchor | None = None,
        step: Step = Step.MIN30,
    ) -> list[tuple[Slot, Part]]:
        """Give the part between each two edges, corrections not applied yet."""
        context = Context(end_ms, self.hold_ms, before, offsets=self.offsets(register))
        roll = roll_index if self.index(register) else roll_instant
        parts = roll(track, register, edges, context).parts(track, register)
        starts, ends = edges[:-1].tolist(), edges[1:].tolist()
        return [
            (Slot(self.meter, register, step, start, end), part or Part())
            for start, end, part in zip(starts, ends, parts, strict=True)
        ]

    def correct(self, slot: Slot, part: Part) -> Part:
        """Apply the owner's corrections to a part."""
        mine = [c for c in self.corrections if c.register == slot.register]
        return corrected(
            part, slot.start_ms, slot.end_ms, mine, index=self.index(slot.register)
        )


def known_instants(track: Track, register: str) -> Instants:
    """Give every instant at which a track knows a register."""
    one = track.columns.get(register)
    if one is None:
        return NO_INSTANTS
    words = one.spread(track.instants)
    return np.asarray(words.at[words.state == State.KNOWN])


def last_anchor(track: Track, register: str) -> Anchor | None:
    """Give a register's last known value in a track, and when it was lost."""
    one = track.columns.get(register)
    if one is None:
        return None
    known = np.nonzero(one.state == State.KNOWN)[0]
    if not len(known):
        return None
    last = int(known[-1])
    value = int(one.values[last])
    if last + 1 == len(one.at):
        return Anchor(int(track.instants[-1]), value)
    lost = np.nonzero(one.state[last + 1 :] == State.UNKNOWN)[0]
    place = int(np.searchsorted(track.instants, one.at[last + 1])) - 1
    return Anchor(
        int(track.instants[place]),
        value,
        int(one.at[last + 1 + int(lost[0])]) if len(lost) else None,
    )


def first_anchor(track: Track, register: str) -> Anchor | None:
    """Give a register's first known value in a track."""
    one = track.columns.get(register)
    if one is None:
        return None
    known = np.nonzero(one.state == State.KNOWN)[0]
    if not len(known):
        return None
    return Anchor(int(one.at[known[0]]), int(one.values[known[0]]))


def first_loss(track: Track, register: str) -> int | None:
    """Give when a track first says that it knows a register no more."""
    one = track.columns.get(register)
    if one is None:
        return None
    lost = np.nonzero(one.state == State.UNKNOWN)[0]
    return int(one.at[lost[0]]) if len(lost) else None
