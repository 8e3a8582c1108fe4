"""A real journal in a directory of the test's, and what goes into it."""

from __future__ import annotations

from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.record import Lane

HALF_MS = 1_800_000
T0 = 1_795_500_000_000 // HALF_MS * HALF_MS


def row(n, register="import_total_wh", **kwargs):
    """Give the n-th half-hour."""
    start_ms = T0 + n * HALF_MS
    return Interval(
        "linky", register, Step.MIN30, start_ms, start_ms + HALF_MS, n, **kwargs
    )


def event(n):
    return Event("linky", T0 + n, EventKind.TARIFF, {"tariff_index": n})


async def present(journal, *rows):
    await journal.append([tuple(rows)])


async def history(journal, *rows):
    await journal.append([tuple(rows)], lane=Lane.HISTORY)


def key(document):
    return tuple(
        document[name] for name in ("meter", "register", "step", "start", "revision")
    )
