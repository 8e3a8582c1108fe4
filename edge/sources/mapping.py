"""Frames of one meter to readings; what did not change is not mapped again.

The decoder gives the same Group object for an unchanged line, and says which lines
did change, so a frame costs only what is new in it. Pure: no clock, no port.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from operator import is_not

from edge.sample import HostInstant, MeterInstant, Reading, Slice, Value
from edge.sources import tic_historic, tic_standard
from edge.sources.day_peaks import DayPeaks
from edge.sources.load_curve import LoadCurve
from edge.sources.tic_historic import LONG_FRAMES_AFTER, is_over
from edge.sources.tic_registers import CURVES, DERIVED, PEAKS, REGISTERS
from edge.sources.tic_values import CONVERTED, items, names
from teleinfo.frame import Frame
from teleinfo.group import Group
from teleinfo.mode import Mode

NOTHING: frozenset[str] = frozenset()
PLAIN: Mapping[Mode, Mapping[str, str]] = {
    mode: {label: name for label, name in rows.items() if label not in CONVERTED}
    for mode, rows in REGISTERS.items()
}
"""Labels whose value is their register's as it is."""
OF_PERIODS = CURVES | PEAKS.keys()
"""Labels that tell of a period that is over."""


class Mapper:
    """Gives one meter's readings, in the order of its frames."""

    def __init__(self, meter: str, origin: str = "tic") -> None:
        self._meter, self._origin = meter, origin
        self._groups: Mapping[str, Group] = {}
        self._values: dict[str, Value] = {}
        self._mode: Mode | None = None
        self._whole = False
        self._derived = NOTHING
        self._blended = False  # what is told by STGE rests on other groups too
        self._curve = LoadCurve(meter, origin)
        self._peaks = DayPeaks(meter, origin)
        self._long_frames = 0
        self._address = ""
        self._number: tuple[Group | None, str | None] = (None, None)

    def reading(self, frame: Frame, seen: HostInstant) -> Reading:
        """Give the reading of a frame."""
        groups, before = frame.groups, self._values
        follows = frame.since is self._groups
        written = self._map(frame, groups, follows=follows)
        date = groups.get("DATE")
        clock = None
        if date is not None and date.horodate is not None:
            clock = MeterInstant(date.horodate.at_ms, date.horodate.degraded)
        address = groups.get(self._address)
        if address is not self._number[0]:
            self._number = (address, _number(address))
        settled = self._curve.settled and self._peaks.settled
        still = follows and settled and OF_PERIODS.isdisjoint(frame.changed)
        slices: tuple[Slice, ...] = ()
        if not still:
            curve = self._curve.slices(groups, seen)
            slices = (*curve, *self._peaks.slices(groups, clock, seen))
        return Reading(
            self._meter,
            self._values,
            seen,
            clock,
            self._number[1],
            self._origin,
            frame.complete,
            self._derived,
            slices,
            None if written is None else before,
            written or (),
        )

    def _map(
        self, frame: Frame, groups: Mapping[str, Group], *, follows: bool
    ) -> Sequence[str] | None:
        """Keep the registers' values, the same dict again if nothing changed.

        Gives the registers that were written into those of the frame before, in their
        order; None if that isn't known.
        """
        before, mode = self._groups, frame.mode
        whole = frame.complete and not frame.refusals
        self._long_frames = 0 if frame.short else self._long_frames + 1
        news: list[Group] | None = None
        if follows:
            news = _news(groups, before, frame.changed)
        elif (
            whole and self._whole and mode is self._mode and len(groups) == len(before)
        ):
            other = map(is_not, groups.values(), before.values())
            news = _news(groups, before, compress(groups, other))
        self._groups, self._mode, self._whole = groups, mode, whole
        if news is None:
            self._values = {}
            self._address = mode.address
            self._write(frame, groups.values(), anew=True)
            return None
        if not news and self._long_frames != LONG_FRAMES_AFTER:
            return ()
        self._values = self._values.copy()
        written = self._write(frame, news, anew=False)
        return written if follows and mode is Mode.STANDARD else None

    def _write(self, frame: Frame, news: Iterable[Group], *, anew: bool) -> list[str]:
        """Write the news into the values, and what the frame tells only as a whole."""
        mode, values = frame.mode, self._values
        plain = PLAIN[mode]
        written: list[str] = []
        for group in news:
            name = plain.get(group.label)
            if name is None:
                told = items(group, mode)
                values.update(told)
                written += [name for name, _ in told]
                anew = anew or group.label == tic_standard.STATUS
            else:
                values[name] = group.value  # type: ignore[assignment]  # PLAIN's promise
                written.append(name)
        for refusal in frame.refusals:
            if refusal.label is not None and refusal.label not in frame:
                values |= dict.fromkeys(names(refusal.label, mode))
        if mode is Mode.HISTORIC:
            over = is_over(frame, self._long_frames)
            derived = tic_historic.finish(frame, values, over)
            self._derived = DERIVED if derived else NOTHING
        elif anew or self._blended:
            more, self._blended = tic_standard.finish(frame, self._groups, values)
            written += more
            self._derived = NOTHING
        return written


def reading(frame: Frame, meter: str, seen: HostInstant) -> Reading:
    """Give the reading of one frame alone; load-curve points need two, see Mapper."""
    return Mapper(meter).reading(frame, seen)


def _news(
    groups: Mapping[str, Group], before: Mapping[str, Group], labels: Iterable[str]
) -> list[Group] | None:
    """Give the groups that say something else; None if the labels differ."""
    news = []
    for label in labels:
        group, was = groups[label], before.get(label)
        if was is None:
            return None
        # One made again may still say what the one before did; DATE is no register.
        if label != "DATE" and group != was:
            news.append(group)
    return news


def _number(address: Group | None) -> str | None:
    """Give the meter's own number; a masked one names no device."""
    raw = None if address is None else address.raw
    return raw if raw is not None and raw.isdigit() else None
