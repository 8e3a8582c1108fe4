"""The owner's reading of a dial: the index goes on from it, and what was missed shows.

The published series has no step: from then on it is the new count, by a baseline. What
was missed while nothing was counted is counted there, by corrections that say so; what
was missed or counted too much otherwise is told, for nobody knows when it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge.commands import CommandRefused
from edge.event import Event, EventKind
from edge.record import Correction
from edge.sample import Value
from edge.sources.protocol import Source
from edge.sources.settable import IndexSet, SettableIndex

NOTE = "releve set-index"


def settable(sources: Sequence[Source], meter: str) -> SettableIndex:
    """Give the source that counts a meter's index; raise CommandRefused."""
    for source in sources:
        if meter in source.meters and isinstance(source, SettableIndex):
            return source
    raise CommandRefused(
        f"the index of {meter} is its meter's own: it can't be set",
        hint="another physical meter? `releve device confirm`; "
        "a wrong total? `releve correct`",
    )


def missed(
    meter: str, changed: IndexSet, flows: Callable[[int], int]
) -> tuple[Correction, ...]:
    """Give what was missed to the times in which nothing was counted.

    Each gets its share by how long it was, floored on the running sum. `flows` tells
    how much can in so many ms: what could not have flowed then was missed elsewhere.
    """
    spans = [span for span in changed.uncounted if span.length_ms]
    whole, litres = sum(span.length_ms for span in spans), changed.missed_l
    if not 0 < litres <= flows(whole):
        return ()
    found, before = [], 0
    for span in spans:
        after = before + span.length_ms
        share = litres * after // whole - litres * before // whole
        before = after
        found.append(
            Correction(
                meter,
                changed.register,
                span.start_ms,
                span.end_ms,
                share,
                changed.at_ms,
                NOTE,
            )
        )
    return tuple(found)


def told(meter: str, changed: IndexSet, corrections: Sequence[Correction]) -> Event:
    """Give the event: from which index to which, and what of it was placed."""
    detail: dict[str, Value] = {
        "register": changed.register,
        "state": "set_index",
        "before": changed.before_l,
        "after": changed.after_l,
        "missed": changed.missed_l,
        "placed": sum(each.value or 0 for each in corrections),
    }
    return Event(meter, changed.at_ms, EventKind.CORRECTION, detail)
