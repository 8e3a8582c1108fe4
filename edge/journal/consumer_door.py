"""The journal as its consumers see it: cursors, exactly-once appending, retention."""

from __future__ import annotations

from collections.abc import Iterable

from edge.journal import cursors, pruning
from edge.journal.cursors import Lag
from edge.journal.door import Door
from edge.journal.file import wall_ms
from edge.journal.log import LANES, Transaction
from edge.record import Address, Body, Lane


class ConsumerDoor(Door):
    """Cursors and retention; what writes raises DiskFull when it can't be now."""

    def cursor(self, consumer: str, lane: Lane) -> Address | None:
        """Give how far a consumer has come; None when there is no such consumer."""
        with self.reader.view() as view:
            return cursors.position(view.database, consumer, lane)

    def memory(self, consumer: str) -> bytes | None:
        """Give the state that a consumer left with its last move."""
        with self.reader.view() as view:
            return cursors.memory(view.database, consumer)

    def lags(self) -> list[Lag]:
        """Give what each consumer has still to read of each lane."""
        with self.reader.view() as view:
            return cursors.lags(view.database, view.epochs())

    async def register(self, consumer: str, lanes: Iterable[Lane] = LANES) -> None:
        """Make a consumer known: retention waits for it from now on."""
        await self._do(lambda tx: cursors.register(tx, consumer, lanes))

    async def move(
        self, consumer: str, lane: Lane, address: Address, state: bytes | None = None
    ) -> None:
        """Move a cursor forward, once what it passes is delivered."""
        await self._do(lambda tx: cursors.move(tx, consumer, lane, address, state))

    async def rewind(self, consumer: str, lane: Lane, address: Address | None) -> None:
        """Set a cursor to any address, None for the start."""
        await self._do(lambda tx: cursors.rewind(tx, consumer, lane, address))

    async def reset(self, consumer: str) -> None:
        """Send a consumer back to the start of its lanes, remembering nothing."""
        await self._do(lambda tx: cursors.reset(tx, consumer))

    async def remove(self, consumer: str) -> None:
        """Forget a consumer: retention waits for it no more."""
        await self._do(lambda tx: cursors.remove(tx, consumer))

    async def append_and_move(
        self,
        bodies: Iterable[tuple[Lane, Body]],
        consumer: str,
        lane: Lane,
        address: Address,
        state: bytes | None = None,
    ) -> tuple[Address, ...]:
        """Append what a consumer made, move it and keep its state: exactly once."""

        def work(tx: Transaction) -> tuple[Address, ...]:
            addresses = tuple(tx.append(body, into) for into, body in bodies)
            cursors.move(tx, consumer, lane, address, state)
            return addresses

        addresses: tuple[Address, ...] = await self._do(work)
        return addresses

    async def forget(self, until: Address, *, force: bool = False) -> int:
        """Let go of records up to an address, what is not read by all only by force."""
        count: int = await self._do(lambda tx: pruning.forget(tx, until, force=force))
        return count

    async def keep_within(self, *, days: float, max_bytes: int) -> int:
        """Apply the cap: it wins over a slow consumer, who then reads a gap."""
        oldest_ms = wall_ms() - int(days * 86_400_000)
        count: int = await self._do(
            lambda tx: pruning.keep_within(tx, oldest_ms, max_bytes)
        )
        return count

    def used_bytes(self) -> int:
        """Give what the database holds, the room it keeps for later left out."""
        with self.reader.view() as view:
            return pruning.used_bytes(view.database)
