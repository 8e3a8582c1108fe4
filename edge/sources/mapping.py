"""Frames of one meter to readings; what did not change is not mapped again.

The decoder gives the same Group object for an unchanged line, so a frame costs only
what is new in it. Pure: no clock, no port.
"""

from __future__ import annotations

from collections.abc import Mapping

from edge.sample import HostInstant, MeterInstant, Reading, Value
from edge.sources.load_curve import LoadCurve
from edge.sources.tic_registers import CONTRACTS, PHASES, REGISTERS, TOTAL
from edge.sources.tic_values import items, names
from teleinfo.export import Export
from teleinfo.frame import Frame
from teleinfo.group import Group
from teleinfo.mode import Mode
from teleinfo.stge import Direction, Stge

DERIVED = frozenset({TOTAL})
NOTHING: frozenset[str] = frozenset()
OVER = ("ADPS", *(f"ADIR{n}" for n in PHASES))
LONG_FRAMES_AFTER = 2
"""In an overload one long frame follows twenty short ones: two in a row, it is over."""


class Mapper:
    """Gives one meter's readings, in the order of its frames."""

    def __init__(self, meter: str, origin: str = "tic") -> None:
        self._meter, self._origin = meter, origin
        self._groups: Mapping[str, Group] = {}
        self._values: dict[str, Value] = {}
        self._mode: Mode | None = None
        self._clean = False
        self._derived = NOTHING
        self._curve = LoadCurve(meter)
        self._long_frames = 0

    def reading(self, frame: Frame, seen: HostInstant) -> Reading:
        """Give the reading of a frame."""
        values = self._map(frame)
        date = frame.groups.get("DATE")
        clock = None
        if date is not None and date.horodate is not None:
            clock = MeterInstant(date.horodate.at_ms, date.horodate.degraded)
        return Reading(
            meter=self._meter,
            values=values,
            seen=seen,
            meter_clock=clock,
            device=_device(frame),
            origin=self._origin,
            complete=frame.complete,
            derived=self._derived,
            slices=self._curve.slices(frame, seen),
        )

    def _map(self, frame: Frame) -> dict[str, Value]:
        groups, before, mode = frame.groups, self._groups, frame.mode
        clean = not frame.refusals and frame.complete
        fresh = [
            (now, was)
            for now, was in zip(groups.values(), before.values(), strict=False)
            if now is not was
        ]
        alike = (
            clean
            and self._clean
            and mode is self._mode
            and not frame.short
            and len(groups) == len(before)
            and all(now.label == was.label for now, was in fresh)
        )
        self._groups, self._mode, self._clean = groups, mode, clean
        if alike and not fresh:
            return self._values
        values = dict(self._values) if alike else {}
        for group in [now for now, _ in fresh] if alike else groups.values():
            for name, value in items(group, mode):
                values[name] = value
        for refusal in frame.refusals:
            if refusal.label is not None and refusal.label not in groups:
                for name in names(refusal.label, mode):
                    values[name] = None
        if mode is Mode.HISTORIC:
            self._finish_historic(frame, values)
        else:
            _finish_standard(frame, values)
        self._values = values
        return values

    def _finish_historic(self, frame: Frame, values: dict[str, Value]) -> None:
        self._derived = _total(frame, values)
        _overload(frame, values, self._count_long(frame))
        if "PAPP" in frame.groups:
            export = Export.of(frame)
            if export is not None:
                values["export_estimated_va"] = export.power_va

    def _count_long(self, frame: Frame) -> int:
        self._long_frames = 0 if frame.short else self._long_frames + 1
        return self._long_frames


def reading(frame: Frame, meter: str, seen: HostInstant) -> Reading:
    """Give the reading of one frame alone; load-curve points need two, see Mapper."""
    return Mapper(meter).reading(frame, seen)


def _finish_standard(frame: Frame, values: dict[str, Value]) -> None:
    status = frame.groups.get("STGE")
    if status is None or not isinstance(status.value, Stge):
        return
    if "NTARF" not in frame.groups:
        values["tariff_index"] = status.value.supplier_index
    if "SINSTI" in frame.groups:
        values.pop("export_estimated_va", None)
    elif status.value.direction is Direction.IMPORT:
        values["export_estimated_va"] = 0
    else:
        export = Export.of(frame)
        values["export_estimated_va"] = None if export is None else export.power_va


def _total(frame: Frame, values: dict[str, Value]) -> frozenset[str]:
    """Derive the total of a contract that sends none, if its every index is there."""
    for labels in CONTRACTS:
        amounts = [values.get(REGISTERS[Mode.HISTORIC][label]) for label in labels]
        present = [label for label in labels if label in frame.groups]
        if not present:
            continue
        known = [amount for amount in amounts if isinstance(amount, int)]
        if len(known) == len(labels) == len(present):
            values[TOTAL] = sum(known)
        elif frame.complete:
            values[TOTAL] = None
        return DERIVED
    return NOTHING


def _overload(frame: Frame, values: dict[str, Value], long_frames: int) -> None:
    """Tell an overload, and that there is none: ADPS and ADIRn come only while one is.

    Absence is told only by a whole frame in which no line lost its label.
    """
    refused = {refusal.label for refusal in frame.refusals}
    over = [frame.groups[label].value for label in OVER if label in frame.groups]
    if any(over):
        values["overload"] = "yes"
    elif refused.intersection(OVER):
        values["overload"] = None
    elif frame.complete and None not in refused:
        phases = [n for n in PHASES if f"IINST{n}" in frame.groups]
        if "IINST" in frame.groups or (phases and long_frames >= LONG_FRAMES_AFTER):
            values["overload"] = "no"
            for n in phases or [1]:
                values[f"overload_current_l{n}_a"] = None


def _device(frame: Frame) -> str | None:
    """Give the meter's own number; a masked or short one names no device."""
    number = frame.address
    return number if number is not None and number.isdigit() else None
