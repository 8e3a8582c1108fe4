"""The committed tail of the journal: what no store has yet, kept ready to be read."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge.errors import StoreBehind
from edge.facts import Fact
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.record import Address, Baseline, Correction, Record
from edge.rollup.track import Track, join
from edge.sample import Sample, Slice

LONGEST = 4000
"""Records of a tail, 14 KB each; a store further behind is filled, and says so."""
PAGE = 500

Slot = tuple[str, str, Step]


class Committed(Protocol):
    """A journal, as far as reads need it."""

    def read(self, after: Address | None = None, *, limit: int = 256) -> list[Record]:
        """Give the committed records behind an address."""
        ...

    def last_sample(self, meter: str) -> Sample | None:
        """Give the last sample of a meter."""
        ...

    def facts(self, meter: str, start_ms: int, end_ms: int) -> list[Fact]:
        """Give the dated facts of a meter that meet [start, end), in time order."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a tail holds at one moment; never changed once given."""

    tracks: Mapping[str, Track] = field(default_factory=dict)
    rows: Mapping[Slot, Mapping[int, Interval]] = field(default_factory=dict)
    slices: Mapping[tuple[str, str], Sequence[Slice]] = field(default_factory=dict)
    baselines: Sequence[Baseline] = ()
    corrections: Sequence[Correction] = ()

    def more(self, records: Sequence[Record]) -> Snapshot:
        """Give a snapshot with these records too."""
        heard: dict[str, list[Track]] = {}
        rows: dict[Slot, dict[int, Interval]] = {}
        told: dict[tuple[str, str], list[Slice]] = {}
        baselines = list(self.baselines)
        corrections = list(self.corrections)
        for record in records:
            body = record.body
            if isinstance(body, Block):
                heard.setdefault(body.meter, []).append(Track.of(body))
            elif isinstance(body, Baseline):
                baselines.append(body)
            elif isinstance(body, Correction):
                corrections.append(body)
            elif isinstance(body, tuple):
                for one in body:
                    if isinstance(one, Slice):
                        told.setdefault((one.meter, one.register), []).append(one)
                    else:
                        self._row(rows, one)
        tracks = dict(self.tracks)
        for meter, some in heard.items():
            tracks[meter] = join([tracks.get(meter, Track.empty(meter)), *some])
        slices = {
            **self.slices,
            **{of: (*self.slices.get(of, ()), *some) for of, some in told.items()},
        }
        return Snapshot(tracks, {**self.rows, **rows}, slices, baselines, corrections)

    def _row(self, rows: dict[Slot, dict[int, Interval]], row: Interval) -> None:
        slot = (row.meter, row.register, row.step)
        if slot not in rows:
            rows[slot] = dict(self.rows.get(slot, {}))
        standing = rows[slot].get(row.start_ms)
        if standing is None or row.revision >= standing.revision:
            rows[slot][row.start_ms] = row


class Tail:
    """Follows a journal from a store's cursor on; any thread may ask."""

    def __init__(self, journal: Committed) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._records: list[Record] = []
        self._after: Address | None = None
        self._snapshot = Snapshot()

    def since(self, cursor: Address | None) -> Snapshot:
        """Give everything committed behind a store's cursor, up to now.

        Raises StoreBehind when that is more than can be held: a part of it would be
        taken for the whole.
        """
        with self._lock:
            self._drop(cursor)
            while True:
                last = self._records[-1].address if self._records else self._after
                news = self._journal.read(last, limit=PAGE)
                if not news:
                    return self._snapshot
                if len(self._records) >= LONGEST:
                    raise StoreBehind(
                        "the store is being filled from the journal",
                        hint="ask again in a minute; `releve consumers` says how far",
                    )
                self._records += news
                self._snapshot = self._snapshot.more(news)

    def _drop(self, cursor: Address | None) -> None:
        """Let go of what the store has; begin again when its cursor went back."""
        if cursor == self._after:
            return
        forward = cursor is not None and (self._after is None or cursor > self._after)
        left = [r for r in self._records if cursor is not None and r.address > cursor]
        self._records = left if forward else []
        self._after = cursor
        self._snapshot = Snapshot().more(self._records)
