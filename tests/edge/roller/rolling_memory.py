"""A history in memory: what the roller reads of the past, without a disk."""

from __future__ import annotations

from edge.rollup.track import Track, join


class Memory:
    def __init__(self):
        self.tracks, self.rows = [], {}
        self._baselines, self._corrections = [], []
        self.pruned = 0
        self.revisions = []

    def keep(self, bodies):
        for _, rows in bodies:
            for row in rows:
                slot = (row.register, row.step, row.start_ms)
                old = self.rows.get(slot)
                assert row.revision == (old.revision + 1 if old else 1)
                self.rows[slot] = row
                self.revisions.append(row)

    def track(self, meter, start_ms, end_ms):
        found = [t.clip(start_ms, end_ms) for t in self.tracks if t.meter == meter]
        return join(found) if found else Track.empty(meter)

    def intervals(self, meter, register, step, start_ms, end_ms, limit):
        found = [
            row
            for row in self.rows.values()
            if (row.meter, row.register, row.step) == (meter, register, step)
            and start_ms <= row.start_ms < end_ms
        ]
        return sorted(found, key=lambda row: row.start_ms)[:limit]

    def baselines(self, meter):
        return [b for b in self._baselines if b.meter == meter]

    def corrections(self, meter):
        return [c for c in self._corrections if c.meter == meter]

    def pruned_ms(self, meter):  # noqa: ARG002 - one meter
        return self.pruned
