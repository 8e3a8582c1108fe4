"""/api/v1/transfers: a pack that another Relevé sends, under a code of this one's.

The code's signature alone lets anybody in, over TLS alone; else there is nothing here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api import bodies
from api.deps import Transfers
from api.errors import Problem
from api.guard import nowhere
from api.home import Home, home
from api.owner_examples import shown
from api.posted import described
from api.transfer_shapes import ANNOUNCED, GREETED
from edge.errors import EdgeError
from edge.transfer.announcement import Announcement
from edge.transfer.errors import TransferLost, TransferRefused

router = APIRouter(tags=["transfers"])
T = TypeVar("T")

PATH = re.compile(r"/api/v1/transfers/[0-9a-f]{16}(/announcement|/bytes)?")
SIGNATURE, DIGEST = "releve-signature", "releve-digest"
SIGNED = re.compile(r"[A-Za-z0-9_-]{86}==")
HASH = re.compile(r"[0-9a-f]{64}")
GREETING: Mapping[str, type] = {"nonce": str}
SAID: Mapping[str, type] = {"profile": str, "size": int, "sha256": str}
BYTES = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"}
            }
        },
    }
}


def signed(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give what OpenAPI says of a request that the code's signature lets in."""
    headers = {
        "Releve-Signature": "Ed25519 by the code's key, base64url.",
        "Releve-Digest": "SHA-256 of the body, hexadecimal.",
    }
    parameters = [
        {
            "name": name,
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": said,
        }
        for name, said in headers.items()
    ]
    return {**body, "parameters": parameters, "security": []}


def opens(path: str) -> bool:
    """Tell whether a path is one of these, which no credential of others opens."""
    return PATH.fullmatch(path) is not None


async def let_in(
    transfer: str, request: Request, here: Annotated[Home, Depends(home)]
) -> Transfers:
    """Give what receives to who signs by the code; else nothing is served here."""
    waiting, headers = here.deps.transfers, request.headers
    signature, digest = headers.get(SIGNATURE, ""), headers.get(DIGEST, "")
    if waiting is None or request.url.scheme != "https":
        raise nowhere()
    if not SIGNED.fullmatch(signature) or not HASH.fullmatch(digest):
        raise nowhere()
    query = request.scope["query_string"].decode("ascii", "replace")
    target = request.scope["path"] + (f"?{query}" if query else "")
    try:
        known = await asyncio.to_thread(
            waiting.let_in, transfer, target, digest, signature
        )
    except EdgeError as error:
        raise nowhere() from error
    if not known:
        raise nowhere()
    return waiting


LetIn = Annotated[Transfers, Depends(let_in)]


@router.post(
    "/transfers/{transfer}",
    summary="Prove that both know the code",
    responses=shown(GREETED),
    openapi_extra=signed(described(GREETING)),
)
async def greet(
    transfer: str,
    request: Request,
    here: Annotated[Home, Depends(home)],
    waiting: LetIn,
) -> Response:
    """Give this home's proof over the nonce and its certificate, and its bound.

    Each request is signed: header `Releve-Signature`, over its path, the SHA-256 of its
    body (`Releve-Digest`) and that of the certificate that it was sent to.
    """
    told = await _object(request, here)
    nonce = told.get("nonce") if isinstance(told, dict) else None
    if not isinstance(nonce, str) or not HASH.fullmatch(nonce):
        raise Problem("body-unclear", "send an object of nonce, 64 hexadecimal digits")
    return await _answered(lambda: waiting.greet(transfer, nonce))


@router.post(
    "/transfers/{transfer}/announcement",
    summary="Announce a pack",
    responses=shown(ANNOUNCED),
    openapi_extra=signed(described(SAID)),
)
async def announce(
    transfer: str,
    request: Request,
    here: Annotated[Home, Depends(home)],
    waiting: LetIn,
) -> Response:
    """Say what the pack is, once for its code; give how many bytes are here already."""
    told = await _object(request, here)
    return await _answered(lambda: waiting.announce(transfer, Announcement.parse(told)))


@router.post(
    "/transfers/{transfer}/bytes",
    summary="Send bytes of the pack",
    responses=shown(ANNOUNCED),
    openapi_extra=signed(BYTES),
)
async def take(
    transfer: str,
    request: Request,
    here: Annotated[Home, Depends(home)],
    waiting: LetIn,
    offset: Annotated[int, Query(ge=0, lt=1 << 53)],
) -> Response:
    """Take bytes that begin where those that are here end, at most 1 MiB.

    With the last ones comes the receipt, once all of it is what was announced.
    """
    with here.transfers.enter(transfer):
        data = await _body(request, here)
        return await _answered(lambda: waiting.take(transfer, offset, data))


async def _object(request: Request, here: Home) -> Any:
    try:
        return orjson.loads(await _body(request, here))
    except orjson.JSONDecodeError as error:
        raise Problem("body-unclear", "send a JSON object") from error


async def _body(request: Request, here: Home) -> bytes:
    """Give a body that is the one that was signed for."""
    from edge.transfer.proof import digest_of  # noqa: PLC0415 - brings cryptography

    data = await bodies.read(request, here.deps.limits.stall_s)
    if digest_of(data) != request.headers[DIGEST]:
        raise Problem("body-unclear", "these are not the bytes that were signed for")
    return data


async def _answered(work: Callable[[], Mapping[str, Any]]) -> Response:
    try:
        told = await asyncio.to_thread(work)
    except TransferLost as error:
        raise Problem("transfer-waits", error.message) from error
    except TransferRefused as error:
        raise Problem("transfer-refused", f"{error.reason}: {error}") from error
    except EdgeError as error:
        raise Problem("store-unavailable", "the disk takes nothing now") from error
    return Response(
        orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE),
        media_type="application/json",
    )
