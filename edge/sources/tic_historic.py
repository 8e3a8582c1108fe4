"""What a historic frame tells only as a whole: the total, overloads, injection."""

from __future__ import annotations

from edge.sample import Value
from edge.sources.tic_registers import CONTRACTS, HISTORIC, PHASES, TOTAL
from teleinfo.export import Export
from teleinfo.frame import Frame

OVER = ("ADPS", *(f"ADIR{n}" for n in PHASES))
LONG_FRAMES_AFTER = 2
"""In an overload one long frame follows twenty short ones: two in a row, it is over."""


def finish(frame: Frame, values: dict[str, Value], over: str | None) -> bool:
    """Add what the whole frame tells; tell whether the total is derived."""
    _overload(frame, values, over)
    if "PAPP" in frame:
        export = Export.of(frame)
        values["export_estimated_va"] = None if export is None else export.power_va
    return _total(frame, values)


def is_over(frame: Frame, long_frames: int) -> str | None:
    """Tell "yes", "no", "unknown" (what would tell was refused) or None (not told).

    ADPS and ADIRn come only during an overload. That there is none is told only by a
    whole frame in which no line lost its label; on three phases, by two long frames
    in a row.
    """
    groups = frame.groups
    if any(label in groups and groups[label].value for label in OVER):
        return "yes"
    lost = {refusal.label for refusal in frame.refusals}
    if lost.intersection(OVER):
        return "unknown"
    if not frame.complete or frame.short or None in lost:
        return None
    if "IINST" in groups:
        return "no"
    three_phases = any(f"IINST{n}" in groups for n in PHASES)
    return "no" if three_phases and long_frames >= LONG_FRAMES_AFTER else None


def _overload(frame: Frame, values: dict[str, Value], over: str | None) -> None:
    if over is None:
        values.pop("overload", None)
        return
    values["overload"] = None if over == "unknown" else over
    if over == "no":
        phases = (1,) if "IINST" in frame else PHASES
        for n in phases:
            values[f"overload_current_l{n}_a"] = None


def _total(frame: Frame, values: dict[str, Value]) -> bool:
    """Derive the total of a contract that sends none, if its every index is there."""
    groups = frame.groups
    for labels in CONTRACTS:
        present = [label for label in labels if label in groups]
        if not present:
            continue
        parts = [values[HISTORIC[label]] for label in present]
        amounts = [part for part in parts if isinstance(part, int)]
        values[TOTAL] = sum(amounts) if len(amounts) == len(labels) else None
        return True
    return False
