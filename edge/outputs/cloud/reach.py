"""One visit to a destination: it is reached, lets us in, and its prefix is ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge.broker.address import Address
from edge.broker.connection import Connection
from edge.outputs.cloud.account import Account
from edge.outputs.cloud.claim import SETTLE_S, Claim


async def claim(
    address: Address, account: Account, topic: str, *, over: bool = False
) -> None:
    """Have the prefix be this home's; raise BrokerError, ClaimTaken."""
    async with _visit(address, account) as connection:
        ours = Claim(topic, account.home, settle_s=SETTLE_S)
        await ours.take(connection, over=over)


async def release(address: Address, account: Account, topic: str) -> None:
    """Leave a prefix of this home's to others; raise BrokerError, ClaimTaken."""
    async with _visit(address, account) as connection:
        ours = Claim(topic, account.home, settle_s=SETTLE_S)
        await ours.take(connection)
        await ours.release(connection)


@asynccontextmanager
async def _visit(address: Address, account: Account) -> AsyncIterator[Connection]:
    # by a client id of its own: the service is there by the other
    connection = await Connection.open(
        address, account.login, f"{account.client_id}-shell"
    )
    try:
        yield connection
    finally:
        await connection.close()
