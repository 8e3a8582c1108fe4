"""What every store can do: the one protocol that the conformance suite tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edge.interval import Interval, Point, Step
from edge.record import Record


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """How a store is: whether it answers, what it holds, what it says."""

    engine: str
    answers: bool
    bytes_on_disk: int | None
    detail: str = ""


class Store(Protocol):
    """Where readings are queried. Every method may block: call it off the loop.

    `project` is idempotent and returns only once what it was given is durable: the
    consumer moves its cursor then. Reads give rows in time order, those whose start
    (or instant) is in [start_ms, end_ms), at most `limit`. They hold only what was
    projected: `edge.reads` joins them with the journal's committed tail.
    """

    def project(self, records: Sequence[Record]) -> None:
        """Write what these records say; raise StoreError when it can't be kept."""
        ...

    def raw(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Point]:
        """Give a register's changes at full rate, while they are kept."""
        ...

    def intervals(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> list[Interval]:
        """Give a register's intervals of one step, 1min to year."""
        ...

    def prune(self, meter: str, step: Step, before_ms: int) -> int:
        """Forget what is older than an instant at raw or 1min; give the rows gone."""
        ...

    def health(self) -> StoreHealth:
        """Say how the store is, without raising."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
