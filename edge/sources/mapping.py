"""Frames of one meter to readings; what did not change is not mapped again.

The decoder gives the same Group object for an unchanged line, so a frame costs only
what is new in it. Pure: no clock, no port.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress
from operator import is_not

from edge.sample import HostInstant, MeterInstant, Reading, Value
from edge.sources.load_curve import LoadCurve
from edge.sources.tic_historic import LONG_FRAMES_AFTER, is_over
from edge.sources.tic_historic import finish as finish_historic
from edge.sources.tic_registers import DERIVED, REGISTERS
from edge.sources.tic_values import CONVERTED, items, names
from teleinfo.export import Export
from teleinfo.frame import Frame
from teleinfo.group import Group
from teleinfo.horodate import Horodate
from teleinfo.mode import Mode
from teleinfo.stge import Direction, Stge

NOTHING: frozenset[str] = frozenset()
SECONDS_AT = 11
PLAIN: Mapping[Mode, Mapping[str, str]] = {
    mode: {label: name for label, name in rows.items() if label not in CONVERTED}
    for mode, rows in REGISTERS.items()
}
"""Labels whose value is their register's as it is."""


class Mapper:
    """Gives one meter's readings, in the order of its frames."""

    def __init__(self, meter: str, origin: str = "tic") -> None:
        self._meter, self._origin = meter, origin
        self._groups: Mapping[str, Group] = {}
        self._values: dict[str, Value] = {}
        self._mode: Mode | None = None
        self._whole = False
        self._derived = NOTHING
        self._curve = LoadCurve(meter, origin)
        self._long_frames = 0
        self._minute: tuple[str, int] = ("", 0)
        self._number: tuple[Group | None, str | None] = (None, None)

    def reading(self, frame: Frame, seen: HostInstant) -> Reading:
        """Give the reading of a frame."""
        groups = frame.groups
        values = self._map(frame, groups)
        date = groups.get("DATE")
        clock = None
        if date is not None and date.horodate is not None:
            clock = self._clock(date.horodate)
        return Reading(
            self._meter,
            values,
            seen,
            clock,
            self._device(groups.get(frame.mode.address)),
            self._origin,
            frame.complete,
            self._derived,
            self._curve.slices(groups, seen),
        )

    def _map(self, frame: Frame, groups: Mapping[str, Group]) -> dict[str, Value]:
        """Give the registers' values; the same dict again if nothing changed."""
        before, mode = self._groups, frame.mode
        whole = frame.complete and not frame.refusals
        self._long_frames = 0 if frame.short else self._long_frames + 1
        comparable = (
            whole and self._whole and mode is self._mode and len(groups) == len(before)
        )
        self._groups, self._mode, self._whole = groups, mode, whole
        news = self._news(groups, before) if comparable else None
        if news is None:
            values: dict[str, Value] = {}
            self._finish(frame, values, groups.values())
        elif not news and self._long_frames != LONG_FRAMES_AFTER:
            return self._values
        else:
            values = self._values.copy()
            self._finish(frame, values, news)
        self._values = values
        return values

    def _news(
        self, groups: Mapping[str, Group], before: Mapping[str, Group]
    ) -> list[Group] | None:
        """Give the groups that say something else; None if the labels differ."""
        news = []
        for group in compress(
            groups.values(), map(is_not, groups.values(), before.values())
        ):
            was = before.get(group.label)
            if was is None:
                return None
            # One made again may still say what the one before did; DATE is no register.
            if group.label != "DATE" and group != was:
                news.append(group)
        return news

    def _finish(
        self, frame: Frame, values: dict[str, Value], news: Iterable[Group]
    ) -> None:
        """Write the news into the values, and what the frame tells only as a whole."""
        mode = frame.mode
        plain = PLAIN[mode]
        for group in news:
            name = plain.get(group.label)
            if name is None:
                values.update(items(group, mode))
            else:
                values[name] = group.value  # type: ignore[assignment]  # PLAIN's promise
        for refusal in frame.refusals:
            if refusal.label is not None and refusal.label not in frame:
                values |= dict.fromkeys(names(refusal.label, mode))
        if mode is Mode.HISTORIC:
            over = is_over(frame, self._long_frames)
            self._derived = DERIVED if finish_historic(frame, values, over) else NOTHING
        else:
            self._derived = NOTHING
            _finish_standard(frame, self._groups, values)

    def _clock(self, date: Horodate) -> MeterInstant:
        """Give the meter's instant; a date is read anew each minute only."""
        text = date.text
        minute, start_ms = self._minute
        seconds_ms = int(text[SECONDS_AT:]) * 1000
        if text[:SECONDS_AT] != minute:
            start_ms = date.at_ms - seconds_ms
            self._minute = (text[:SECONDS_AT], start_ms)
        return MeterInstant(start_ms + seconds_ms, date.degraded)

    def _device(self, address: Group | None) -> str | None:
        """Give the meter's own number; a masked one names no device."""
        known, number = self._number
        if address is not known:
            raw = None if address is None else address.raw
            number = raw if raw is not None and raw.isdigit() else None
            self._number = (address, number)
        return number


def reading(frame: Frame, meter: str, seen: HostInstant) -> Reading:
    """Give the reading of one frame alone; load-curve points need two, see Mapper."""
    return Mapper(meter).reading(frame, seen)


def _finish_standard(
    frame: Frame, groups: Mapping[str, Group], values: dict[str, Value]
) -> None:
    """Add what STGE alone tells: the tariff in use, and the direction of energy."""
    status = groups.get("STGE")
    if status is None or not isinstance(status.value, Stge):
        values.pop("export_estimated_va", None)
        return
    if "NTARF" not in groups:
        values["tariff_index"] = status.value.supplier_index
    if "SINSTI" in groups:
        return  # the meter measures it
    if status.value.direction is Direction.IMPORT:
        values["export_estimated_va"] = 0
        return
    export = Export.of(frame)
    values["export_estimated_va"] = None if export is None else export.power_va
