"""One session with a broker, kept up for ever: what the outputs run on."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence

from edge.broker.address import Address, Login
from edge.broker.connection import Connection, Tally
from edge.broker.line import Will
from edge.broker.publisher import Output
from edge.errors import BrokerError, BrokerLost, EdgeError
from edge.health import PartHealth
from edge.service.supervisor import Supervisor

log = logging.getLogger(__name__)

NAME = "mqtt"
FIRST_DELAY_S = 0.5
LAST_DELAY_S = 30.0
STEADY_S = 30.0
"""A connection that lasted so long was good: the next is tried soon."""
FAREWELL_S = 1.0
"""For `offline` to be acknowledged; a stop has 5 s in all."""

__all__ = ["Session", "Will"]


async def _at_once() -> None:
    """Wait for nothing: a broker of others may be there at any time."""


class Session:
    """Connects with back-off for ever and runs the outputs while it is connected.

    A `login` that is called is read anew at each attempt. `ready` is awaited before
    (a managed broker that starts). `notice` is said once when first connected, and in
    health ever after.
    """

    def __init__(  # noqa: PLR0913 - what the broker is, and what runs on it
        self,
        address: Address,
        login: Login | Callable[[], Login | None] | None,
        *,
        client_id: str,
        will: Will | None = None,
        outputs: Sequence[Output] = (),
        ready: Callable[[], Awaitable[None]] = _at_once,
        notice: str = "",
        name: str = NAME,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._address, self._login, self._client_id = address, login, client_id
        self._will, self._outputs = will, tuple(outputs)
        self._ready, self._notice, self._sleep = ready, notice, sleep
        self._name, self._tally = name, Tally()
        self._supervisor = Supervisor()
        self._connection: Connection | None = None
        self._connections = 0
        self._error = "not connected yet"

    async def run(self) -> None:
        """Keep the session up until cancelled; then say `offline` and disconnect."""
        loop = asyncio.get_running_loop()
        delay_s = FIRST_DELAY_S
        while True:
            await self._ready()
            started = loop.time()
            try:
                await self._connected_once()
            except (EdgeError, OSError) as error:
                self._tell(str(error))
            if loop.time() - started > STEADY_S:
                delay_s = FIRST_DELAY_S
            # Jitter, so that a street's homes don't come back together.
            await self._sleep(delay_s * random.uniform(0.5, 1.5))  # noqa: S311 - not secret
            delay_s = min(delay_s * 2, LAST_DELAY_S)

    def _tell(self, error: str) -> None:
        # once an outage: what is said again and again is no longer read
        level = logging.DEBUG if error == self._error else logging.WARNING
        log.log(level, "broker %s: %s", self._address, error)
        self._error = error

    async def _connected_once(self) -> None:
        connection = await Connection.open(
            self._address,
            self._login() if callable(self._login) else self._login,
            self._client_id,
            will=self._will,
            tally=self._tally,
        )
        try:
            await self._say(connection, online=True)
            self._is_up(connection)
            await self._run_outputs(connection)
        except asyncio.CancelledError:
            await self._farewell(connection)
            raise
        finally:
            self._connection = None
            connection.abort()

    def _is_up(self, connection: Connection) -> None:
        if self._notice and not self._connections:
            log.warning("broker %s: %s", self._address, self._notice)
        log.info("connected to the broker %s", self._address)
        self._connection = connection
        self._connections += 1
        self._error = ""
        self._supervisor.down.clear()

    async def _run_outputs(self, connection: Connection) -> None:
        """Run the outputs until the connection ends; raise BrokerLost by then."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    self._supervisor.keep(
                        f"{self._name} {type(output).__name__}",
                        lambda output=output: _while_connected(output, connection),  # type: ignore[misc]
                    )
                )
                for output in self._outputs
            ]
            lost = await connection.lost()
            for task in tasks:
                task.cancel()
        raise lost

    async def _farewell(self, connection: Connection) -> None:
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._say(connection, online=False)
        except (BrokerError, TimeoutError):
            return  # then the broker publishes the will
        await connection.close()

    async def _say(self, connection: Connection, *, online: bool) -> None:
        if self._will is None:
            return
        word = self._will.online if online else self._will.offline
        await connection.publish(self._will.topic, word, qos=1, retain=True)

    def health(self) -> PartHealth:
        """Say whether the broker has us, what was sent, and what went wrong last."""
        down = self._supervisor.down
        errors = [self._error, *(self._supervisor.last_error[name] for name in down)]
        connected = self._connection is not None
        return PartHealth(
            name=self._name,
            ok=connected and not down,
            counters={
                "connections": self._connections,
                "reconnects": max(0, self._connections - 1),
                "published": self._tally.counts["published"],
                "posted": self._tally.counts["posted"],
                "dropped": self._tally.counts["dropped"],
            },
            refused=dict(self._tally.refused),
            gauges={
                "connected": int(connected),
                "in_flight": self._connection.in_flight if self._connection else 0,
            },
            detail="; ".join(text for text in (*errors, self._notice) if text),
        )


async def _while_connected(output: Output, connection: Connection) -> None:
    try:
        await output.run(connection)
    except BrokerLost:
        return  # the session tells of it, once
