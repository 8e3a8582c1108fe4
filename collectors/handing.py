"""The way to the running service: one JSON line there, one back, over a Unix socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collectors.errors import NotCollected, Reason

SOCKET = Path("collected") / "door.sock"
"""Inside the service's data directory, in a directory that holds nothing else."""
LINE_LIMIT = 1 << 20
TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Service:
    """The service of one data directory."""

    data_dir: Path
    timeout_s: float = TIMEOUT_S

    async def send(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Give its answer; raise NotCollected (service-away, service-refused)."""
        try:
            async with asyncio.timeout(self.timeout_s):
                answer = await self._exchange(json.dumps(message).encode() + b"\n")
        except (OSError, ValueError, EOFError) as error:  # TimeoutError is an OSError
            raise NotCollected(Reason.SERVICE_AWAY) from error
        if not isinstance(answer, dict) or not answer.get("ok"):
            told = answer.get("reason") if isinstance(answer, dict) else None
            raise NotCollected(Reason.SERVICE_REFUSED, str(told or "")[:80])
        return answer

    async def _exchange(self, line: bytes) -> Any:
        path = str(self.data_dir / SOCKET)
        reader, writer = await asyncio.open_unix_connection(path, limit=LINE_LIMIT)
        try:
            writer.write(line)
            await writer.drain()
            return json.loads(await reader.readuntil(b"\n"))
        finally:
            writer.close()
