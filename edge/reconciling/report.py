"""One register over a span: each source against the home, and what nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge.calendar import Calendar
from edge.interval import Step
from edge.merging.merged import CURVE_OF, MANY, curve_energy
from edge.merging.pieces import Rows
from edge.reconciling.account import Account, accounts
from edge.reconciling.gaps import Gap, gaps
from edge.reconciling.own import HOME, Own
from edge.stores.protocol import IntervalColumns, Said

Halves = Callable[[int, int], IntervalColumns]
"""Gives the home's own half-hours that start in [start, end)."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of comparing the sources of a meter's register over [start, end).

    `gaps` are of intervals of `step` that were over at the time of asking.
    """

    meter: str
    register: str
    step: Step
    start_ms: int
    end_ms: int
    accounts: tuple[Account, ...]
    gaps: tuple[Gap, ...]


def reconcile(  # noqa: PLR0913 - a question has these dimensions
    said: Said,
    merged: Rows,
    calendar: Calendar,
    of: tuple[str, str],
    step: Step,
    span: tuple[int, int],
    now_ms: int,
    own_halves: Halves | None = None,
) -> Report:
    """Compare what sources say of periods that start in `span`; blocks while it reads.

    The home's own is the difference of its indexes, and its meter's curve where these
    aren't known whole; the curve itself is compared with the indexes. `own_halves` are
    given where the home's own is reckoned otherwise.
    """
    meter, register = of
    start, end = span
    told = said.slices(meter, register, start, end, MANY)
    curve = curve_energy(said, calendar, of, span)
    last = max([end, *(one.end_ms for one in told)])
    rows = (
        said.interval_columns(meter, register, Step.MIN30, start, last, MANY)
        if own_halves is None
        else own_halves(start, last)
    )
    counted = Own.counted(rows)
    own_curve = [one for one in curve if one.origin in HOME]
    others = [one for one in curve if one.origin not in HOME]
    own = counted.joined(own_curve)
    curve_name = CURVE_OF.get(register, register)
    found = [
        *accounts(counted, own_curve, curve_name, slack=1),
        *accounts(own, told, register),
        *accounts(own, others, curve_name, slack=1),
    ]
    return Report(
        meter,
        register,
        step,
        start,
        end,
        tuple(found),
        tuple(_gaps(merged, calendar, step, span, now_ms)),
    )


def _gaps(
    merged: Rows, calendar: Calendar, step: Step, span: tuple[int, int], now_ms: int
) -> list[Gap]:
    start, end = span
    edges = [
        edge
        for edge in calendar.boundaries(step, start, end).tolist()
        if start <= edge <= now_ms
    ]
    if len(edges) < 2:
        return []
    rows = merged(step, edges[0], edges[-1])
    cells = zip(rows.start_ms, rows.value, rows.coverage, strict=True)
    known = {at: (value, coverage) for at, value, coverage in cells}
    whole = frozenset(
        at for at, (value, cover) in known.items() if value is not None and cover >= 1
    )
    values = {at: value for at, (value, _) in known.items()}
    return gaps(edges, whole, values)
