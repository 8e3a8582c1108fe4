"""The door: a Unix socket of mode 0600 on which collectors hand over what they read.

In a directory of its own, so that their process sees nothing else of ours.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.errors import EdgeError
from edge.health import PartHealth
from edge.journal.file import private_directory
from edge.sources.collected.faring import Faring
from edge.sources.collected.handed import Handed, HandedRefused, Hello, Pasts, parse
from edge.sources.collected.taking import Taken, Taker
from edge.turn import in_turn

log = logging.getLogger(__name__)

SOCKET = Path("collected") / "door.sock"
LINE_LIMIT = 1 << 20
AT_ONCE = 4
PATIENCE_S = 60.0
"""A line that takes longer to come is let go of."""


@dataclass(slots=True)
class CollectedDoor:
    """Serves one home's collectors."""

    data_dir: Path
    taker: Taker
    now_ms: Callable[[], int]
    patience_s: float = PATIENCE_S
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    counters: dict[str, int] = field(
        default_factory=lambda: {"new": 0, "changed": 0, "unchanged": 0, "messages": 0}
    )
    refused: dict[str, int] = field(default_factory=dict)
    faring: Faring = field(init=False)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.faring = Faring(tuple(self.taker.collectors))

    async def run(self) -> None:
        """Serve until cancelled."""
        path = self.data_dir / SOCKET
        await asyncio.to_thread(private_directory, path.parent)
        path.unlink(missing_ok=True)  # the journal's lock says that nobody else is here
        server = await asyncio.start_unix_server(
            self._serve, path=str(path), limit=LINE_LIMIT
        )
        path.chmod(0o600)
        self.ready.set()
        try:
            await server.serve_forever()
        finally:
            for writer in self._open:
                writer.close()
            path.unlink(missing_ok=True)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._open.add(writer)
        try:
            if len(self._open) > AT_ONCE:
                return
            with suppress(ConnectionError, EOFError, ValueError, TimeoutError):
                while line := await self._line(reader):
                    answer = await self._answer(line)
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()

    async def _line(self, reader: asyncio.StreamReader) -> bytes:
        async with asyncio.timeout(self.patience_s):
            return await reader.readline()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        self.counters["messages"] += 1
        try:
            # off the loop: a piece of a long past takes a Pi a tenth of a second
            message = await in_turn(parse, line)
            match message:
                case Hello(name):
                    self.taker.known(name)
                    return {"ok": True}
                case Pasts(pasts):
                    self.faring.told(pasts, self.now_ms())
                    return {"ok": True}
                case Handed():
                    return self._counted(await self.taker.take(message))
        except HandedRefused as error:
            self._count({error.reason: 1})
            log.warning("what a collector handed over is refused: %s", error)
            return {"ok": False, "reason": error.reason}
        except EdgeError as error:
            # A full disk: the same days come again, and nothing of them is lost.
            log.warning("what a collector handed over can't be kept: %s", error)
            return {"ok": False, "reason": "not-kept"}

    def _counted(self, taken: Taken) -> dict[str, Any]:
        counts = {
            "new": taken.new,
            "changed": taken.changed,
            "unchanged": taken.unchanged,
        }
        for name, count in counts.items():
            self.counters[name] += count
        self._count(taken.refused)
        return {"ok": True, **counts, "refused": sum(taken.refused.values())}

    def _count(self, reasons: Mapping[str, int]) -> None:
        for reason, count in reasons.items():
            self.refused[reason] = self.refused.get(reason, 0) + count

    def health(self) -> list[PartHealth]:
        """Tell how the door fares, and each collector as it says itself."""
        door = self.faring.door(self.now_ms())
        return [
            PartHealth(
                name="collectors",
                ok=door is None,
                counters=dict(self.counters),
                refused=dict(self.refused),
                oldest_age_ms=None,
                detail=door or "",
            ),
            *self.faring.parts(self.now_ms()),
        ]
