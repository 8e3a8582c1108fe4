"""One meter's rolling: what it said since its open half-hour, and what is dirty."""

from __future__ import annotations

from dataclasses import dataclass

from edge.interval import Interval, Step
from edge.record import Baseline, Correction
from edge.roller.dirty import Dirty, look_around
from edge.roller.halves import (
    Halves,
    first_anchor,
    first_loss,
    last_anchor,
)
from edge.roller.history import History
from edge.roller.publish import publish
from edge.roller.rows import Rows
from edge.roller.state import MeterState, RegisterState
from edge.roller.wholes import roll_wholes, steps_opened
from edge.rollup.part import Part, Slot, part_of
from edge.rollup.track import Track, join


@dataclass(frozen=True, slots=True)
class Settled:
    """What one round gives: rows closed for the first time, and rows revised."""

    closed: tuple[Interval, ...] = ()
    revised: tuple[Interval, ...] = ()


class MeterRoller:
    """Rolls one meter; `state` is all that it must remember across a restart."""

    def __init__(self, halves: Halves, state: MeterState, history: History) -> None:
        self.halves, self.state = halves, state
        self._history = history
        self._rows = Rows(halves.meter, history)
        self._dirty: list[Dirty] = []
        self._waiting: list[Track] = []
        if state.closed_ms is not None and state.heard_ms is not None:
            since, until = state.closed_ms, state.heard_ms + 1
            self._waiting = [history.track(halves.meter, since, until)]

    @property
    def due(self) -> bool:
        """Tell whether a half-hour has closed or something is dirty."""
        heard, closed = self.state.heard_ms, self.state.closed_ms
        if heard is None:
            return False
        return bool(self._dirty) or closed is None or self.halves.floor(heard) > closed

    def take(self, track: Track) -> None:
        """Take what the meter said, late or not."""
        state = self.state
        first, last = int(track.instants[0]), int(track.instants[-1])
        if state.heard_ms is not None and first <= state.heard_ms:
            late = min(last, state.heard_ms)
            self._dirty.append(Dirty(first, late, frozenset(track.columns)))
        if state.closed_ms is not None:
            track = track.clip(state.closed_ms, last + 1)
        self._waiting.append(track)
        state.heard_ms = max(last, state.heard_ms or last)

    def rebase(self, baseline: Baseline) -> None:
        """Take a baseline: what is counted around its instant changes."""
        if baseline not in self.halves.baselines:
            self.halves.baselines.append(baseline)
        at_ms, heard = baseline.at_ms, self.state.heard_ms
        if heard is not None and at_ms <= heard:
            self._dirty.append(Dirty(at_ms, at_ms, frozenset(baseline.offsets)))

    def correct(self, word: Correction) -> None:
        """Take the owner's word on a stretch of time."""
        if word not in self.halves.corrections:
            self.halves.corrections.append(word)
        if self.state.heard_ms is None:  # a meter that never spoke: the owner did
            self.state.heard_ms = self.state.closed_ms = self.halves.floor(word.end_ms)
        names = frozenset((word.register,))
        self._dirty.append(Dirty(word.start_ms, word.end_ms - 1, names, word))

    def settle(self) -> Settled:
        """Roll what has closed and what is dirty; the state moves with it."""
        state, before = self.state, self.state.closed_ms
        if state.heard_ms is None:
            return Settled()
        recent = (
            join(self._waiting) if self._waiting else Track.empty(self.halves.meter)
        )
        now = max(self.halves.floor(state.heard_ms), before or 0)
        changed: dict[str, list[Interval]] = {}
        if before is None or now > before:
            names = [*recent.columns, *(state.registers.keys() - recent.columns.keys())]
            for name in self.halves.numeric(names):
                changed[name] = self._close(name, recent, before, now)
            self._remember(recent, now)
        state.closed_ms = now
        self._dirty += self._words(before or 0, now)
        for dirty in self._dirty:
            for name, rows in self._mend(dirty, before).items():
                changed.setdefault(name, []).extend(rows)
        self._dirty.clear()
        calendar = self.halves.calendar
        wholes = roll_wholes(changed, self._rows, calendar, state, before)
        for name, rows in changed.items():  # after: the last row's wholes close above
            self._mark(name, rows)
        self._rows.settle(now, steps_opened(calendar, now))
        self._waiting = [recent.clip(now, state.heard_ms + 1)]
        return _settled([*(r for rows in changed.values() for r in rows), *wholes])

    def _close(
        self, name: str, recent: Track, since: int | None, now: int
    ) -> list[Interval]:
        """Roll a register's half-hours that have closed since the last round."""
        known, first = self.state.registers.get(name), first_anchor(recent, name)
        last, hold = known.last if known is not None else None, self.halves.hold_ms
        if first is None and (last is None or (since or 0) - last.at_ms >= hold):
            return []
        start = since
        if last is None and first is not None:
            start = self.halves.floor(first.at_ms)
        elif last is not None and first is not None and first.at_ms - last.at_ms > hold:
            self._returned(name, first.at_ms, last.at_ms, since or 0)
        if start is None:  # no round before, and yet a state: nothing says from when
            start = now
        if start >= now:
            return []
        edges = self.halves.edges(start, now)
        parts = self.halves.roll(recent, name, edges, self.state.heard_ms or 0, last)
        return self._publish(parts, since)

    def _words(self, since: int, now: int) -> list[Dirty]:
        """Give what the owner said beforehand of half-hours that have just closed.

        The register may be silent there: nothing but the owner's word makes its rows.
        """
        return [
            Dirty(
                max(word.start_ms, since),
                min(word.end_ms, now) - 1,
                frozenset((word.register,)),
                word,
            )
            for word in self.halves.corrections
            if word.start_ms < now and since < word.end_ms and since < now
        ]

    def _returned(self, name: str, at_ms: int, last_ms: int, since: int) -> None:
        """Mark the closed half-hours over which an index that is back was silent."""
        if self.halves.index(name) and self.halves.floor(last_ms) < since:
            self._dirty.append(Dirty(at_ms, at_ms, frozenset((name,))))

    def _publish(
        self, parts: list[tuple[Slot, Part]], since: int | None
    ) -> list[Interval]:
        rows = []
        for slot, base in parts:
            part = self.halves.correct(slot, base)
            settled = since is None or slot.end_ms <= since
            if part.silent and not self._stands(slot, settled):
                continue
            row = publish(slot, part, self._rows, settled)
            if row is not None:
                rows.append(row)
        return rows

    def _stands(self, slot: Slot, settled: bool) -> bool:  # noqa: FBT001 - as publish
        """Tell whether a row is there for a part that says nothing any more."""
        start, end = slot.start_ms, slot.end_ms
        if not settled:
            return False
        return bool(self._rows.between(slot.register, slot.step, start, end))

    def _remember(self, recent: Track, now: int) -> None:
        """Keep each register's anchors as of the end of the last closed half-hour."""
        closed = recent.clip(0, now)
        for name in self.halves.numeric(list(closed.columns)):
            known = self.state.registers.get(name)
            if (last := last_anchor(closed, name)) is not None:
                if known is None:
                    known = self.state.registers[name] = RegisterState()
                known.last = last
                known.first = known.first or first_anchor(closed, name)
            elif known is not None and known.last and known.last.lost_ms is None:
                known.last = known.last._replace(lost_ms=first_loss(closed, name))

    def _mend(self, dirty: Dirty, since: int | None) -> dict[str, list[Interval]]:
        """Roll again what is dirty and closed."""
        closed = self.state.closed_ms or 0
        window = look_around(self._history, self.halves, self.state, dirty)
        changed = {}
        for name, (start, end) in window.spans.items():
            if start < min(end, closed):
                edges = self.halves.edges(start, min(end, closed))
                heard = self.state.heard_ms or 0
                parts = self.halves.roll(window.track, name, edges, heard)
                parts = self._spare(parts, dirty.correction)
                changed[name] = self._publish(parts, since)
            self._reanchor(name, window.track.clip(0, closed))
        return changed

    def _spare(
        self, parts: list[tuple[Slot, Part]], word: Correction | None
    ) -> list[tuple[Slot, Part]]:
        """Leave rows whose readings were pruned; only the owner's word changes them."""
        pruned = self._history.pruned_ms(self.halves.meter)
        spared = []
        for slot, part in parts:
            standing = None
            if slot.start_ms < pruned:
                start, end = slot.start_ms, slot.end_ms
                rows = self._rows.between(slot.register, Step.MIN30, start, end)
                standing = rows.get(start)
            if standing is None:
                spared.append((slot, part))
            elif word is not None and word.start_ms < end and start < word.end_ms:
                spared.append((slot, part_of(standing)))
        return spared

    def _reanchor(self, name: str, closed: Track) -> None:
        """Move a register's anchors to what was said late."""
        known = self.state.registers.setdefault(name, RegisterState())
        first, last = first_anchor(closed, name), last_anchor(closed, name)
        if last and (known.last is None or last.at_ms >= known.last.at_ms):
            known.last = last
        if first and (known.first is None or first.at_ms < known.first.at_ms):
            known.first = first

    def _mark(self, name: str, rows: list[Interval]) -> None:
        """Remember a register's last half-hour: its wholes are to be closed one day."""
        known = self.state.registers.get(name)
        if known is not None and rows:
            known.row_ms = max(known.row_ms or 0, *(row.start_ms for row in rows))


def _settled(rows: list[Interval]) -> Settled:
    newest = {(row.register, row.step, row.start_ms): row for row in rows}
    order = sorted(newest.values(), key=lambda row: (row.end_ms, row.register))
    return Settled(
        tuple(row for row in order if row.revision == 1),
        tuple(row for row in order if row.revision > 1),
    )
