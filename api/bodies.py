"""Which requests may have a body, how large it may be, and how it is read."""

from __future__ import annotations

import asyncio
import re

from fastapi import Request
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from api.errors import Problem
from exports.document import MOST_BYTES

READINGS_BYTES = 256 << 10
"""A thousand readings, written with spaces."""

OWNER_BYTES = 32 << 10
"""What a page of the owner's says at most: sixteen choices, each with its meters."""

OAUTH_BYTES = 64 << 10
"""Sixteen lines of a request, whose letters may be nine bytes each."""

WORDS_BYTES = 4 << 10
"""What is said of a pack that is to come."""

TRANSFER_BYTES = 1 << 20
"""What one piece of a pack has at most: on the disk before it is answered."""

BODIES = (
    (re.compile(r"/oauth/(device_authorization|token|revoke)"), OAUTH_BYTES),
    (re.compile(r"/api/v1/imports"), MOST_BYTES),
    (re.compile(r"/api/v1/meters/[^/]+/readings"), READINGS_BYTES),
    (re.compile(r"/api/v1/owner/.+"), OWNER_BYTES),
    (re.compile(r"/api/v1/transfers/[0-9a-f]{16}/bytes"), TRANSFER_BYTES),
    (re.compile(r"/api/v1/transfers/[0-9a-f]{16}(/announcement)?"), WORDS_BYTES),
)
"""What is posted where: the most bytes; no other request has a body."""
WHOLE_S = 300.0
CLOSE = {"Connection": "close"}


def check(method: str, path: str, headers: Headers) -> None:
    """Refuse a body where there is none, of no told length, or too large a one."""
    length = headers.get("content-length", "0")
    if length == "0" and "transfer-encoding" not in headers:
        return
    most = _most(method, path)
    if not most:
        raise Problem(
            "body-refused",
            "send the request without a body; all is said in its address",
            headers=CLOSE,
        )
    if "transfer-encoding" in headers or not length.isdigit():
        raise Problem("length-needed", "say its length: Content-Length", headers=CLOSE)
    if len(length) > 12 or int(length) > most:
        raise Problem(
            "body-too-large", f"at most {most >> 10} KiB are taken here", headers=CLOSE
        )


def _most(method: str, path: str) -> int:
    """Give the most bytes that a request may bring; 0 for none."""
    if method != "POST":
        return 0
    return next((most for where, most in BODIES if where.fullmatch(path)), 0)


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
            "body-too-slow", "the body came too slowly: send it again", headers=CLOSE
        ) from error
    except ClientDisconnect as error:
        raise Problem("body-too-slow", "the body broke off", headers=CLOSE) from error
