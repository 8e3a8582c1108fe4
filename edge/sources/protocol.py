"""What a source is: the meters it serves, and what they say, for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, runtime_checkable

from edge.health import PartHealth
from edge.sample import Reading


@runtime_checkable
class Source(Protocol):
    """An async iterator of readings that restarts itself and raises for no port.

    `beat_ns` is the monotonic instant at which its loop last turned, meter or no
    meter: the watchdog's sign of life.
    """

    meters: tuple[str, ...]
    beat_ns: int

    def __aiter__(self) -> AsyncIterator[Reading]:
        """Give readings as they come; a replay's end, a meter's never do."""
        ...

    def health(self) -> PartHealth:
        """Tell how it fares."""
        ...


@runtime_checkable
class BatchSource(Source, Protocol):
    """A source that at times has several readings ready: a capture at full speed."""

    def batches(self) -> AsyncIterator[Sequence[Reading]]:
        """Give the same readings, those together that are ready together."""
        ...


async def batches(source: Source) -> AsyncIterator[Sequence[Reading]]:
    """Give any source's readings, those together that it has ready together."""
    if isinstance(source, BatchSource):
        async for readings in source.batches():
            yield readings
    else:
        async for reading in source:
            yield (reading,)
