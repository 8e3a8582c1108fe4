"""Events on their edges: what changed between two moments of one meter.

A state is repeated in every frame; an event is said once, when it begins or ends.
None is not a value: a change is against the last that was known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from edge.event import Event, EventKind
from edge.sample import Sample, Value

WATCHED: Mapping[str, EventKind] = {
    "tariff_index": EventKind.TARIFF,
    "tariff_period": EventKind.TARIFF,
    "tariff_option": EventKind.TARIFF,
    "overload": EventKind.OVERLOAD,
    "tempo_today": EventKind.TEMPO,
    "tempo_tomorrow": EventKind.TEMPO,
    "peak_notice": EventKind.PEAK_NOTICE,
    "peak_notice_min": EventKind.PEAK_NOTICE,
    "peak_running": EventKind.PEAK_NOTICE,
    "message_short": EventKind.MESSAGE,
    "message_ultra_short": EventKind.MESSAGE,
}
"""The registers whose changes are events. One frame's changes of one kind are one."""

BEGINS: Mapping[str, Collection[Value]] = {
    "overload": ("no",),
    "peak_notice_min": (0,),
    "peak_notice": (0,),
    "peak_running": (0,),
}
"""What each is at rest: another value at the very first sight is an event already."""

MEASURES = (
    *(f"overload_current_l{n}_a" for n in (1, 2, 3)),
    *(f"current_l{n}_a" for n in (1, 2, 3)),
)


class Edges:
    """The last known value of each watched register of one meter."""

    def __init__(self, meter: str) -> None:
        self._meter = meter
        self._known: dict[str, Value] = {}

    def restore(self, values: Mapping[str, Value]) -> None:
        """Go on from what stood before a restart: what hasn't changed is no event."""
        for name in WATCHED.keys() & values.keys():
            if values[name] is not None:
                self._known[name] = values[name]

    def of(self, values: Mapping[str, Value], at_ms: int) -> tuple[Event, ...]:
        """Give the events of these values; None among them changes nothing."""
        changed: dict[EventKind, dict[str, Value]] = {}
        for name in WATCHED.keys() & values.keys():
            value = values[name]
            if value is None:
                continue
            before = self._known.get(name)
            self._known[name] = value
            rest = BEGINS.get(name, (value,)) if before is None else (before,)
            if value not in rest:
                detail = changed.setdefault(WATCHED[name], {})
                detail[name] = value
                detail[f"{name}_before"] = before
        return tuple(
            Event(self._meter, at_ms, kind, self._detail(kind, changed[kind], values))
            for kind in sorted(changed)
        )

    def gone(self, names: Collection[str], at_ms: int) -> tuple[Event, ...]:
        """Give the events of registers that the meter sends no more.

        EJP's notice (PEJP) is sent while it runs only: its end is its absence.
        """
        ended = [
            name
            for name in names
            if name in WATCHED and self._known.pop(name, None) is not None
        ]
        if "peak_notice_min" not in ended:
            return ()
        detail: dict[str, Value] = {"peak_notice_min": None}
        return (Event(self._meter, at_ms, EventKind.PEAK_NOTICE, detail),)

    @staticmethod
    def _detail(
        kind: EventKind, changed: dict[str, Value], values: Mapping[str, Value]
    ) -> Mapping[str, Value]:
        if kind is not EventKind.OVERLOAD:
            return changed
        state = "start" if changed["overload"] == "yes" else "end"
        measures = {
            name: values[name] for name in MEASURES if values.get(name) is not None
        }
        return {**changed, "state": state, **measures}


def between(before: Sample | None, after: Sample) -> tuple[Event, ...]:
    """Give the events between two consecutive samples of one meter."""
    edges = Edges(after.meter)
    if before is not None:
        edges.restore(before.values)
    return edges.of(after.values, after.at_ms)
