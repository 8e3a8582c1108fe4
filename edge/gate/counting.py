"""The indexes of a meter through its devices and modes: one series without a step.

While another device is suspected its indexes are judged apart, so that the owner's
word finds them confirmed; until that word they are unknown, and all else flows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from edge.catalogue import Catalogue, Kind
from edge.event import EventKind
from edge.gate.count import Moment
from edge.gate.device import Doubts, Identity, Speaker
from edge.gate.indexes import Indexes
from edge.gate.mode import Mode
from edge.gate.power import Power
from edge.gate.sums import SUPPLIER, TOTAL
from edge.gate.verdict import Reason, Trouble
from edge.record import Baseline
from edge.sample import Reading, Sample, Value

Notice: TypeAlias = tuple[EventKind, Mapping[str, Value]]
"""An event that has no instant yet."""


@dataclass(slots=True)
class Counted:
    """What came of a frame's indexes."""

    values: dict[str, int | None] = field(default_factory=dict)
    refused: list[Trouble] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    baselines: list[tuple[str, dict[str, int]]] = field(default_factory=list)


NOTHING = Counted()
"""What most frames bring; never written to."""


class Counting:
    """All that one meter ever counted: device after device, mode after mode."""

    def __init__(self, meter: str, catalogue: Catalogue, power: Power) -> None:
        self._meter = meter
        self._catalogue = catalogue
        self._power = power
        self._names = frozenset(
            name for name, register in catalogue.items() if register.kind is Kind.INDEX
        )
        self._identity = Identity()
        self._indexes = Indexes(catalogue, power)
        self._other: Indexes | None = None
        self._doubts = Doubts()
        self._mode = Mode()
        self._fresh_start = True
        self._apart = False
        self._why: str | None = None
        self._shown: dict[str, int | None] = {}
        self._lasting: frozenset[str] = frozenset()
        self._owed: dict[str, tuple[str, int]] = {}
        self.offsets: dict[str, int] = {}

    @property
    def device(self) -> str | None:
        """Give the number of the device whose indexes are taken."""
        return self._identity.known

    @property
    def pending(self) -> bool:
        """Tell whether another device waits for the owner's word."""
        return self._why is not None

    def restore(
        self,
        last: Sample | None,
        device: str | None,
        known: Mapping[str, tuple[int, int]],
        offsets: Mapping[str, int],
    ) -> None:
        """Go on from what stood before a restart."""
        self._identity.known = device
        self.offsets = dict(offsets)
        values = {} if last is None else dict(last.values)
        self._mode.restore(values)
        self._fresh_start = not values
        ages = {}
        for name, (value, at_ms) in known.items():
            if values.get(name) is None:
                values[name] = value
                ages[name] = 0 if last is None else at_ms - last.at_ms
        self._indexes.restore(
            {name: value for name, value in values.items() if name in self._names},
            ages,
            self._mode.derived,
        )

    def judge(
        self,
        reading: Reading,
        fresh: list[str],
        earlier: Mapping[str, Value],
        moment: Moment,
    ) -> Counted:
        """Judge the indexes of one frame; `fresh` are those that changed in it."""
        counted = Counted()
        switched = self._mode.hear(reading)
        if switched is not None:
            counted.notices.append((EventKind.MODE, switched))
        unsure = self._derive(reading, moment)
        speaker = self._identity.hear(reading.device)
        if speaker is not Speaker.KNOWN:
            self._hear_other(speaker, reading, earlier, moment, counted)
            return counted
        if self._apart:
            self._come_back(counted)
            fresh = self._held_by(reading)
        counted.values.update(dict.fromkeys(unsure))
        names: Collection[str] = fresh
        if self._indexes.pending or unsure:
            waiting = self._indexes.pending.intersection(reading.values)
            names = sorted(waiting.union(fresh) - unsure)
        derived = self._mode.derived
        if derived:
            names = [name for name in names if name not in derived]
        outcome = self._indexes.judge(
            reading.values, names, earlier, moment, self._mode.derived
        )
        counted.values.update(outcome.values)
        counted.refused += outcome.refused
        if outcome.doubted or self._doubts:
            heard = [
                name
                for name in names
                if name not in outcome.doubted and reading.values.get(name) is not None
            ]
            self._doubts.update(outcome.doubted, heard, moment.now)
            self._suspect(reading, earlier, moment, counted)
        if derived:
            self._derived_total(reading, fresh, counted)
        if self._owed:
            self._settle(counted)
        return counted

    def _derived_total(
        self, reading: Reading, fresh: Collection[str], counted: Counted
    ) -> None:
        """Give the total of what is let in of its parts: each was confirmed alone."""
        self._shown.update(counted.values)
        if reading.values.get(TOTAL) is None:
            if TOTAL in fresh:
                counted.values[TOTAL] = None
            return
        parts = [self._shown.get(name) for name in SUPPLIER if name in reading.values]
        known = [part for part in parts if part is not None]
        total = sum(known) if len(known) == len(parts) else None
        rises = total is None or self._indexes.take(TOTAL, total)
        counted.values[TOTAL] = total if rises else None

    def change_tariff(self) -> None:
        """Expect another tariff's index to rise than the last that did."""
        self._indexes.change_tariff()

    def quiet(self, reading: Reading, fresh: list[str]) -> bool:
        """Tell whether nothing here can change: most frames, at most loads."""
        return not (
            fresh
            or self._indexes.pending
            or self._apart
            or reading.device != self._identity.known
            or reading.derived != self._mode.derived
            or not self._mode.steady(reading)
        )

    def confirm(self, at_ms: int) -> Baseline | None:
        """Take the other device's indexes from now on."""
        if self._why is None or self._other is None:
            return None
        if self._why == "number":
            names = frozenset(self._indexes.known()) | frozenset(self._other.known())
            self._identity.adopt()
        else:
            names = self._lasting
        offsets = {}
        for name in names:
            published = self._published(name)
            now = self._other.accepted(name)
            if published is not None and now is not None:
                offsets[name] = published - now
            elif published is not None:
                self._owed[name] = ("device", published)
        if self._why == "number":
            self._indexes = self._other
        else:
            for name in names:
                self._indexes.adopt(name, self._other)
        self.offsets.update(offsets)
        self._other, self._why, self._lasting = None, None, frozenset()
        self._doubts = Doubts()
        self._apart = True  # judge everything anew in the next frame
        return Baseline(self._meter, at_ms, "device", offsets, self.device)

    def set_index(self, name: str, value: int, at_ms: int, now: int) -> Baseline:
        """Take the owner's word on where an index stands; its series has no step."""
        published = self._published(name)
        self._owed.pop(name, None)
        offsets = {} if published is None else {name: published - value}
        self.offsets.update(offsets)
        self._indexes.put(name, value, now)
        if self._why == "indexes":
            self._why, self._lasting = None, frozenset()
        self._other, self._doubts = None, Doubts()
        return Baseline(self._meter, at_ms, "set_index", offsets, self.device)

    def _published(self, name: str) -> int | None:
        if name in self._owed:
            return self._owed[name][1]
        value = self._indexes.accepted(name)
        return None if value is None else value + self.offsets.get(name, 0)

    def _held_by(self, reading: Reading) -> list[str]:
        return [name for name in reading.values if name in self._names]

    def _derive(self, reading: Reading, moment: Moment) -> frozenset[str]:
        """Follow what is computed here; give the indexes that can't be judged yet."""
        first, self._fresh_start = self._fresh_start, False
        if reading.derived == self._mode.derived:
            return frozenset()
        changed, sure = self._mode.derive(reading, first=first)
        if not sure:
            # to be judged again when it is, though the frames only repeat them
            self._indexes.pending |= changed & self._names
            return changed & self._names
        for name in changed & self._names:
            published = self._published(name)
            goes_on = self._indexes.continues(name, reading.values[name], moment.now)
            if published is not None and not goes_on:
                self._owed[name] = ("mode", published)
                self._indexes.forget(name)
        self._indexes.hold_to_sums(self._mode.derived)
        return frozenset()

    def _settle(self, counted: Counted) -> None:
        """Give the baselines of registers that have started anew."""
        settled: dict[str, dict[str, int]] = {}
        for name, (reason, published) in list(self._owed.items()):
            value = self._indexes.accepted(name)
            if value is not None:
                settled.setdefault(reason, {})[name] = published - value
                del self._owed[name]
        for reason, offsets in settled.items():
            self.offsets.update(offsets)
            counted.baselines.append((reason, offsets))

    def _hear_other(
        self,
        speaker: Speaker,
        reading: Reading,
        earlier: Mapping[str, Value],
        moment: Moment,
        counted: Counted,
    ) -> None:
        """Judge apart the frame of another device's number."""
        names = self._held_by(reading)
        counted.values.update(dict.fromkeys(names))
        self._apart = True
        if speaker is Speaker.STRANGER:
            return
        if self._why != "number":
            self._why, self._other = "number", Indexes(self._catalogue, self._power)
            counted.notices.append((EventKind.DEVICE, {"state": "pending"}))
        if self._other is not None:
            self._other.judge(
                reading.values, names, earlier, moment, self._mode.derived
            )
        counted.refused += [
            (name, reading.values[name], Reason.DEVICE, self._indexes.accepted(name))
            for name in names
            if reading.values[name] is not None
        ]

    def _come_back(self, counted: Counted) -> None:
        """Hear the known device again."""
        self._apart = False
        if self._why == "number":
            self._why, self._other = None, None
            counted.notices.append((EventKind.DEVICE, {"state": "withdrawn"}))

    def _suspect(
        self,
        reading: Reading,
        earlier: Mapping[str, Value],
        moment: Moment,
        counted: Counted,
    ) -> None:
        """Suspect another device when indexes go on and on from elsewhere."""
        if not self._doubts:
            self._other = None
            if self._why is not None:
                self._indexes.freeze(self._lasting, None)
                self._why, self._lasting = None, frozenset()
                counted.notices.append((EventKind.DEVICE, {"state": "withdrawn"}))
            return
        if self._other is None:
            self._other = Indexes(self._catalogue, self._power)
        self._other.judge(
            reading.values,
            self._held_by(reading),
            earlier,
            moment,
            self._mode.derived,
        )
        lasting = frozenset(
            name
            for name in self._doubts.lasting(moment.now)
            if self._other.accepted(name) is not None
        )
        if lasting and lasting != self._lasting:
            self._indexes.freeze(lasting - self._lasting, moment.now)
            self._indexes.freeze(self._lasting - lasting, None)
            self._lasting = lasting
        if lasting and self._why is None:
            self._why = "indexes"
            registers = ",".join(sorted(lasting))
            counted.notices.append(
                (EventKind.DEVICE, {"state": "pending", "registers": registers})
            )
