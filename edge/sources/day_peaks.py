"""The largest power of a day that is over, as a slice: once, when sure of it."""

from __future__ import annotations

from collections.abc import Mapping

from edge.calendar import Calendar
from edge.clock import TOLERANCE_MS
from edge.interval import Step
from edge.sample import HostInstant, MeterInstant, Quality, Slice
from edge.sources.tic_registers import PEAKS
from teleinfo.group import Group


class DayPeaks:
    """Follows SMAXSN-1 and SMAXIN-1: the largest of the day before, by the meter.

    Its horodate must be of the day before DATE's, for some meters show one that is days
    old. A meter's days are civil ones where its clock is right: those of another are
    passed over, since what fell into which day can't be told. Once two frames say the
    same.
    """

    def __init__(self, meter: str, origin: str = "tic") -> None:
        self._meter, self._origin = meter, origin
        self._days = Calendar()  # the letters of its seasons are those of Paris
        self._seen: dict[str, Group] = {}
        self._judged: dict[str, Group] = {}
        self._off = False
        self.settled = False
        """The same groups, word for word, have nothing more to give."""

    def slices(
        self, groups: Mapping[str, Group], clock: MeterInstant | None, seen: HostInstant
    ) -> tuple[Slice, ...]:
        """Give the days that are new and sure in a frame's groups."""
        news = [
            (group, register)
            for label, register in PEAKS.items()
            if (group := groups.get(label)) is not None
            and group != self._judged.get(label)
        ]
        self.settled = not news
        if self.settled or clock is None:
            return ()
        off = _is_off(clock, seen)
        surely, self._off = self._off and off, off  # one corrupted DATE moves nothing
        found: list[Slice] = []
        for group, register in news:
            if not self._sure(group) or off is not surely:
                continue
            day = self._day(group, clock)
            if off or day is None:
                self._judged[group.label] = group
            elif day[1] <= clock.at_ms:
                self._judged[group.label] = group
                found.append(self._slice(group, register, day, seen))
        return tuple(found)

    def _sure(self, group: Group) -> bool:
        """Tell whether the frame before said the same."""
        same = self._seen.get(group.label) == group
        self._seen[group.label] = group
        return same

    def _day(self, group: Group, clock: MeterInstant) -> tuple[int, int] | None:
        """Give the day that a group speaks of; None for no day that is known.

        One that isn't over is for a later frame: DATE stands before it in its frame.
        """
        horodate = group.horodate
        assert horodate is not None  # noqa: S101 - the label table's promise
        if horodate.degraded:
            return None
        today = self._days.interval(Step.DAY, clock.at_ms)
        at_ms = horodate.at_ms
        if at_ms > today[0]:
            return today
        before = self._days.interval(Step.DAY, today[0] - 1)
        return before if at_ms >= before[0] else None

    def _slice(
        self, group: Group, register: str, day: tuple[int, int], seen: HostInstant
    ) -> Slice:
        assert isinstance(group.value, int)  # noqa: S101 - the decoder's promise
        return Slice(
            self._meter,
            register,
            *day,
            group.value,
            Quality.RAW,
            self._origin,
            seen.wall_ms,
        )


def _is_off(clock: MeterInstant, seen: HostInstant) -> bool:
    """Tell whether a meter's days aren't the civil ones, as far as the host knows."""
    away_ms = abs(clock.at_ms - seen.wall_ms)
    return clock.degraded or (seen.synchronised and away_ms > TOLERANCE_MS)
