"""What stands in a message to a service: its own numbers, and none of the home's.

No revision, no sources, no place in the journal: they tell of what it may not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from edge.broker.accounts import Branch, requests
from edge.broker.passes import Pass
from edge.event import Event
from edge.interval import Point
from edge.outputs.payloads import Payloads, shown
from edge.outputs.services.row import EVENT, Owed, Row
from edge.registers import CATALOGUE
from edge.sample import Sample, Value


@dataclass(frozen=True, slots=True)
class Messages:
    """Writes topics and payloads under one prefix, with instants in the home's zone."""

    prefix: str
    zone: ZoneInfo

    def branch(self, service: str) -> Branch:
        """Give a service's part of the tree."""
        return Branch(self.prefix, service)

    @property
    def requests(self) -> str:
        """Give the filter of what is asked."""
        return requests(self.prefix)

    def asker(self, topic: str) -> str:
        """Give the service whose request topic it is."""
        return topic.split("/")[2]

    def topic(self, service: str, row: Row) -> str:
        """Give where a row or an event goes."""
        return f"{self.branch(service).out}/{row.meter}/{row.step}/{row.register}"

    def live_topic(self, service: str, meter: str) -> str:
        """Give where a service's live values of a meter go."""
        return f"{self.branch(service).out}/{meter}/live"

    def owed(self, owed: Owed, login: Pass) -> bytes:  # noqa: ARG002 - see the cloud's
        """Give a row, or an event, with the number that it has for a login."""
        row = owed.row
        if row.step == EVENT:
            detail = orjson.loads(row.detail or "{}")
            return orjson.dumps(
                {"seq": owed.seq, "at": self._instant(row.start_ms), "detail": detail}
            )
        return orjson.dumps({"seq": owed.seq} | self.row(row))

    def row(self, row: Row) -> dict[str, Any]:
        """Give a row as it is told and answered."""
        return {
            "start": self._instant(row.start_ms),
            "end": self._instant(row.end_ms),
            "value": row.value,
            "unit": CATALOGUE[row.register].unit,
            "quality": row.quality,
            **orjson.loads(row.detail or "{}"),
        }

    def point(self, point: Point) -> dict[str, Any]:
        """Give one raw value."""
        return {"at": self._instant(point.at_ms), "value": shown(point.value)}

    def sample(self, sample: Sample) -> bytes:
        """Give what is live: null is unknown."""
        return orjson.dumps(
            {
                "at": self._instant(sample.at_ms),
                "quality": sample.quality,
                "values": _shown(sample.values),
            }
        )

    def _instant(self, at_ms: int) -> str:
        return Payloads(self.zone).instant(at_ms)


def row_of(event: Event) -> Row:
    """Give an event as it is owed."""
    detail = orjson.dumps(_shown(event.detail), option=orjson.OPT_SORT_KEYS).decode()
    at_ms = event.at_ms
    return Row(event.meter, event.kind.value, EVENT, at_ms, at_ms, None, "", detail)


def _shown(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: shown(value) for name, value in values.items()}
