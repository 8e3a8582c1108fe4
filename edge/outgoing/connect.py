"""A connected socket to a destination; encrypted, its certificate checked by name."""

from __future__ import annotations

import asyncio
import socket
import ssl

from edge.outgoing.destination import Destination, OutgoingRefused
from edge.outgoing.places import Guard


async def connected(to: Destination, guard: Guard | None = None) -> socket.socket:
    """Give a socket to one of the addresses that were checked; raise OutgoingRefused.

    It doesn't block, and is not encrypted yet: `over_tls` says by which name the other
    side must show itself. Bounded by the caller's timeout.
    """
    last: OSError | None = None
    for place in await (guard or Guard()).looked_up(to):
        opened = socket.socket(place.family, socket.SOCK_STREAM)
        try:
            opened.setblocking(False)  # noqa: FBT003 - so it is named
            await asyncio.get_running_loop().sock_connect(opened, place.sockaddr)
        except OSError as error:
            opened.close()
            last = error
        except BaseException:
            opened.close()
            raise
        else:
            return opened
    raise OutgoingRefused(
        "unreachable",
        "the destination doesn't answer",
        hint="is it running, and its port right?",
    ) from last


async def streams(
    to: Destination,
    guard: Guard | None = None,
    context: ssl.SSLContext | None = None,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Give the two ways of an encrypted connection; raise OutgoingRefused, SSLError."""
    opened = await connected(to, guard)
    try:
        return await asyncio.open_connection(
            sock=opened,
            ssl=context or ssl.create_default_context(),
            server_hostname=to.host,
        )
    except BaseException:
        opened.close()
        raise
