"""How a browser becomes the owner's, and what each of its requests must show."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from api.errors import Problem
from api.limits import Lane, Rates
from api.passwords import FILE as PASSWORD_FILE
from api.passwords import Passwords, usable
from api.session import FILE as SESSIONS_FILE
from api.session import WHOLE_MS, Begun, Session, Sessions
from edge.consent.pairing import Pairing

COOKIE, SECURE_COOKIE = "releve", "__Host-releve"
PAGE_HEADER = "releve-page"
SAFE = frozenset({"GET", "HEAD"})
COOKIES_MOST = 8
REFUSED = "this is not right; in a shell on the Pi, `releve pair` shows a new code"
"""One answer for whatever was wrong: no password set, a wrong one, a used code."""


@dataclass(slots=True)
class SignIn:
    """The owner's password, sessions and pairing code, and how often one may guess."""

    passwords: Passwords
    sessions: Sessions
    pairing: Pairing
    peers: Rates = field(default_factory=lambda: Rates(1 / 30, 5))
    everyone: Rates = field(default_factory=lambda: Rates(1 / 10, 30))
    places: Lane = field(default_factory=lambda: Lane(4, 2, "too-many-requests"))

    @classmethod
    def open(cls, directory: Path, pairing: Pairing) -> SignIn:
        """Give that of a home, out of its data directory."""
        passwords = Passwords(directory / PASSWORD_FILE)
        return cls(passwords, Sessions(directory / SESSIONS_FILE), pairing)

    async def by_password(self, password: str, who: Peer, now_ms: int) -> Begun:
        """Begin a session for who knows the password; raise Problem."""
        with self.places.enter(who.peer):
            self._guess(who)
            if not await self.passwords.right(password):
                raise Problem("sign-in-refused", REFUSED)
            self._right(who)
        return await asyncio.to_thread(self.sessions.begin, who.agent, now_ms)

    async def by_code(self, code: str, password: str, who: Peer, now_ms: int) -> Begun:
        """Set a new password for who has a pairing code, and end all other sessions.

        Raises Problem, and PasswordRefused before the code is looked at.
        """
        usable(password)
        with self.places.enter(who.peer):
            self._guess(who)
            if not self.pairing.take(code):
                raise Problem("sign-in-refused", REFUSED)
            self._right(who)
            await self.passwords.set(password)
            await asyncio.to_thread(self.sessions.end_all, now_ms)
        return await asyncio.to_thread(self.sessions.begin, who.agent, now_ms)

    def _guess(self, who: Peer) -> None:
        """Count an attempt before it is known what it is worth; raise Problem."""
        if self.peers.take(who.peer) or self.everyone.take(""):
            wait_s = max(self.peers.wait_s, self.everyone.wait_s)
            raise Problem(
                "too-many-failures",
                "wait, then try again",
                headers={"Retry-After": str(math.ceil(wait_s))},
            )

    def _right(self, who: Peer) -> None:
        """Take it back: who knows the password does not guess."""
        self.peers.give_back(who.peer)
        self.everyone.give_back("")

    def session(self, headers: Headers, scheme: str, now_ms: int) -> Session | None:
        """Give whose session a request shows both secrets of; None for nobody's."""
        page = headers.getlist(PAGE_HEADER)
        cookies = _cookies(headers, scheme)
        if len(page) != 1 or not cookies:
            return None
        return self.sessions.find(cookies, page[0], now_ms)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who asks to sign in: an address as the guard counts it, and what browser."""

    peer: str
    agent: str


def check_origin(method: str, headers: Headers) -> None:
    """Refuse what another origin made a browser send; raise Problem.

    A browser says the origin with each change of state, over plain HTTP too. Ours is
    the name and port called by; a proxy before us may speak TLS where we don't.
    """
    site = headers.get("sec-fetch-site", "same-origin")
    origins = headers.getlist("origin")
    ours = all(_host(origin) == headers.get("host", "").lower() for origin in origins)
    told = len(origins) == 1 or (method in SAFE and not origins)
    if site != "same-origin" or not ours or not told:
        raise Problem("wrong-origin", "send it from a page of this service")


def cookie(begun: Begun, headers: Headers, scheme: str, *, stay: bool) -> str:
    """Give the Set-Cookie of a session; it lasts as long as the browser unless told."""
    secure = scheme == "https" or headers.get("origin", "").startswith("https:")
    name = SECURE_COOKIE if secure else COOKIE
    age = f"; Max-Age={WHOLE_MS // 1000}" if stay else ""
    last = "; Secure" if secure else ""
    return f"{name}={begun.cookie}; Path=/; HttpOnly; SameSite=Strict{age}{last}"


def _cookies(headers: Headers, scheme: str) -> list[str]:
    names = {SECURE_COOKIE} if scheme == "https" else {SECURE_COOKIE, COOKIE}
    pairs = (
        piece.strip().partition("=")
        for header in headers.getlist("cookie")
        for piece in header.split(";")
    )
    return [value for name, _, value in pairs if name in names][:COOKIES_MOST]


def _host(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""
