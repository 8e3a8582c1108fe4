"""What the process apart gives back: exports as plain JSON, or a word for why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.errors import NotCollected, Reason
from exports.said import Amount, Export

MOST_AMOUNTS = 60_000
"""Of one attempt: half-hours of three years."""
MOST_BYTES = 8 << 20
PIECE = 5_000
"""Rows of one message to the service."""

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Carried:
    """What one attempt read: rows for the service, and counts.

    A row is [quantity, start_ms, end_ms, value, nature, index_end]. `number` is the
    supply point's as the portal has it; `excuse` why not all came.
    """

    fluid: str
    number: str | None
    rows: Sequence[Row]
    refused: int = 0
    excuse: NotCollected | None = None

    @property
    def newest_ms(self) -> int | None:
        """Give the end of the newest reading."""
        return max((row[2] for row in self.rows), default=None)

    def plain(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "fluid": self.fluid,
            "number": self.number,
            "rows": list(self.rows),
            "refused": self.refused,
            "excuse": None if self.excuse is None else excuse(self.excuse),
        }

    def messages(self) -> Iterator[dict[str, Any]]:
        """Give it in pieces, one at least, as the service takes them."""
        for at in range(0, max(1, len(self.rows)), PIECE):
            rows = list(self.rows[at : at + PIECE])
            yield {"fluid": self.fluid, "number": self.number, "rows": rows}

    @classmethod
    def of(
        cls, fluid: str, export: Export, excuse: NotCollected | None = None
    ) -> Carried:
        """Give what answers said; raise NotCollected on too much."""
        if len(export.amounts) > MOST_AMOUNTS:
            raise NotCollected(Reason.CHANGED, "rows")
        rows = [_row(one) for one in export.amounts]
        return cls(fluid, export.meter, rows, len(export.refused), excuse)

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Carried:
        """Read what `plain` gave: it comes from a process of our own."""
        told = document["excuse"]
        return cls(
            document["fluid"],
            document["number"],
            document["rows"],
            document["refused"],
            None if told is None else excused(told),
        )


def _row(one: Amount) -> Row:
    start, end = (round(at.timestamp() * 1000) for at in (one.start, one.end))
    return [one.quantity, start, end, one.value, one.nature.value, one.index_end]


def excuse(error: NotCollected) -> dict[str, Any]:
    """Give an error as plain JSON values."""
    return {
        "reason": error.reason.value,
        "where": error.where,
        "status": error.status,
        "wait_s": error.wait_s,
    }


def excused(document: Mapping[str, Any]) -> NotCollected:
    """Read what `excuse` gave."""
    return NotCollected(
        Reason(document["reason"]),
        str(document["where"])[:80],
        status=document["status"],
        wait_s=document["wait_s"],
    )
