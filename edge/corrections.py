"""The owner's word on a stretch of time: how it replaces what was counted there."""

from __future__ import annotations

from collections.abc import Iterable

from edge.record import Correction
from edge.rollup.part import Part
from edge.sample import Quality

ORIGIN = "owner"


def corrected(
    part: Part,
    start_ms: int,
    end_ms: int,
    corrections: Iterable[Correction],
    *,
    index: bool,
) -> Part:
    """Apply corrections, in their order, to the part of [start, end).

    A correction is spread evenly over its time, floored on the running sum so that its
    shares add up to it exactly. Where it covers a part only partly, the rest of the
    part keeps its share of what it had, by time, floored.
    """
    for correction in corrections:
        low = max(start_ms, correction.start_ms)
        high = min(end_ms, correction.end_ms)
        if low < high:
            part = _correct(part, end_ms - start_ms, low, high, correction, index=index)
    return part


def _correct(  # noqa: PLR0913 - what, over which time, by what
    part: Part, length: int, low: int, high: int, word: Correction, *, index: bool
) -> Part:
    rest, kept = length - (high - low), _share_of(part, length - (high - low), length)
    if word.value is None:
        kept_some = rest > 0
        return Part(
            kept.value if kept_some else None,
            kept.known_ms,
            kept.weighted if kept_some else None,
            part.minimum if kept_some else None,
            part.maximum if kept_some else None,
            Quality.CORRECTED,
            ORIGIN,
        )
    known_ms = kept.known_ms + high - low
    if index:
        span, since = word.end_ms - word.start_ms, word.start_ms
        share = word.value * (high - since) // span - word.value * (low - since) // span
        return Part(
            (kept.value or 0) + share,
            known_ms,
            quality=Quality.CORRECTED,
            sources=ORIGIN,
        )
    met = (word.value, part.minimum, part.maximum) if rest else (word.value,)
    known = [value for value in met if value is not None]
    return Part(
        None,
        known_ms,
        (kept.weighted or 0) + word.value * (high - low),
        min(known),
        max(known),
        Quality.CORRECTED,
        ORIGIN,
    )


def _share_of(part: Part, rest: int, length: int) -> Part:
    return Part(
        None if part.value is None else part.value * rest // length,
        part.known_ms * rest // length,
        None if part.weighted is None else part.weighted * rest // length,
    )
