"""Rows of one step as points: series by meter and register, a point a row.

Tagged by register, unlike raw readings: each row has a revision, a quality and a
coverage of its own, and one that is withdrawn must lose its value, which only the
deletion of its point does. InfluxDB keeps the fields that a newer point leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.interval import Interval, Step
from edge.sample import Quality
from edge.stores.influx.names import every_fluid, stepped
from edge.stores.influx.server import Series, Server
from edge.stores.influx.words import (
    delete,
    fields,
    group,
    head,
    is_,
    line,
    name,
    select,
    within,
)
from edge.stores.protocol import IntervalColumns

OPTIONAL = ("value", "minimum", "mean", "maximum")
ALWAYS = ("coverage", "length_ms", "quality", "sources", "revision")
FIELDS = (*OPTIONAL, *ALWAYS)
APART_MS = 7 * 86_400_000
"""Late rows further apart than this are looked for apart."""

Key = tuple[str, str, Step, int]


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows: of what, from when to when, at most how many."""

    meter: str
    register: str
    step: Step
    start_ms: int
    end_ms: int
    limit: int


def encode(row: Interval) -> str:
    """Give a row's line."""
    start = head(
        stepped(row.register, row.step), meter=row.meter, register=row.register
    )
    return line(
        start,
        row.start_ms,
        value=row.value,
        minimum=row.minimum,
        mean=None if row.mean is None else float(row.mean),
        maximum=row.maximum,
        coverage=float(row.coverage),
        length_ms=row.end_ms - row.start_ms,
        quality=row.quality.value,
        sources=row.sources,
        revision=row.revision,
    )


def question(query: Query) -> str:
    """Write what asks for rows."""
    return select(
        fields(*FIELDS),
        name(stepped(query.register, query.step)),
        is_("meter", query.meter),
        is_("register", query.register),
        within(query.start_ms, query.end_ms),
        end=f" LIMIT {query.limit}",
    )


def columns(found: Sequence[Series]) -> IntervalColumns:
    """Read an answer to `question`."""
    rows = [row for series in found for row in series.whole(*ALWAYS)]
    if not rows:
        return IntervalColumns()
    told = dict(zip(("start_ms", *FIELDS), zip(*rows, strict=True), strict=True))
    lengths = zip(told["start_ms"], told["length_ms"], strict=True)
    return IntervalColumns(
        start_ms=list(told["start_ms"]),
        end_ms=[start + length for start, length in lengths],
        value=list(told["value"]),
        minimum=list(told["minimum"]),
        mean=[None if one is None else float(one) for one in told["mean"]],
        maximum=list(told["maximum"]),
        coverage=[float(one) for one in told["coverage"]],
        quality=[Quality(one).value for one in told["quality"]],
        sources=list(told["sources"]),
        revision=list(told["revision"]),
    )


def newest(rows: Iterable[Interval]) -> dict[Key, Interval]:
    """Keep the newest revision of each row, the last given of two equal ones."""
    kept: dict[Key, Interval] = {}
    for row in rows:
        key = (row.meter, row.register, row.step, row.start_ms)
        if key not in kept or row.revision >= kept[key].revision:
            kept[key] = row
    return kept


def standing(
    server: Server, database: str, meter: str, step: Step, starts: Sequence[int]
) -> dict[tuple[str, int], Mapping[str, Any]]:
    """Give what stands of a meter's rows at some starts, by register and start."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    wanted = set(starts)
    for low, high in runs(sorted(wanted), APART_MS):
        asked = select(
            fields(*OPTIONAL, "revision"),
            every_fluid(f"_{step.value}"),
            is_("meter", meter),
            within(low, high + 1),
            end=group("register"),
        )
        (series,) = server.ask(database, asked)
        for one in series:
            for row in one.rows:
                if row[0] in wanted:
                    told = dict(zip(one.columns, row, strict=True))
                    found[one.tags["register"], row[0]] = told
    return found


def runs(instants: Sequence[int], apart_ms: int) -> list[tuple[int, int]]:
    """Give the first and last of each run of instants that lie close together."""
    found: list[tuple[int, int]] = []
    for at in instants:
        if found and at - found[-1][1] <= apart_ms:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found


def loses(row: Interval, told: Mapping[str, Any]) -> bool:
    """Tell whether a row no longer says something that stands."""
    return any(told[one] is not None and getattr(row, one) is None for one in OPTIONAL)


def withdrawal(row: Interval) -> str:
    """Write what takes a row's point away."""
    return delete(
        stepped(row.register, row.step),
        is_("meter", row.meter),
        is_("register", row.register),
        f"time = {row.start_ms}ms",
    )
