"""The receiving home as a sender speaks to it: pinned, proved, never believed further.

The certificate that is shown is looked at first, with nothing said; from then on TLS
takes that one alone, and the answer to a nonce proves whose it is. What it answers is a
stranger's: bounded, of the one form, else it is none.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from edge.outgoing.connect import streams
from edge.outgoing.destination import Destination, OutgoingRefused
from edge.outgoing.http import client
from edge.outgoing.places import Guard
from edge.transfer.announcement import Announcement
from edge.transfer.code import Code
from edge.transfer.errors import UNKNOWN_CODE, TransferLost, TransferRefused
from edge.transfer.identity import fingerprint
from edge.transfer.proof import NONCE_BYTES, Asked, answers, digest_of

WAIT = httpx.Timeout(60.0, connect=15.0, read=300.0)
"""With the last bytes a Pi reads all of the pack again, to verify it."""
CONNECT_S, WHOLE_S = 30.0, 600.0
ANSWER_MOST = 64 << 10
DETAIL_MOST = 300
PREFIX = "/api/v1/transfers"
NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME (openssl/x509_vfy.h), which Python gives no name."""
AGAIN = frozenset({408, 425, 500, 502, 503, 504})
TOO_MANY, SLOWER_S = 429, 1.0
"""A home takes so many requests a second, and says so to who is faster."""
UNREACHED = frozenset({"unreachable", "unknown-name"})
"""Why a destination may be there later."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the other home is: bytes that are durably there, the receipt at last."""

    received: int
    receipt: dict[str, Any] | None


@dataclass(frozen=True, slots=True, repr=False)
class Peer:
    """One home that proved that it made the code."""

    http: httpx.AsyncClient
    code: Code
    shown: str
    """The SHA-256 of its certificate."""
    most: int = 0
    until_ms: int = 0

    @classmethod
    @asynccontextmanager
    async def reached(
        cls, to: Destination, code: Code, guard: Guard | None = None
    ) -> AsyncIterator[Peer]:
        """Lend it; raise OutgoingRefused, TransferRefused, TransferLost."""
        certificate = await _certificate(to, guard)
        async with client(to, guard, _pinned(certificate)) as http:
            http.timeout = WAIT
            stranger = cls(http, code, fingerprint(certificate))
            yield await stranger._greeted()

    async def _greeted(self) -> Peer:
        nonce = secrets.token_hex(NONCE_BYTES)
        told = await self._ask("", json.dumps({"nonce": nonce}).encode())
        proof, most, until_ms = (told.get(n) for n in ("proof", "most", "until_ms"))
        if not isinstance(proof, str) or not answers(
            proof, self.code.public, nonce, self.shown
        ):
            raise TransferRefused(
                "no-proof",
                "who answers there doesn't know the code: nothing was sent",
                hint="is somebody in between? use the network of the home itself",
            )
        if type(most) is not int or type(until_ms) is not int:
            raise _senseless()
        return Peer(self.http, self.code, self.shown, most, until_ms)

    async def announce(self, announced: Announcement) -> Progress:
        """Say what the pack is; give how far it is."""
        body = json.dumps(announced.plain()).encode()
        return _progress(await self._ask("/announcement", body), announced.size)

    async def send(self, offset: int, data: bytes, size: int) -> Progress:
        """Send bytes of the pack; give how far it is."""
        return _progress(await self._ask(f"/bytes?offset={offset}", data), size)

    async def _ask(self, what: str, body: bytes) -> Mapping[str, Any]:
        path = f"{PREFIX}/{self.code.id}{what}"
        asked = Asked(path, digest_of(body), self.shown)
        headers = {
            "Releve-Signature": asked.signed(self.code.key),
            "Releve-Digest": asked.digest,
            "Accept-Encoding": "identity",
        }
        try:
            async with asyncio.timeout(WHOLE_S):
                while True:
                    async with self.http.stream(
                        "POST", path, content=body, headers=headers
                    ) as told:
                        status, answer = told.status_code, await _read(told)
                    if status != TOO_MANY:
                        return _answer(status, answer)
                    await asyncio.sleep(SLOWER_S)
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            raise TransferLost("the other home went away") from error


async def _certificate(to: Destination, guard: Guard | None) -> bytes:
    """Give the certificate that is shown there, in DER; say nothing."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await streams(to, guard, anybody)
            try:
                secured = writer.get_extra_info("ssl_object")
                shown: bytes | None = secured.getpeercert(binary_form=True)
            finally:
                writer.transport.abort()
    except OutgoingRefused as error:
        if error.reason in UNREACHED:
            raise TransferLost(str(error)) from error
        raise
    except (OSError, TimeoutError) as error:
        raise TransferLost("the other home doesn't answer by TLS") from error
    if not shown:
        raise TransferLost("the other home shows no certificate")
    return shown


def _pinned(certificate: bytes) -> ssl.SSLContext:
    """Give what takes one certificate, and no other, whatever its names say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # whatever its names and dates say: the code proves whose it is
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | NO_CHECK_TIME
    try:
        context.load_verify_locations(cadata=certificate)
    except ssl.SSLError as error:
        raise TransferLost("the other home shows no certificate") from error
    return context


async def _read(told: httpx.Response) -> bytes:
    parts, size = [], 0
    async for piece in told.aiter_raw():
        parts.append(piece)
        size += len(piece)
        if size > ANSWER_MOST:
            raise _senseless()
    return b"".join(parts)


def _answer(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if status == 200 and isinstance(told, dict):
        return told
    detail = str(told.get("detail", ""))[:DETAIL_MOST] if isinstance(told, dict) else ""
    kind = str(told.get("type", "")) if isinstance(told, dict) else ""
    if status in AGAIN or kind.endswith("#transfer-waits"):
        raise TransferLost(detail or "the other home is busy")
    if status == 404:
        raise TransferRefused(
            UNKNOWN_CODE,
            "no transfer waits there under this code",
            hint="is the code typed right, and still good? `releve transfer list` there"
            " says so",
        )
    if kind.endswith("#transfer-refused"):
        reason, _, why = detail.partition(": ")
        raise TransferRefused(reason[:40], f"the other home refused: {why}")
    raise TransferRefused(
        "no-releve",
        "what answers there is no Relevé that receives",
        hint=detail or None,
    )


def _progress(told: Mapping[str, Any], size: int) -> Progress:
    received, receipt = told.get("received"), told.get("receipt")
    if type(received) is not int or not 0 <= received <= size:
        raise _senseless()
    if receipt is not None and not isinstance(receipt, dict):
        raise _senseless()
    return Progress(received, receipt)


def _senseless() -> TransferRefused:
    return TransferRefused("senseless", "what the other home answers makes no sense")
