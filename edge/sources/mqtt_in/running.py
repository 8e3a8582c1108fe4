"""An index kept here, out of counts that start again or of what flowed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from edge.sources.mqtt_in.presets import Way
from water.errors import MessageRefused

START = 10
"""A counter that restarts has counted little: a tenth of what it had, at most."""


@dataclass(frozen=True, slots=True)
class Running:
    """The index and the count behind it, in thousandths, and when that was.

    `below` is a count that fell without being near 0, said once: a counter that was
    saved a while before a reboot goes on from there, a false message doesn't.
    """

    index: int
    count: int | None = None
    at_ms: int | None = None
    below: int | None = None

    @property
    def whole(self) -> int:
        """Give the index in the register's unit."""
        return self.index // 1000


def advance(  # noqa: PLR0913 - what was, what came, what can have
    before: Running | None,
    way: Way,
    number: int,
    at_ms: int,
    most: int,
    start: int | None = None,
) -> Running:
    """Give where the index stands after a number; raise MessageRefused.

    `most` is what can have flowed since `before.at_ms`. `start` is where the index
    begins; None: where the counter is.
    """
    if number < 0:
        raise MessageRefused("negative", "nothing counts less than 0")
    if way is Way.DELTA:
        known = Running(start or 0, at_ms=at_ms) if before is None else before
        if before is not None and number > most:
            raise MessageRefused("jump", "it is more than can have flowed")
        return Running(known.index + number, None, at_ms)
    if before is None or before.count is None:
        index = number if start is None and before is None else start
        return Running(before.index if before else index or 0, number, at_ms)
    grown = number - before.count
    if grown < 0:
        restarted = number * START <= before.count and number <= most
        if restarted:
            grown = number
        elif before.below is not None and 0 <= number - before.below <= most:
            grown = number - before.below
        else:
            return Running(before.index, before.count, before.at_ms, number)
    if grown > most:
        raise MessageRefused("jump", "it is more than can have flowed")
    return Running(before.index + grown, number, at_ms)
