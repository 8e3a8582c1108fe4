"""The control socket: commands of the owner's shell, one JSON object a line.

A Unix socket inside the data directory, mode 0600: who may open it is who may read the
journal anyway, so it asks for no credential.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.commands import (
    CONTROL_SOCKET,
    Command,
    CommandRefused,
    Commands,
    NoService,
    from_json,
    to_json,
)
from edge.errors import EdgeError

LINE_LIMIT = 64 * 1024
ANSWER_LIMIT = 64 << 20
"""What an import refused can be told row by row."""


@dataclass(frozen=True, slots=True)
class ControlServer:
    """Serves the control socket of one data directory."""

    data_dir: Path
    commands: Commands
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Serve until cancelled."""
        path = self.data_dir / CONTROL_SOCKET
        path.unlink(missing_ok=True)  # the journal's lock says that nobody else is here
        server = await asyncio.start_unix_server(
            self._serve, path=str(path), limit=LINE_LIMIT
        )
        path.chmod(0o600)
        self.ready.set()
        try:
            await server.serve_forever()
        finally:
            path.unlink(missing_ok=True)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
                while line := await reader.readline():
                    answer = await self._answer(line)
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            command = from_json(json.loads(line))
            return {"ok": True, "result": await self.commands.execute(command)}
        except ValueError:
            return {"ok": False, "error": "a command is one JSON object on one line"}
        except EdgeError as error:
            return {"ok": False, "error": str(error)}


async def send(data_dir: Path, command: Command) -> dict[str, Any]:
    """Have the running service carry a command out; give its acknowledgement.

    Raises CommandRefused when it says no, NoService when none runs on `data_dir`.
    """
    with _reaching(data_dir):
        reader, writer = await asyncio.open_unix_connection(
            str(data_dir / CONTROL_SOCKET), limit=ANSWER_LIMIT
        )
    try:
        writer.write(_line(command))
        await writer.drain()
        return _result(await reader.readline())
    finally:
        writer.close()


def ask(data_dir: Path, command: Command) -> dict[str, Any]:
    """Do as `send` does, and block meanwhile."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as to:
        with _reaching(data_dir):
            to.connect(str(data_dir / CONTROL_SOCKET))
        to.sendall(_line(command))
        with to.makefile("rb") as answers:
            return _result(answers.readline(ANSWER_LIMIT))


@contextmanager
def _reaching(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NoService(
            f"no service runs on {data_dir}", hint="start it with `releve run`"
        ) from error
    except PermissionError as error:
        raise CommandRefused(
            f"{data_dir / CONTROL_SOCKET} is not yours to open",
            hint="run it as the service's user",
        ) from error


def _line(command: Command) -> bytes:
    return json.dumps(to_json(command)).encode() + b"\n"


def _result(line: bytes) -> dict[str, Any]:
    answer = json.loads(line or b"{}")
    if not answer.get("ok"):
        raise CommandRefused(str(answer.get("error", "the service went away")))
    result: dict[str, Any] = answer["result"]
    return result
