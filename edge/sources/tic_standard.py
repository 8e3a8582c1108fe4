"""What a standard frame tells only by its status: tariff in use, power injected."""

from __future__ import annotations

from collections.abc import Mapping

from edge.sample import Value
from teleinfo.export import Export
from teleinfo.frame import Frame
from teleinfo.group import Group
from teleinfo.stge import Direction, Stge

STATUS = "STGE"
INDEX = "tariff_index"
EXPORT = "export_estimated_va"


def finish(
    frame: Frame, groups: Mapping[str, Group], values: dict[str, Value]
) -> tuple[tuple[str, ...], bool]:
    """Add what STGE tells; give the registers, and whether other groups told as well.

    Both are told only where no label of their own says them.
    """
    status = groups.get(STATUS)
    if status is None or not isinstance(status.value, Stge):
        values.pop(EXPORT, None)
        return (), False
    written: tuple[str, ...] = ()
    if "NTARF" not in groups:
        values[INDEX] = status.value.supplier_index
        written = (INDEX,)
    if "SINSTI" in groups:
        return written, False  # the meter measures it
    importing = status.value.direction is Direction.IMPORT
    export = None if importing else Export.of(frame)
    values[EXPORT] = 0 if importing else None if export is None else export.power_va
    return (*written, EXPORT), not importing
