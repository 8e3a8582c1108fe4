"""OAuth 2 for devices (RFC 8628): a service asks, and gets tokens once it may."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.errors import OAuthRefused, Problem
from api.guard import peer_of
from api.home import Home, home
from api.oauth import FORM, form, needed, said
from api.oauth_examples import CODES, METADATA, REFUSED, TOKENS
from api.routes.grant import details
from edge.consent.asking import Asking, Poll, TooMany
from edge.consent.asking import Request as Asked
from edge.consent.consents import Consents
from edge.consent.credentials import Credentials, Tokens
from edge.consent.records import Declared
from edge.consent.terms import TYPE, once, read_all, text
from edge.errors import JournalError, RequestRefused

router = APIRouter(tags=["services"])

Made = TypeVar("Made")

ASK, TOKEN, REVOKE = (
    *("/oauth/device_authorization", "/oauth/token"),
    "/oauth/revoke",
)
METADATA_PATH = "/.well-known/oauth-authorization-server"
OPEN = frozenset({ASK, TOKEN, REVOKE, METADATA_PATH})
"""What may be called by who holds no credential yet."""
PAGE = "/consent"
"""Where the household types a code."""
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT_MOST = 200
DECLARED = {
    "client_name": "name",
    "controller": "controller",
    "contact": "contact",
    "leaves_home": "leaves_home",
    "recipients": "recipients",
    "retention": "retention",
    "outside_eu": "outside_eu",
    "origin": "origin",
}
"""By which parameter a service says what of itself."""
LOGIC = ("leaves_home", "outside_eu")
SAID = {
    Poll.PENDING: "the household has not decided yet",
    Poll.SLOW_DOWN: "poll five seconds less often from now on",
    Poll.DENIED: "the household refused",
    Poll.EXPIRED: "this code has expired: ask anew",
    Poll.UNKNOWN: "this code is not known, or was used",
}


def described(*names: str, may: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give what OpenAPI says of a form: what it must hold, and what it may."""
    properties = {name: {"type": "string"} for name in (*names, *may)}
    schema = {"type": "object", "required": list(names), "properties": properties}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}


def answers(example: dict[str, Any]) -> dict[int | str, Any]:
    """Give what OpenAPI says of the answers."""
    return {
        200: {"content": {"application/json": {"example": example}}},
        400: {
            "description": "Refused, in the words of RFC 6749 and RFC 8628.",
            "content": {"application/json": {"example": REFUSED}},
        },
    }


class Parts:
    """What services are known by; raises Problem where there are none."""

    def __init__(self, here: Annotated[Home, Depends(home)]) -> None:
        deps = here.deps
        if deps.consents is None or deps.credentials is None or deps.asking is None:
            raise Problem("not-found", "no services are let in here")
        self.consents: Consents = deps.consents
        self.credentials: Credentials = deps.credentials
        self.asking: Asking = deps.asking
        self.stall_s = deps.limits.stall_s
        self.url = deps.url


@router.post(
    ASK,
    summary="Ask the household for consent",
    openapi_extra=described(
        *("client_id", "authorization_details"),
        *("client_name", "controller", "contact"),
        may=("leaves_home", "recipients", "retention", "outside_eu", "origin"),
    ),
    responses=answers(CODES),
)
async def ask(request: Request, parts: Annotated[Parts, Depends()]) -> Response:
    """Give a code that the household types at `verification_uri`, and one to poll by.

    A service that asks for more sends its access token along; what it said of itself
    stands then.
    """
    given = await form(request, parts.stall_s)
    service = _asker(request, parts)
    if parts.consents.shut is not None:
        raise OAuthRefused("temporarily_unavailable", "nothing is granted", status=503)
    asked = _asked(given, service, parts.consents)
    try:
        codes = parts.asking.ask(asked, peer_of(request.scope))
    except TooMany as error:
        raise OAuthRefused(
            "temporarily_unavailable",
            "too many requests wait for the household: ask again in ten minutes",
            status=429,
            headers={"Retry-After": "600"},
        ) from error
    return said(
        {
            "device_code": codes.device,
            "user_code": codes.user,
            "verification_uri": parts.url + PAGE,
            "expires_in": codes.lasts_s,
            "interval": codes.interval_s,
        }
    )


@router.post(
    TOKEN,
    summary="Get tokens",
    openapi_extra=described(
        "grant_type", may=("client_id", "device_code", "refresh_token")
    ),
    responses=answers(TOKENS),
)
async def token(request: Request, parts: Annotated[Parts, Depends()]) -> Response:
    """Give tokens for a device code that was approved, or for a refresh token.

    Each refresh token is good once: one that comes twice ends all that came of it.
    """
    given = await form(request, parts.stall_s)
    match needed(given, "grant_type"):
        case "refresh_token":
            return await _refreshed(parts, needed(given, "refresh_token"))
        case kind if kind == DEVICE_GRANT:
            device, client = needed(given, "device_code"), needed(given, "client_id")
            return await _polled(parts, device, client)
    raise OAuthRefused(
        "unsupported_grant_type", f"grant_type is refresh_token or {DEVICE_GRANT}"
    )


@router.post(
    REVOKE,
    summary="Give tokens back",
    openapi_extra=described("token", may=("token_type_hint", "client_id")),
    responses=answers({}),
)
async def revoke(request: Request, parts: Annotated[Parts, Depends()]) -> Response:
    """End a token and what came with it (RFC 7009); what isn't one is no error."""
    given = await form(request, parts.stall_s)
    await asyncio.to_thread(parts.credentials.revoke, needed(given, "token"))
    return said({})


@router.get(
    METADATA_PATH,
    summary="Where and how to ask",
    responses={200: {"content": {"application/json": {"example": METADATA}}}},
)
async def metadata(parts: Annotated[Parts, Depends()]) -> Response:
    """Describe the addresses of OAuth 2 (RFC 8414)."""
    url = parts.url
    return said(
        {
            "issuer": url,
            "device_authorization_endpoint": url + ASK,
            "token_endpoint": url + TOKEN,
            "revocation_endpoint": url + REVOKE,
            "response_types_supported": [],
            "grant_types_supported": [DEVICE_GRANT, "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "authorization_details_types_supported": [TYPE],
            "service_documentation": f"{url}/docs",
        }
    )


async def _polled(parts: Parts, device: str, client: str) -> Response:
    state, service = parts.asking.poll(device, client)
    if service is None:
        raise OAuthRefused(state.value, SAID[state])
    consents = parts.consents
    if all(one.ended_ms is not None for one in consents.standing.of(service)):
        raise OAuthRefused(Poll.DENIED.value, SAID[Poll.DENIED])
    try:
        tokens = await _kept(parts.credentials.issue, service, consents.now_ms())
    except BaseException:
        parts.asking.give_back(device)
        raise
    return _given(parts, service, tokens)


async def _refreshed(parts: Parts, refresh: str) -> Response:
    credentials, now_ms = parts.credentials, parts.consents.now_ms()
    tokens = await _kept(credentials.refresh, refresh, now_ms)
    service = None if tokens is None else credentials.service_of(tokens.access, now_ms)
    if tokens is None or service is None:
        raise OAuthRefused(
            "invalid_grant", "this token is not known, has expired, or was used"
        )
    return _given(parts, service, tokens)


async def _kept(make: Callable[[str, int], Made], given: str, now_ms: int) -> Made:
    """Give what was made, once it is durable; raise Problem when it can't be."""
    try:
        return await asyncio.to_thread(make, given, now_ms)
    except JournalError as error:
        raise Problem("store-unavailable", "the disk takes nothing more") from error


def _given(parts: Parts, service: str, tokens: Tokens) -> Response:
    grant = parts.consents.grant(service)
    return said(
        {
            "access_token": tokens.access,
            "token_type": "Bearer",
            "expires_in": tokens.expires_s,
            "refresh_token": tokens.refresh,
            "authorization_details": [] if grant is None else details(grant),
        }
    )


def _asker(request: Request, parts: Parts) -> str | None:
    """Give the service whose token came along; None for none, never for a wrong one."""
    given = request.headers.getlist("authorization")
    if not given:
        return None
    scheme, _, credential = given[0].partition(" ")
    service = parts.credentials.service_of(credential.strip(), parts.consents.now_ms())
    if len(given) > 1 or scheme.lower() != "bearer" or service is None:
        raise OAuthRefused(
            "invalid_token",
            "this access token is not known, or has expired",
            status=401,
            headers={
                "WWW-Authenticate": 'Bearer realm="releve", error="invalid_token"'
            },
        )
    return service


def _asked(given: dict[str, str], service: str | None, consents: Consents) -> Asked:
    if "scope" in given:
        raise OAuthRefused("invalid_scope", "ask by authorization_details")
    try:
        client = text(needed(given, "client_id"), CLIENT_MOST)
    except ValueError as error:
        raise OAuthRefused("invalid_request", f"client_id: {error}") from error
    wanted = needed(given, "authorization_details")
    try:
        orjson.loads(wanted)  # the stricter of the two, and no deeper than it may be
        terms = read_all(json.loads(wanted, object_pairs_hook=once))
    except (RequestRefused, ValueError, RecursionError) as error:
        raise OAuthRefused("invalid_authorization_details", str(error)) from error
    told = {own: given[name] for name, own in DECLARED.items() if name in given}
    if service is not None:
        declared = consents.service(service).declared
        if told and _declared(told) != declared:
            raise OAuthRefused(
                "invalid_request", "what a service says of itself stands"
            )
        return Asked(client, declared, terms, service)
    return Asked(client, _declared(told), terms)


def _declared(told: dict[str, str]) -> Declared:
    words = {"true": True, "false": False}
    logic = {name: words.get(told[name], told[name]) for name in LOGIC if name in told}
    try:
        return Declared.read({**told, **logic})
    except RequestRefused as error:
        raise OAuthRefused("invalid_request", str(error)) from error
