"""Indexes of one device: a rise counts once the sums or a second frame confirm it.

An unconfirmed value is only a candidate: it moves neither what is accepted nor the
bound of what comes next, so that a false one can't block the true ones.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from edge.catalogue import Catalogue
from edge.gate.count import Count, Moment, Outcome
from edge.gate.power import Power
from edge.gate.sums import Sum, Witness, sums_of
from edge.gate.verdict import Reason
from edge.gate.waking import Waking
from edge.sample import Value

STEADY_FRAMES = 256
"""Clean frames in a row after which a value between its two neighbours is believed:
under a heavy load a historic frame never repeats an index, and has no sums."""

CLEAN_FRAMES = 32
PATIENCE_MS = 90_000
"""On a line less clean, so many frames are enough once in so long a time: what could
pass there for a true value then has one chance in many frames, not in each."""

ENOUGH, ENOUGH_IN_NOISE = 2, 3
"""Frames in a row that must say the same of a count without sums; chance makes the
same false value twice on a line where every frame is hit."""

HOLD_FRAMES = 16
"""Clean frames in a row after which what stood is shown while a rise waits for its
second frame; on a noisy line it is unknown at once."""


class Indexes:
    """All indexes of one physical meter, judged frame by frame."""

    def __init__(self, catalogue: Catalogue, power: Power) -> None:
        self._catalogue = catalogue
        self._power = power
        self._counts: dict[str, Count] = {}
        self._sums: tuple[Sum, ...] = ()
        self._summed: frozenset[str] = frozenset()
        self._waking = Waking()
        self.pending: set[str] = set()

    def restore(
        self,
        values: Mapping[str, Value],
        ages: Mapping[str, int],
        derived: frozenset[str],
    ) -> None:
        """Go on from what stood before a restart; `ages` are ms, 0 or less."""
        for name, value in values.items():
            if isinstance(value, int):
                count = self._count(name)
                count.value, count.at = value, ages.get(name, 0)
        self.hold_to_sums(derived)
        for each in self._sums:
            each.restore(values)

    def hold_to_sums(self, derived: frozenset[str]) -> None:
        """Hold these registers to the meter's sums, but no total computed here."""
        kept = {each.parts: each for each in self._sums}
        self._sums = tuple(
            kept.get(each.parts, each)
            for each in sums_of(frozenset(self._counts), derived)
        )
        self._summed = frozenset().union(*(each.members for each in self._sums))

    def accepted(self, name: str) -> int | None:
        """Give what stands of a register."""
        count = self._counts.get(name)
        return None if count is None else count.value

    def known(self) -> dict[str, int]:
        """Give all that stands."""
        return {
            name: count.value
            for name, count in self._counts.items()
            if count.value is not None
        }

    def take(self, name: str, value: int) -> bool:
        """Take a value computed out of accepted ones; tell whether it doesn't fall."""
        count = self._count(name)
        if count.value is not None and value < count.value:
            return False
        count.value, count.candidate = value, None
        return True

    def change_tariff(self) -> None:
        """Expect another tariff's index to rise than the last that did."""
        self._waking.change_tariff()

    def continues(self, name: str, value: Value, now: int) -> bool:
        """Tell whether this value could follow what stands, on one device."""
        count = self._count(name)
        if count.value is None or not isinstance(value, int):
            return True
        most = self._power.growth(count.register.power, now - count.at)
        return 0 <= value - count.value <= most

    def put(self, name: str, value: int, now: int) -> None:
        """Take the owner's word on where an index stands."""
        self._put(self._count(name), value, now)
        self.pending.discard(name)

    @staticmethod
    def _put(count: Count, value: int, now: int) -> None:
        count.value, count.at, count.standing = value, now, True
        count.candidate = count.previous = count.frozen = None

    def forget(self, name: str) -> None:
        """Start a register anew: its next value is a first baseline."""
        count = self._count(name)
        count.value = count.candidate = count.previous = None

    def freeze(self, names: Collection[str], now: int | None) -> None:
        """Let the bound of these grow no more: what they show is not of this count."""
        for name in names:
            self._count(name).frozen = now

    def adopt(self, name: str, other: Indexes) -> None:
        """Take over a register from another device's indexes."""
        self._counts[name] = other._counts[name]
        self.pending.discard(name)

    def judge(
        self,
        reading: Mapping[str, Value],
        names: Collection[str],
        earlier: Mapping[str, Value],
        moment: Moment,
        derived: frozenset[str] = frozenset(),
    ) -> Outcome:
        """Judge these registers of a frame; `earlier` is the frame before as read."""
        proved = self._proved(names, reading, earlier, moment)
        if proved is not None:
            return Outcome(proved)
        outcome = Outcome()
        risen: list[Count] = []
        self.pending.difference_update(names)
        for name in names:
            count = self._counts.get(name)
            if count is None:
                count = self._count(name)
                self.hold_to_sums(derived)
            value = reading.get(name)
            if count.standing and earlier.get(name) == count.value:
                count.at = moment.before
            count.standing = False
            if self._plausible(count, value, earlier, moment, outcome):
                risen.append(count)
        if risen:
            self._confirm(risen, reading, earlier, moment, outcome)
        return outcome

    def _proved(
        self,
        names: Collection[str],
        reading: Mapping[str, Value],
        earlier: Mapping[str, Value],
        moment: Moment,
    ) -> dict[str, int | None] | None:
        """Give the rises of a frame whose sums all hold; None: look closer.

        It decides nothing else than the long way would, several times faster.
        """
        if not self._sums or not all(each.holds(reading) for each in self._sums):
            return None
        taken: dict[str, int | None] = {}
        for name in names:
            count, value = self._counts.get(name), reading.get(name)
            if count is None or count.value is None or name not in self._summed:
                return None
            if not isinstance(value, int) or count.candidate is not None:
                return None
            register, accepted = count.register, count.value
            stood = count.standing and earlier.get(name) == accepted
            since = moment.before if stood else count.at
            most = accepted + self._power.growth(register.power, moment.now - since)
            limit = most if register.maximum is None else min(most, register.maximum)
            if count.frozen is not None or not accepted < value <= limit:
                return None
            taken[name] = value
        self.pending.difference_update(taken)
        for name, value in taken.items():
            count = self._counts[name]
            self._waking.rise(count)
            count.value, count.at, count.previous = value, moment.now, None
            count.standing = True
        return taken

    def _count(self, name: str) -> Count:
        count = self._counts.get(name)
        if count is None:
            count = self._counts[name] = Count(self._catalogue[name])
        return count

    def _plausible(
        self,
        count: Count,
        value: Value,
        earlier: Mapping[str, Value],
        moment: Moment,
        outcome: Outcome,
    ) -> bool:
        """Tell whether the value waits for a proof; say of any other what it is."""
        accepted, name = count.value, count.register.name
        if not isinstance(value, int) or not self._readable(count, value):
            self._put_aside(count, value, outcome)
            return False
        if accepted is None:
            self._drop(count, outcome, unless=value)
            return True
        if value == accepted:
            count.rising = 0
            if count.candidate is None and moment.heard(name, earlier) == value:
                outcome.values[name] = value
                count.at, count.standing = moment.now, True
                return False
            # a frame that takes a candidate back may itself be the false one, and so
            # may one that says the same as before a silence
            self._drop(count, outcome, unless=value)
            return True
        until = moment.now if count.frozen is None else count.frozen
        most = accepted + self._power.growth(count.register.power, until - count.at)
        if accepted < value <= most:
            self._drop(count, outcome, unless=value)
            count.rising += 1
            return True
        count.rising = 0
        reason = Reason.FALL if value < accepted else Reason.JUMP
        outcome.refuse(name, value, reason, accepted)
        outcome.doubted.add(name)
        self.pending.add(name)
        return False

    @staticmethod
    def _readable(count: Count, value: int) -> bool:
        low, high = count.register.minimum, count.register.maximum
        return (low is None or value >= low) and (high is None or value <= high)

    def _put_aside(self, count: Count, value: Value, outcome: Outcome) -> None:
        """Take a register as unknown in a frame that has no index of it."""
        name = count.register.name
        if value is not None:
            outcome.refuse(name, value, Reason.BOUNDS, count.value)
        outcome.values[name] = count.previous = None
        if count.candidate is not None:
            self.pending.add(name)

    def _drop(self, count: Count, outcome: Outcome, *, unless: int) -> None:
        """Take back a candidate that a later frame is below."""
        if count.candidate is not None and count.candidate > unless:
            outcome.refused.append(
                (count.register.name, count.candidate, Reason.UNCONFIRMED, count.value)
            )
            count.candidate = count.previous = None

    def _confirm(
        self,
        risen: list[Count],
        reading: Mapping[str, Value],
        earlier: Mapping[str, Value],
        moment: Moment,
        outcome: Outcome,
    ) -> None:
        rising = {count.register.name: reading[count.register.name] for count in risen}
        proved: frozenset[str] = frozenset()
        denied = False
        if not self._summed.isdisjoint(rising):
            proved, denied = self._told(reading, outcome.doubted)
        for count in risen:
            name, value = count.register.name, reading[count.register.name]
            if not isinstance(value, int):
                continue
            summed, exact = name in self._summed, name in proved
            same = value == count.value
            awake = same or (summed and exact) or self._waking.awake(count)
            if count.exact:
                self._put(count, value, moment.now)
                outcome.values[name] = value
            elif summed and denied:
                outcome.refused.append((name, value, Reason.CONTRADICTION, count.value))
                self._wait(count, value, earlier, moment, outcome)
                # what its own frame denies can't be the first of two that agree
                count.candidate = count.previous = None
            elif awake and (
                self._agreed(count, value, earlier, moment)
                or (summed and exact and self._follows(count, value, moment))
            ):
                if not same:
                    self._waking.rise(count)
                count.value, count.at, count.standing = value, moment.now, True
                count.candidate = count.previous = None
                outcome.values[name] = value
            elif awake and self._between(count, value, earlier, moment):
                self._waking.rise(count)
                count.value, count.at = count.candidate, moment.before
                outcome.values[name] = count.value
                count.candidate, count.candidate_at = value, moment.now
                count.previous = count.value
                self.pending.add(name)
            else:
                self._wait(count, value, earlier, moment, outcome)

    @staticmethod
    def _agreed(
        count: Count, value: int, earlier: Mapping[str, Value], moment: Moment
    ) -> bool:
        """Tell whether enough frames in a row say the same, this one included."""
        if value != count.candidate or value != moment.heard(
            count.register.name, earlier
        ):
            count.agreed = 1
            return False
        count.agreed += 1
        clean = moment.steady >= HOLD_FRAMES or value == count.value
        return count.agreed >= (ENOUGH if clean else ENOUGH_IN_NOISE)

    def _told(
        self, reading: Mapping[str, Value], doubted: set[str]
    ) -> tuple[frozenset[str], bool]:
        """Give what the sums prove, and whether one of them denies the frame.

        A sum proves its own members only, and only where every other that the meter
        keeps holds as well: EAST and an EASD hit alike still add up, and what shows it
        is ΣEASF.
        """
        sums = [each for each in self._sums if each.kept]
        told = [each.say(reading, doubted) for each in sums]
        denied = Witness.CONTRADICTS in told
        if not sums or told.count(Witness.EXACT) < len(sums):
            return frozenset(), denied
        return frozenset[str]().union(*(each.members for each in sums)), denied

    def _follows(self, count: Count, value: int, moment: Moment) -> bool:
        """Tell whether the sums may confirm: a first baseline needs two frames."""
        if count.value is not None:
            return True
        if count.candidate is None:
            return False
        elapsed = moment.now - count.candidate_at
        most = self._power.growth(count.register.power, elapsed)
        return 0 <= value - count.candidate <= most

    @staticmethod
    def _between(
        count: Count, value: int, earlier: Mapping[str, Value], moment: Moment
    ) -> bool:
        """Tell whether the candidate lies where its two neighbours say it should."""
        middle, first = count.candidate, count.previous
        if middle is None or moment.steady < CLEAN_FRAMES:
            return False
        recent = count.value is not None and moment.now - count.at < PATIENCE_MS
        if recent and moment.steady < STEADY_FRAMES:
            return False
        if moment.heard(count.register.name, earlier) != middle:
            return False
        if not isinstance(first, int):
            return False
        bend = abs(value - 2 * middle + first)
        return first <= middle <= value and bend <= 1 + (value - first) // 8

    def _wait(
        self,
        count: Count,
        value: int,
        earlier: Mapping[str, Value],
        moment: Moment,
        outcome: Outcome,
    ) -> None:
        """Keep the value as a candidate; what stood holds for one frame, no longer."""
        last = earlier.get(count.register.name)
        held = (
            moment.steady >= HOLD_FRAMES
            and moment.heard(count.register.name, earlier) == count.value
        )
        outcome.values[count.register.name] = count.value if held else None
        count.previous = last
        count.candidate, count.candidate_at = value, moment.now
        self.pending.add(count.register.name)
