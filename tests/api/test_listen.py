"""What the API listens with."""

from __future__ import annotations

import asyncio
import socket

from api.listen import open_sockets


async def test_an_answer_never_waits_for_its_heads_acknowledgement():
    (bound,) = open_sockets("127.0.0.1:0")
    taken = asyncio.get_running_loop().create_future()

    async def serve(_, writer):
        opened = writer.get_extra_info("socket")
        taken.set_result(opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(serve, sock=bound):
        _, writer = await asyncio.open_connection(*bound.getsockname())
        assert await taken
        writer.close()
