"""The guard: what stands before every route, and the face that every answer has.

In this order: sizes, the name called by, web origins, the credential, rates, places.
Whatever fails inside becomes a problem detail; nothing of the host is told.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import bodies, oauth
from api.door import OWNER, Grant, Owner, name_of
from api.errors import OAuthRefused, Problem
from api.hosts import Hosts
from api.limits import Lane, Limits, Rates
from api.origins import Origins
from api.owner_tokens import OwnerTokens
from api.problems import answer, shown
from api.running import LINE
from api.services import Services, readings_of, served
from api.session import Session
from api.sign_in import SignIn, check_origin
from api.tokens import same
from edge.consent.records import Writer

log = logging.getLogger(__name__)

FACE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""The headers of every answer."""
DEMO = {"Releve-Demo": "true"}
"""On every answer of a demonstration, whatever its form: all in it is invented."""
LIVE_PATH = "/api/v1/live"
PRIVATE = ("/api/", oauth.PREFIX)
"""Where answers are never kept, even if anybody may ask."""
OWNERS_PART = 4
"""One place in so many is the owner's, however many services ask."""
ABORT = "releve.abort"
"""Where the server leaves, in the scope's extensions, how to cut the connection."""


@dataclass(slots=True)
class Tally:
    """What the API has done since it started."""

    answered: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Guard:
    """An ASGI application around another."""

    def __init__(  # noqa: PLR0913 - each is one thing that the guard asks
        self,
        app: ASGIApp,
        *,
        token: str,
        tokens: OwnerTokens | None,
        limits: Limits,
        hosts: Hosts,
        origins: Origins,
        public: Callable[[str], bool],
        tally: Tally,
        streams: Lane,
        queries: Lane,
        services: Services | None,
        sign_in: SignIn | None,
        now_ms: Callable[[], int],
        demo: bool = False,
    ) -> None:
        self._app = app
        self._services = services
        self._sign_in = sign_in
        self._now_ms = now_ms
        self._face = FACE | DEMO if demo else FACE
        self._token = token
        self._tokens = tokens
        self._limits = limits
        self._hosts = hosts
        self._origins = origins
        self._public = public
        self._tally = tally
        self._streams = streams
        self._queries = queries
        self._rates = Rates(limits.rate, limits.burst)
        self._failures = Rates(limits.failure_rate, limits.failure_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a problem."""
        if scope["type"] != "http":
            raise RuntimeError(f"the API serves http, not {scope['type']}")
        headers = Headers(scope=scope)
        path = scope["path"]
        private = path.startswith(PRIVATE) or not self._public(path)
        face = Face(
            send, self._origins.across(path, headers), self._face, private=private
        )
        try:
            await self._pass(scope, receive, face, headers)
        except Problem as problem:
            if problem.kind == "store-unavailable":
                log.warning("the store did not answer: %s", problem.__cause__)
            await self._answer(problem, scope, receive, face)
        except OAuthRefused as refused:
            await self._answer(refused, scope, receive, face)
        except Exception:
            # Nothing may leave this door but a problem detail: what failed is for the
            # log, which has the trace; the client is told that it has.
            log.exception("%s failed", shown(scope["path"]))
            failure = Problem("failure", "what failed is in the service's log")
            await self._answer(failure, scope, receive, face)
        self._tally.answered += 1

    async def _pass(
        self, scope: Scope, receive: Receive, face: Face, headers: Headers
    ) -> None:
        if len(scope["query_string"]) > self._limits.query_bytes:
            raise Problem(
                "query-too-long",
                f"a query has at most {self._limits.query_bytes} bytes",
                headers={"Connection": "close"},
            )
        # h11 counts only a head that comes in pieces.
        if sum(len(name) + len(value) for name, value in headers.raw) > (
            self._limits.header_bytes
        ):
            raise Problem(
                "headers-too-large",
                f"a request's head has at most {self._limits.header_bytes} bytes",
                headers={"Connection": "close"},
            )
        bodies.check(scope["method"], scope["path"], headers)
        self._hosts.check(headers)
        if scope["method"] == "OPTIONS" and face.across:
            await Response(status_code=204)(scope, receive, face)
            return
        self._origins.check(scope["method"], scope["path"], headers)
        peer = peer_of(scope)
        if self._public(scope["path"]):
            self._slow_down(f"public {peer}")
            await self._app(scope, receive, face)
            return
        writer = self._writer(headers)
        if writer is not None:
            self._keep(face, headers, None)
            await self._written(scope, receive, face, headers, writer)
            return
        session = self._session(scope, headers)
        who = OWNER if session is not None else self._authenticate(scope, headers, peer)
        self._keep(face, headers, who)
        key = f"{who.credential} {peer}" if isinstance(who, Owner) else who.service
        self._slow_down(key)
        if not isinstance(who, Owner) and not served(scope["path"]):
            # As where nothing is served, to the byte: before anything is looked up.
            bodies.check(scope["method"], "", headers)
            raise nowhere()
        stands = partial(self._stands, who, _bearer(headers), session)
        told = {"grant": who, "session": session, "stands": stands}
        scope.setdefault("state", {}).update(told)
        with self._place(scope["path"], who, key):
            await self._app(scope, receive, face)

    def _writer(self, headers: Headers) -> Writer | None:
        """Give the writer whose token is sent: it reads nothing, and is no grant."""
        token = _bearer(headers)
        known = self._services if token else None
        return None if known is None or token is None else known.writer(token)

    async def _written(
        self,
        scope: Scope,
        receive: Receive,
        face: Face,
        headers: Headers,
        writer: Writer,
    ) -> None:
        """Let a writer send readings of its meter; all else is nowhere, to the byte."""
        self._slow_down(f"writer {writer.id}")
        if (scope["method"], scope["path"]) != ("POST", readings_of(writer.meter)):
            bodies.check(scope["method"], "", headers)
            raise nowhere()
        scope.setdefault("state", {})["writer"] = writer
        await self._app(scope, receive, face)

    def _session(self, scope: Scope, headers: Headers) -> Session | None:
        """Give the owner's session that a page of ours shows; raise Problem.

        Who shows a bearer token is judged by that alone.
        """
        if self._sign_in is None or "authorization" in headers:
            return None
        scheme = scope.get("scheme", "http")
        session = self._sign_in.session(headers, scheme, self._now_ms())
        if session is not None:
            check_origin(scope["method"], headers)
        return session

    def _stands(self, who: Grant, token: str | None, session: Session | None) -> bool:
        """Tell whether what let the owner in would do so still.

        Of a service `Door` knows, and cuts what goes out to it.
        """
        if not isinstance(who, Owner):
            return True
        if session is not None and self._sign_in is not None:
            return self._sign_in.sessions.lasts(session.id, self._now_ms())
        return token is not None and self._owners(token)

    def _owners(self, token: str) -> bool:
        if self._tokens is None:
            return same(token, self._token)
        return self._tokens.right(token, self._now_ms())

    def _authenticate(self, scope: Scope, headers: Headers, peer: str) -> Grant:
        """Give who asks by the bearer token sent, which no cookie stands for."""
        given = headers.getlist("authorization")
        token = _bearer(headers)
        # A right credential is let in whatever failed before it: a stranger behind the
        # same address must not lock the owner out, and 256 bits can't be guessed.
        if token is not None and self._owners(token):
            return OWNER
        if token is not None and self._services is not None:
            service = self._services.whose(token)
            line = scope.get("extensions", {}).get(LINE)
            grant = service and self._services.admit(service, token, line)
            if grant:
                return grant
            if service is not None:  # paused, or all is over: no stranger, no failure
                raise _unknown()
        if not given:
            raise Problem(
                "credential-needed",
                "send the header Authorization: Bearer TOKEN; `releve owner-token` "
                "shows the token. It never goes into an address",
                headers={"WWW-Authenticate": 'Bearer realm="releve"'},
            )
        wait_s = self._failures.take(peer)
        if wait_s:
            raise Problem(
                "too-many-failures",
                "wait, then send the token that `releve owner-token` shows",
                headers={"Retry-After": str(math.ceil(wait_s))},
            )
        raise _unknown()

    def _slow_down(self, key: str) -> None:
        wait_s = self._rates.take(key)
        if wait_s:
            raise Problem(
                "too-many-requests",
                f"at most {self._limits.rate:g} requests a second; wait, or ask for "
                f"more rows at once (limit goes up to {self._limits.rows})",
                headers={"Retry-After": str(math.ceil(wait_s))},
            )

    def _place(self, path: str, who: Grant, key: str) -> AbstractContextManager[None]:
        owner = isinstance(who, Owner)
        if path == LIVE_PATH:
            spare = 0 if owner else self._limits.streams // OWNERS_PART
            return self._streams.enter(name_of(who), spare=spare)
        if "/registers/" in path:
            spare = 0 if owner else self._limits.queries // OWNERS_PART
            return self._queries.enter(key, spare=spare)
        return nullcontext()

    def _keep(self, face: Face, headers: Headers, who: Grant | None) -> None:
        """Have a page of another origin read what its own grant is answered alone."""
        if face.across and not self._origins.reads(headers, who):
            face.across = {}

    async def _answer(
        self,
        problem: Problem | OAuthRefused,
        scope: Scope,
        receive: Receive,
        face: Face,
    ) -> None:
        self._tally.refused[problem.kind.replace("-", "_")] += 1
        if face.started:
            # Half an answer must not look whole: cut the line.
            abort = scope.get("extensions", {}).get(ABORT)
            if abort is not None:
                abort()
            return
        if isinstance(problem, Problem) and scope["path"].startswith(oauth.PREFIX):
            problem = oauth.refused(problem)
        response = (
            oauth.answer(problem)
            if isinstance(problem, OAuthRefused)
            else answer(problem, scope["path"])
        )
        await response(scope, receive, face)


def _bearer(headers: Headers) -> str | None:
    """Give the one bearer token that is sent; None for none, or more than one."""
    given = headers.getlist("authorization")
    scheme, _, credential = given[0].partition(" ") if given else ("", "", "")
    right = scheme.lower() == "bearer" and len(given) == 1
    return credential.strip() if right else None


def nowhere() -> Problem:
    """Give what an address answers at which nothing is served."""
    return Problem(
        "not-found", "nothing is served at this address; /docs lists what is"
    )


def _unknown() -> Problem:
    return Problem(
        "credential-needed",
        "this credential is not known; send Authorization: Bearer TOKEN with the "
        "token that `releve owner-token` shows",
        headers={"WWW-Authenticate": 'Bearer realm="releve", error="invalid_token"'},
    )


class Face:
    """The `send` of one request: puts our headers on the answer, notes its start."""

    def __init__(
        self, send: Send, across: dict[str, str], face: dict[str, str], *, private: bool
    ) -> None:
        self._send = send
        self._private = private
        self.across, self._face = across, face
        self.started = False

    async def __call__(self, message: Message) -> None:
        """Send one message on."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in (self._face | self.across).items():
                headers[name] = value
            headers["Cache-Control"] = "no-store" if self._private else "no-cache"
        await self._send(message)


def peer_of(scope: Scope) -> str:
    """Give who is at the other end: an address, an IPv6 network of one home, or us."""
    client = scope.get("client")
    if not client or not client[0]:
        return "local"
    try:
        address = ip_address(client[0].partition("%")[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if isinstance(address, IPv6Address):
        # A host of a home may take any of 2^64 addresses: count them as one.
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
