"""Which requests may have a body, how large it may be, and how it is read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fastapi import Request
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from api.errors import Problem
from exports.document import MOST_BYTES

BODIES: Mapping[tuple[str, str], int] = {("POST", "/api/v1/imports"): MOST_BYTES}
"""By method and path: the most bytes; no other request has a body."""
WHOLE_S = 300.0
CLOSE = {"Connection": "close"}


def check(method: str, path: str, headers: Headers) -> None:
    """Refuse a body where there is none, of no told length, or too large a one."""
    length = headers.get("content-length", "0")
    if length == "0" and "transfer-encoding" not in headers:
        return
    most = BODIES.get((method, path))
    if most is None:
        raise Problem(
            "body-refused",
            "send the request without a body; all is said in its address",
            headers=CLOSE,
        )
    if "transfer-encoding" in headers or not length.isdigit():
        raise Problem("length-needed", "say its length: Content-Length", headers=CLOSE)
    if len(length) > 12 or int(length) > most:
        raise Problem(
            "body-too-large", f"a file has at most {most >> 20} MiB", headers=CLOSE
        )


async def read(request: Request, stall_s: float) -> bytes:
    """Give a body that `check` let in; raise Problem when it comes too slowly."""
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(WHOLE_S):
            stream = request.stream()
            while True:
                async with asyncio.timeout(stall_s):
                    try:
                        parts.append(await anext(stream))
                    except StopAsyncIteration:
                        return b"".join(parts)
    except TimeoutError as error:
        raise Problem(
            "body-too-slow", "the file came too slowly: send it again", headers=CLOSE
        ) from error
    except ClientDisconnect as error:
        raise Problem("body-too-slow", "the file broke off", headers=CLOSE) from error
