"""The only door: what may enter, and why not. Pure decisions: no clock, no I/O.

Only what changed since the frame before is looked at: the decoder gives an unchanged
group as the same object, so that a quiet frame costs one pass of identity tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from edge.catalogue import Catalogue, Fluid
from edge.clock import TOLERANCE_MS, Dated, MeterClock
from edge.edges import WATCHED, Edges
from edge.event import Event, EventKind
from edge.gate.absences import Absences
from edge.gate.changes import changes as changes_of
from edge.gate.changes import same
from edge.gate.count import Moment
from edge.gate.counting import NOTHING, Counting, Notice
from edge.gate.indexes import HOLD_FRAMES
from edge.gate.power import Power
from edge.gate.rule import Rule
from edge.gate.steady import Steady
from edge.gate.tally import Tally
from edge.gate.verdict import Reason, Refused, Trouble, Verdict
from edge.record import Baseline
from edge.registers import CATALOGUE
from edge.sample import HostInstant, Quality, Reading, Sample, Value

TARIFF = frozenset({"tariff_period", "tariff_index", "tariff_option"})

# A named tuple's own constructor costs as much again as the tuple.
_make = tuple.__new__


def ahead(reading: Reading) -> bool:
    """Tell whether it speaks of an instant that a synchronised host hasn't reached.

    A Linky's clock that is ahead is no matter (edge.clock): it is sent as it is. Who
    sends another reading names its instant, and a false one would hide all later ones.
    """
    clock, seen = reading.meter_clock, reading.seen
    return (
        clock is not None
        and seen.synchronised
        and clock.at_ms - seen.wall_ms > TOLERANCE_MS
    )


class Gate:
    """One meter's gate: judges its readings in the order of their arrival."""

    def __init__(
        self,
        meter: str,
        catalogue: Catalogue = CATALOGUE,
        *,
        fluid: Fluid = Fluid.ELECTRICITY,
        qmax_l_h: int | None = None,
    ) -> None:
        self.meter = meter
        self._told = fluid is not Fluid.ELECTRICITY
        self.counters: Counter[str] = Counter()
        self.clock = MeterClock()
        self._catalogue = catalogue
        self._power = Power(fluid, qmax_l_h)
        self._tally = Tally(meter)
        self._steady = Steady()
        self._edges = Edges(meter)
        self._counting = Counting(meter, catalogue, self._power)
        self._rules = {name: Rule(register) for name, register in catalogue.items()}
        self._reading: Reading | None = None
        self._read: Mapping[str, Value] = {}
        self._out: Mapping[str, Value] = {}
        self._now = 0
        self._clean = HOLD_FRAMES  # clean until it shows that it isn't
        self._absences = Absences()
        self._tariff: dict[str, Value] = {}

    def restore(
        self,
        last: Sample | None,
        device: str | None = None,
        *,
        known: Mapping[str, tuple[int, int]] | None = None,
        offsets: Mapping[str, int] | None = None,
    ) -> None:
        """Go on, as strict as before, from the journal's last accepted sample.

        `known` gives (value, at_ms) of the indexes that the sample lacks, `offsets`
        the baseline in force; `device` is the number of the meter last confirmed.
        """
        self._counting.restore(last, device, known or {}, offsets or {})
        if last is None:
            return
        self.clock.restore(last.at_ms)
        for name, value in last.values.items():
            if value is not None and name in self._rules and self._rules[name].two:
                self._steady.standing[name] = value
        self._edges.restore(last.values)
        self._learn(last.values)

    @property
    def refused(self) -> Counter[Reason]:
        """Count the values refused so far, by reason."""
        return self._tally.refused

    @property
    def drift_ms(self) -> int | None:
        """Give the meter's clock less the host's; None while either is unknown."""
        return self.clock.drift_ms

    @property
    def device(self) -> str | None:
        """Give the number of the physical meter whose indexes are taken."""
        return self._counting.device

    @property
    def device_pending(self) -> bool:
        """Tell whether another meter seems fitted, and waits for the owner's word."""
        return self._counting.pending

    @property
    def power(self) -> Power:
        """Give what bounds this meter's counts: its contract, or its greatest flow."""
        return self._power

    @property
    def offsets(self) -> Mapping[str, int]:
        """Give what is to be added to each raw index, as of the last baseline."""
        return self._counting.offsets

    def confirm_device(self, at_ms: int) -> Baseline | None:
        """Take the other meter's indexes from now on; None: there is none to confirm.

        Journal the baseline before the next sample: it is in that meter's counts.
        """
        return self._counting.confirm(at_ms)

    def set_index(self, register: str, value: int, at_ms: int) -> Baseline:
        """Take the owner's word on where an index stands from `at_ms` on.

        Journal the baseline before the next sample: it is in that count.
        """
        return self._counting.set_index(register, value, at_ms, self._now)

    def flows(self, register: str, elapsed_ms: int) -> int:
        """Give the most that an index can count in this time."""
        power = self._catalogue[register].power
        return self._power.growth(power, elapsed_ms) - self._power.growth(power, 0)

    def dated(self, held: HostInstant) -> int | None:
        """Give the instant of what was held in this boot; None while it isn't known."""
        return self.clock.when(held)

    def judge(self, reading: Reading) -> Verdict:  # noqa: C901 - the hot loop, inline
        """Give what may enter of one reading, and what was refused, with the reason."""
        before, seen = self._reading, reading.seen
        if before is not None and same(reading, before):
            return self._drop(reading, "duplicate")
        if self._told and ahead(reading):
            return self._drop_ahead(reading)
        dated = self.clock.date(seen, reading.meter_clock)
        if dated.replayed:
            return self._drop(reading, "replayed")
        at_ms = seen.wall_ms if dated.at_ms is None else dated.at_ms
        earlier, steady, lacked = self._now, self._clean, self._absences.damaged
        self._reading, self._now, rules = reading, earlier + dated.step_ms, self._rules
        changes, indexes, trouble = self._look(reading)
        if not dated.next:
            # a frame was lost: what this one repeats isn't what that one said
            indexes = [n for n in reading.values if n in rules and rules[n].index]
        if not TARIFF.isdisjoint(changes):
            self._follow_tariff(changes)
        counted = NOTHING
        if not self._counting.quiet(reading, indexes):
            moment = Moment(self._now, earlier, steady, dated.next, lacked)
            counted = self._counting.judge(reading, indexes, self._read, moment)
            changes.update(counted.values)
            trouble += counted.refused
        refused = self._refuse(trouble, at_ms, reading) if trouble else ()
        gone = self._remember(reading.values, changes) if self._absences.since else []
        if not self._absences.since:
            self._read = reading.values
        if changes:
            self._take(changes)
        events: tuple[Event, ...] = ()
        more = gone or counted.notices or dated.detail is not None
        if more or not WATCHED.keys().isdisjoint(changes):
            events = self._events(changes, gone, counted.notices, dated, at_ms)
        held = dated.at_ms is None
        self.counters["held" if held else "accepted"] += 1
        baselines: tuple[Baseline, ...] = ()
        if counted.baselines:
            baselines = tuple(
                Baseline(self.meter, at_ms, reason, offsets, self.device)
                for reason, offsets in counted.baselines
            )
        sample = Sample(self.meter, at_ms, self._out, Quality.RAW, reading.origin)
        slices = reading.slices
        told = (sample, seen, held, refused, events, slices, baselines, None)
        return _make(Verdict, told)

    def _drop(self, reading: Reading, why: str) -> Verdict:
        self.counters[why] += 1
        return Verdict(None, reading.seen, dropped=why)

    def _drop_ahead(self, reading: Reading) -> Verdict:
        """Refuse all of a reading whose instant is still to come."""
        trouble: list[Trouble] = [
            (name, value, Reason.FUTURE, self._out.get(name))
            for name, value in reading.values.items()
            if value is not None
        ]
        refused = self._refuse(trouble, reading.seen.wall_ms, reading)
        return self._drop(reading, "future")._replace(refused=tuple(refused))

    def _look(
        self, reading: Reading
    ) -> tuple[dict[str, Value], list[str], list[Trouble]]:
        """Give the changes of this frame, its changed indexes, and what is refused."""
        values, read = reading.values, self._read
        fresh, alike = changes_of(reading, read)
        changes: dict[str, Value] = {}
        indexes: list[str] = []
        trouble: list[Trouble] = []
        clean = reading.complete
        if not alike or self._absences.since:
            new, back = self._absences.update(values, read, self._now)
            fresh += [name for name in back if name not in fresh]
            clean = clean and self._absences.damaged.isdisjoint(new)
            self._miss(new, changes)
        said = self._steady.said
        if said:
            fresh += [name for name in said if name in values and name not in fresh]
        for name in fresh:
            value = values[name]
            rule = self._rules.get(name)
            if rule is None:
                trouble.append((name, value, Reason.UNKNOWN, None))
                continue
            if value is None and read.get(name) is not None:
                clean = False
            if rule.index:
                indexes.append(name)
            elif value is None:
                changes[name] = None
            elif not rule.allows(value):
                trouble.append((name, value, Reason.BOUNDS, self._out.get(name)))
                changes[name] = None
            else:
                changes[name] = self._steady.say(name, value) if rule.two else value
        self._clean = self._clean + 1 if clean else 0
        return changes, indexes, trouble

    def _follow_tariff(self, changes: Mapping[str, Value]) -> None:
        """Tell the indexes when another of them is the one that counts."""
        for name in TARIFF:
            value = changes.get(name)
            if value is not None and self._tariff.get(name) != value:
                self._tariff[name] = value
                self._counting.change_tariff()

    def _miss(self, new: list[str], changes: dict[str, Value]) -> None:
        """Follow what a frame is the first to lack; texts and states stand a while."""
        for name in new:
            rule = self._rules.get(name)
            if rule is None or rule.two:
                self._steady.said.pop(name, None)
            else:
                changes[name] = None

    def _remember(
        self, values: Mapping[str, Value], changes: dict[str, Value]
    ) -> list[str]:
        """Keep what each register last said; give those that are gone for good."""
        gone = self._absences.expire(self._now)
        for name in gone:
            self._steady.forget(name)
            if name in self._rules:
                changes[name] = None
        kept = {**self._read, **values}
        self._read = {name: kept[name] for name in kept if name not in gone}
        return gone

    def _refuse(
        self,
        trouble: list[Trouble],
        at_ms: int,
        reading: Reading,
    ) -> tuple[Refused, ...]:
        """Count what is refused; give the runs that are worth a report."""
        runs = [self._tally.add(each, at_ms, reading) for each in trouble]
        reports = [run for run in runs if run is not None]
        if any(run.count == 1 for run in reports):
            self._clean = 0
        return tuple(reports)

    def _learn(self, values: Mapping[str, Value]) -> None:
        """Bound indexes and instants by the contract, where it is confirmed."""
        self._power.learn(values)
        for rule in self._rules.values():
            rule.bound(self._power)

    def _take(self, changes: dict[str, Value]) -> None:
        """Let the changes in."""
        self._out = {**self._out, **changes}
        if not Power.REGISTERS.isdisjoint(changes):
            self._learn(self._out)
        if self._tally.running:
            self._tally.accepted(
                frozenset(name for name, value in changes.items() if value is not None)
            )

    def _events(
        self,
        changes: Mapping[str, Value],
        gone: list[str],
        notices: list[Notice],
        dated: Dated,
        at_ms: int,
    ) -> tuple[Event, ...]:
        events: tuple[Event, ...] = ()
        if not WATCHED.keys().isdisjoint(changes):
            events = self._edges.of(self._out, at_ms)
        if gone:
            events += self._edges.gone(gone, at_ms)
        if dated.detail is not None:
            events += (Event(self.meter, at_ms, EventKind.CLOCK, dated.detail),)
        return events + tuple(
            Event(self.meter, at_ms, kind, detail) for kind, detail in notices
        )
