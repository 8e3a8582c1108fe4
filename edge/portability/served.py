"""What a running home exports, as it is sent while it is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from dataclasses import dataclass, field

from edge.portability.extracting import Extracting
from edge.portability.gathered import Home
from edge.portability.sink import Sink
from edge.turn import in_turn

Steps = Callable[[Sink], Generator[tuple[str, float], None, None]]


class Buffer:
    """A sink that is emptied again and again."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: what waits is taken away."""

    def taken(self) -> bytes:
        """Give what was written since, and keep nothing of it."""
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


@dataclass(frozen=True, slots=True)
class Served:
    """The exports of one home, one sent at a time: each holds a page of it."""

    home: Callable[[], Home]
    extracting: Extracting
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def sent(self, steps: Steps, passphrase: str | None) -> AsyncIterator[bytes]:
        """Give a pack piece by piece, sealed if there is a passphrase.

        Broken off, it lacks its end, and nobody takes it for whole.
        """
        async with self._one:
            buffer = Buffer()
            sealing = None
            if passphrase is not None:
                from edge.portability.sealed import Sealing  # noqa: PLC0415 - brings cryptography

                sealing = await in_turn(Sealing, buffer, passphrase)
            written = steps(buffer if sealing is None else sealing)
            try:
                while await in_turn(next, written, None) is not None:
                    if piece := buffer.taken():
                        yield piece
            finally:
                written.close()
            if sealing is not None:
                sealing.close()
            yield buffer.taken()
