"""What a home that is backed up was told."""

from __future__ import annotations

from edge.sample import Sample

BASE_MS = 1_790_000_000_000


def sample(n: int) -> Sample:
    return Sample("linky", BASE_MS + n * 1000, {"import_total_wh": 1000 + n})
