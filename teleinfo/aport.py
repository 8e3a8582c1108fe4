"""The same port under asyncio: one wake-up a read, and a rest between two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from teleinfo.cadence import Cadence
from teleinfo.frame import Frame
from teleinfo.listener import Listener
from teleinfo.mode import Mode
from teleinfo.port import PAUSE_S, READ_SIZE, TICK_S, Port
from teleinfo.search import Patience
from teleinfo.uart import LineSetting


class AsyncPort:
    """Reads an open port from the event loop; the port stays its opener's to close."""

    def __init__(self, port: Port, pause_s: float = PAUSE_S) -> None:
        self._port = port
        self._pause_s = pause_s
        self._cadence = Cadence()
        self._rest_until = 0.0

    async def read(self, patience_s: float = TICK_S) -> bytes:
        """Give everything that waits, b"" if nothing comes in time; raise PortLost.

        The kernel gathers while we rest: a line that gives its bytes one by one
        wakes the process no oftener than one that gives them in lumps. The end of a
        frame is not rested away: it is taken as it comes.
        """
        loop = asyncio.get_running_loop()
        rest_s = self._rest_until - loop.time()
        if rest_s > 0:
            await asyncio.sleep(rest_s)
        heard = self._port.read()
        if not heard and await self._readable(loop, patience_s):
            heard = self._port.read()
        self._cadence.hear(heard)
        if len(heard) < READ_SIZE // 2:  # else it comes faster than any line: keep up
            baud = self._port.setting.baud
            self._rest_until = loop.time() + self._cadence.rest_s(baud, self._pause_s)
        return heard

    async def _readable(
        self, loop: asyncio.AbstractEventLoop, patience_s: float
    ) -> bool:
        readable = asyncio.Event()
        fd = self._port.fileno()
        loop.add_reader(fd, readable.set)
        try:
            async with asyncio.timeout(patience_s):
                await readable.wait()
        except TimeoutError:
            return False
        else:
            return True
        finally:
            loop.remove_reader(fd)


async def frames(
    path: str,
    mode: Mode | None = None,
    setting: LineSetting | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[Frame]:
    """Give a meter's frames as they come, at the speed and in the mode found.

    Raises PortError when the port can't be opened or goes away.
    """
    loop = asyncio.get_running_loop()
    with Port.open(path, setting) as port:
        aport = AsyncPort(port)
        first = setting.baud if setting else None
        listener = Listener(loop.time(), mode, first, patience)
        port.tune(listener.baud)
        while True:
            heard = await aport.read()
            for frame in listener.take(heard, loop.time()):
                yield frame
            port.tune(listener.baud)
