"""What stands in a message: JSON in the API's words, or a bare value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from edge.event import Event
from edge.interval import Interval
from edge.outputs.past import Past
from edge.registers import CATALOGUE
from edge.sample import Sample, Value, utc

LONG_NUMBER = re.compile(r"\d{12,}")
"""A PRM has 14 digits, a serial number 12: a text of the meter's might quote one."""
HIDDEN = "…"


def shown(value: Value) -> Value:
    """Give a value as it may leave: no text with what could be a meter's own number."""
    if not isinstance(value, str):
        return value
    return LONG_NUMBER.sub(HIDDEN, value) if len(value) >= 12 else value


def bare(value: Value) -> bytes:
    """Give a value alone; nothing at all for an unknown one, which is never 0."""
    return b"" if value is None else str(shown(value)).encode()


@dataclass(frozen=True, slots=True)
class Payloads:
    """Writes messages, with instants in the home's zone."""

    zone: ZoneInfo

    def instant(self, at_ms: int) -> str:
        """Give an instant, as in 2026-10-25T02:30:00+01:00; ms only if there are."""
        written = utc(at_ms).astimezone(self.zone)
        return written.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")

    def sample(self, sample: Sample) -> bytes:
        """Give a sample whole: null is unknown."""
        return orjson.dumps(
            {
                "meter": sample.meter,
                "at": self.instant(sample.at_ms),
                "quality": sample.quality,
                "origin": sample.origin,
                "values": _shown(sample.values),
            }
        )

    def interval(self, row: Interval) -> bytes:
        """Give one register over [start, end)."""
        known = row.register in CATALOGUE
        document: dict[str, Any] = {
            "meter": row.meter,
            "register": row.register,
            "step": row.step,
            "start": self.instant(row.start_ms),
            "end": self.instant(row.end_ms),
            "value": row.value,
            "unit": CATALOGUE[row.register].unit if known else None,
            "quality": row.quality,
            "coverage": round(row.coverage, 4),
            "sources": row.sources,
            "revision": row.revision,
        }
        if row.mean is not None:
            mean = round(row.mean, 3)
            document |= {"min": row.minimum, "mean": mean, "max": row.maximum}
        return orjson.dumps(document)

    def event(self, event: Event) -> bytes:
        """Give an event: what changed, from what, to what."""
        return orjson.dumps(
            {
                "meter": event.meter,
                "at": self.instant(event.at_ms),
                "kind": event.kind,
                "detail": _shown(event.detail),
            }
        )

    def past(self, past: Past) -> bytes:
        """Give which registers of a meter to read again, and over which time."""
        return orjson.dumps(
            {
                "meter": past.meter,
                "registers": list(CATALOGUE.ordered(dict.fromkeys(past.registers))),
                "from": self.instant(past.start_ms),
                "to": self.instant(past.end_ms),
            }
        )


def _shown(values: Mapping[str, Value]) -> dict[str, Value]:
    return {
        name: value if value is None or value.__class__ is int else shown(value)
        for name, value in values.items()
    }
