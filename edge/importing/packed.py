"""What an import said, in columns: small enough to be kept for as long as it stands."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise

import orjson

from edge.sample import Quality, Slice

QUALITIES = tuple(Quality)


def pack(slices: Sequence[Slice]) -> bytes:
    """Pack slices, which are received together."""
    series: dict[tuple[str, str, str], list[Slice]] = {}
    for one in slices:
        series.setdefault((one.meter, one.register, one.origin), []).append(one)
    document = []
    for (meter, register, origin), some in series.items():
        some.sort(key=lambda one: (one.start_ms, one.end_ms))
        starts = [one.start_ms for one in some]
        document.append(
            {
                "meter": meter,
                "register": register,
                "origin": origin,
                "received_ms": some[0].received_ms,
                "starts": [*starts[:1], *(b - a for a, b in pairwise(starts))],
                "lengths": [one.end_ms - one.start_ms for one in some],
                "values": [one.value for one in some],
                "qualities": [QUALITIES.index(one.quality) for one in some],
                "ends": [one.index_end for one in some],
            }
        )
    return zlib.compress(orjson.dumps(document), 6)


def unpack(data: bytes) -> list[Slice]:
    """Give what was packed, in order of time within each series."""
    return [
        Slice(
            one["meter"],
            one["register"],
            start,
            start + length,
            value,
            QUALITIES[quality],
            one["origin"],
            one["received_ms"],
            end,
        )
        for one in orjson.loads(zlib.decompress(data))
        for start, length, value, quality, end in zip(
            accumulate(one["starts"]),
            one["lengths"],
            one["values"],
            one["qualities"],
            one["ends"],
            strict=True,
        )
    ]
