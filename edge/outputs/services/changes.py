"""What the journal was told since: which stretches of the past to look at again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from edge.event import Event
from edge.journal.bodies import Kind
from edge.outputs.past import Past, merged, page_of
from edge.outputs.services.book import Place
from edge.record import Address, Lane, Record

KINDS = (Kind.INTERVALS, Kind.SLICES, Kind.GAP)
PAGE = 256


class ReadRecords(Protocol):
    """A journal, as far as it is read here."""

    @property
    def tail(self) -> Address:
        """Give the address of the last record committed."""
        ...

    def read(
        self,
        after: Address | None = None,
        *,
        limit: int = PAGE,
        lane: Lane | None = None,
        kinds: Iterable[Kind] | None = None,
    ) -> list[Record]:
        """Give the records behind an address, in order."""
        ...

    async def wait_committed(self, after: Address | None) -> Address:
        """Wait for a record behind an address; give the tail."""
        ...


def changed(journal: ReadRecords, place: Place) -> tuple[dict[str, Past], Place]:
    """Give one stretch a meter that something was said of, and where that leads."""
    told: tuple[Past, ...] = ()
    for lane in Lane:
        at = place.at(lane)
        while page := page_of(journal.read(at, limit=PAGE, lane=lane, kinds=KINDS), 0):
            told, at = merged(told, page.told), page.last
        place = place.moved(lane, at)
    return {past.meter: past for past in told}, place


def events(journal: ReadRecords, after: Address) -> tuple[list[Event], Address]:
    """Give the events behind an address, and the last record looked at."""
    found: list[Event] = []
    while records := journal.read(
        after, limit=PAGE, lane=Lane.PRESENT, kinds=(Kind.EVENT,)
    ):
        found += [r.body for r in records if isinstance(r.body, Event)]
        after = records[-1].address
    return found, after
