"""The home that takes a pack, as far as a pack needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from edge.facts import Fact
from edge.journal.devices import Device
from edge.journal.erased import Erased
from edge.record import Address, Baseline, Body, Lane
from edge.sample import Slice
from edge.stores.protocol import OwnRows


class PackJournal(Protocol):
    """A journal, as far as a pack needs it."""

    async def append(
        self, bodies: Sequence[Body], *, lane: Lane = ...
    ) -> tuple[Address, ...]:
        """Append bodies, all or none."""
        ...

    async def restore_devices(self, known: Sequence[Device]) -> int:
        """Note the physical meters of a home that moved here."""
        ...

    async def note_facts(self, told: Sequence[Fact]) -> None:
        """Add dated facts."""
        ...

    def erased(self) -> list[Erased]:
        """Give what the owner had erased."""
        ...

    def facts(self, meter: str) -> list[Fact]:
        """Give the dated facts of a meter."""
        ...

    def baselines(self, meter: str) -> list[Baseline]:
        """Give a meter's baselines."""
        ...


class PackReads(OwnRows, Protocol):
    """What stands, as far as a pack needs it."""

    def slices(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Slice]:
        """Give what sources said of periods."""
        ...

    def heard(self, meter: str) -> tuple[int, int] | None:
        """Give a meter's first and last instant, as far as raw is kept."""
        ...
