"""The owner's sign-in: a password, or a pairing code; sessions, listed and ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.errors import PasswordRefused, Problem
from api.guard import peer_of
from api.home import Home, home
from api.owner_examples import ENDED, SESSIONS, SIGNED_IN, shown
from api.owner_only import owner_only
from api.posted import described, posted
from api.session import Begun, plain
from api.sign_in import Peer, SignIn, check_origin, cookie

router = APIRouter(tags=["owner"])
OPEN = frozenset({"/api/v1/owner/sign-in", "/api/v1/owner/password"})
"""What may be called by who is nobody yet."""
PASSWORD: Mapping[str, type] = {"password": str}
CODE: Mapping[str, type] = {"code": str, "password": str}


def sign_in(here: Annotated[Home, Depends(home)]) -> SignIn:
    """Give what signs in; raise Problem where nobody can."""
    if here.deps.sign_in is None:
        raise Problem("not-found", "nobody signs in here")
    return here.deps.sign_in


@router.post(
    "/owner/sign-in",
    summary="Sign in by password",
    responses=shown(SIGNED_IN),
    openapi_extra=described(PASSWORD, stay=bool),
)
async def by_password(
    request: Request,
    here: Annotated[Home, Depends(home)],
    door: Annotated[SignIn, Depends(sign_in)],
) -> Response:
    """Give a browser a session: a cookie, and the page's secret in the answer.

    Each request then sends both: the secret in the header Releve-Page.
    """
    check_origin("POST", request.headers)
    told = await posted(request, here, PASSWORD, stay=bool)
    now_ms = here.consent_ms()
    begun = await door.by_password(told["password"], _peer(request), now_ms)
    return _signed_in(request, begun, stay=bool(told["stay"]))


@router.post(
    "/owner/password",
    summary="Set the owner's password by a pairing code",
    responses=shown(SIGNED_IN),
    openapi_extra=described(CODE, stay=bool),
)
async def by_code(
    request: Request,
    here: Annotated[Home, Depends(home)],
    door: Annotated[SignIn, Depends(sign_in)],
) -> Response:
    """Set a new password with the code of `releve pair`; ends every other session."""
    check_origin("POST", request.headers)
    told = await posted(request, here, CODE, stay=bool)
    now_ms = here.consent_ms()
    try:
        begun = await door.by_code(
            told["code"], told["password"], _peer(request), now_ms
        )
    except PasswordRefused as error:
        raise Problem("password-refused", str(error)) from error
    return _signed_in(request, begun, stay=bool(told["stay"]))


@router.get(
    "/owner/sessions",
    summary="Which browsers are signed in",
    responses=shown(SESSIONS),
    dependencies=[Depends(owner_only)],
)
async def listed(
    request: Request,
    here: Annotated[Home, Depends(home)],
    door: Annotated[SignIn, Depends(sign_in)],
) -> Response:
    """Give each session: since when, when it was used last, what browser it said."""
    mine = _mine(request)
    found = [
        {
            "id": one["id"],
            "begun": here.civil.text(one["begun_ms"]),
            "used": here.civil.text(one["used_ms"]),
            "agent": one["agent"],
            "mine": one["id"] == mine,
        }
        for one in map(plain, door.sessions.listed(here.consent_ms()))
    ]
    return answer({"sessions": found})


@router.delete(
    "/owner/sessions/{session}",
    summary="Sign a browser out",
    responses=shown(ENDED),
    dependencies=[Depends(owner_only)],
)
async def end(
    session: str,
    request: Request,
    here: Annotated[Home, Depends(home)],
    door: Annotated[SignIn, Depends(sign_in)],
) -> Response:
    """End a session by its id; `mine` is the one that asks."""
    named = _mine(request) if session == "mine" else session
    now_ms = here.consent_ms()
    if not await asyncio.to_thread(door.sessions.end, named, now_ms):
        raise Problem("not-found", "there is no such session")
    return answer({"ended": named})


def answer(document: object) -> Response:
    """Give a document as JSON."""
    return Response(
        orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE),
        media_type="application/json",
    )


def _signed_in(request: Request, begun: Begun, *, stay: bool) -> Response:
    given: dict[str, Any] = {"page": begun.page, "session": begun.session.id}
    response = answer(given)
    scheme = request.url.scheme
    response.headers["Set-Cookie"] = cookie(begun, request.headers, scheme, stay=stay)
    return response


def _peer(request: Request) -> Peer:
    return Peer(peer_of(request.scope), request.headers.get("user-agent", ""))


def _mine(request: Request) -> str:
    session = request.scope["state"].get("session")
    return "" if session is None else str(session.id)
