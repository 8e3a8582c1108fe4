"""HTTPS to one destination: its address checked at each connection, no redirect."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httpx

from edge.outgoing.destination import PORTS, Destination, OutgoingRefused
from edge.outgoing.places import Guard

TIMEOUT = httpx.Timeout(30.0, connect=15.0)


class _Opening:
    """A connection that is being made: the client leaves it open if it is stopped.

    httpcore 1.0.9 closes what failed amid a handshake, and not what was cancelled.
    """

    def __init__(self) -> None:
        self._stream: Any = None  # httpcore's own, and seen here alone

    async def told(self, event: str, about: dict[str, Any]) -> None:
        """Learn how far it is: the `trace` of a request."""
        if event == "connection.connect_tcp.complete":
            self._stream = about["return_value"]
        elif event == "connection.start_tls.complete":
            self._stream = None  # the client's own from now on

    async def end(self) -> None:
        """Close what nobody would."""
        if self._stream is not None:
            await self._stream.aclose()


class Transport(httpx.AsyncBaseTransport):
    """Speaks to one destination alone, through addresses that were checked.

    Requests go to the address; the certificate and the Host header are the name's.
    """

    def __init__(
        self,
        to: Destination,
        guard: Guard | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._to = to
        self._guard = guard or Guard()
        self._inner = httpx.AsyncHTTPTransport(
            verify=context or ssl.create_default_context(), trust_env=False
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and give what is answered; raise OutgoingRefused."""
        url = request.url
        port = url.port or PORTS.get(url.scheme)
        if (url.scheme, url.host, port) != (
            self._to.scheme,
            self._to.host,
            self._to.port,
        ):
            raise OutgoingRefused("elsewhere", "this is not the destination's own URL")
        last: httpx.TransportError | None = None
        for place in await self._guard.looked_up(self._to):
            opening = _Opening()
            sent = httpx.Request(
                request.method,
                url.copy_with(host=str(place.ip)),
                headers=request.headers,
                stream=request.stream,
                extensions={
                    **request.extensions,
                    "sni_hostname": self._to.host,
                    "trace": opening.told,
                },
            )
            try:
                answer = await self._inner.handle_async_request(sent)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                last = error  # nothing was sent: another of its addresses may answer
                continue
            except asyncio.CancelledError:
                await opening.end()
                raise
            if answer.has_redirect_location:
                await answer.aclose()
                raise OutgoingRefused(
                    "redirected",
                    "the destination sends us elsewhere",
                    hint="type the address that it has now",
                )
            return answer
        assert last is not None  # noqa: S101 - there is a place, or it was refused
        raise last

    async def aclose(self) -> None:
        """Let go of its connections."""
        await self._inner.aclose()


def client(
    to: Destination,
    guard: Guard | None = None,
    context: ssl.SSLContext | None = None,
) -> httpx.AsyncClient:
    """Give a client of one destination: by no proxy, with no cookie kept elsewhere."""
    return httpx.AsyncClient(
        base_url=str(to),
        transport=Transport(to, guard, context),
        timeout=TIMEOUT,
        trust_env=False,
        follow_redirects=False,
    )
