"""The owner's shell reaches the running service through its control socket."""

import asyncio
import stat

import pytest

from edge.commands import CONTROL_SOCKET, CommandRefused, ConfirmDevice, RebuildStore
from edge.service.control import ControlServer, send


class Door:
    async def execute(self, command):
        if isinstance(command, ConfirmDevice):
            raise CommandRefused("the disk is full", hint="name another disk")
        return {"done": [type(command).__name__]}


@pytest.fixture
async def served(tmp_path):
    server = ControlServer(tmp_path, Door())
    task = asyncio.create_task(server.run())
    await server.ready.wait()
    yield tmp_path
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_command_is_carried_out_and_acknowledged(served):
    assert await send(served, RebuildStore()) == {"done": ["RebuildStore"]}


async def test_a_refusal_reaches_the_shell_with_its_hint(served):
    with pytest.raises(CommandRefused, match="name another disk"):
        await send(served, ConfirmDevice("linky"))


async def test_only_the_owner_may_open_it(served):
    assert stat.S_IMODE((served / CONTROL_SOCKET).stat().st_mode) == 0o600


@pytest.mark.parametrize("line", [b"rubbish\n", b"[]\n", b"\xff\n"])
async def test_rubbish_is_answered_and_harms_nobody(served, line):
    reader, writer = await asyncio.open_unix_connection(str(served / CONTROL_SOCKET))
    writer.write(line)
    assert b'"ok": false' in await reader.readline()
    writer.close()
    assert await send(served, RebuildStore())


async def test_an_endless_line_is_cut(served):
    _, writer = await asyncio.open_unix_connection(str(served / CONTROL_SOCKET))
    writer.write(b"x" * 300_000)
    writer.close()
    assert await send(served, RebuildStore())


async def test_no_service_is_said_with_what_to_do(tmp_path):
    with pytest.raises(CommandRefused, match="releve run"):
        await send(tmp_path, RebuildStore())
