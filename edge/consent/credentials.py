"""What services prove themselves with: random tokens, of which only hashes are kept.

An access token is 256 random bits. A refresh token is the 128 of its family, then 256
of its own: whoever shows one of a family that isn't its latest holds one that was used
(RFC 9700, 4.14.2), and the family ends, however many came since.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from edge.calendar import HOUR_MS
from edge.consent.consents import Consents
from edge.consent.ledger import Ledger
from edge.errors import JournalError

log = logging.getLogger(__name__)

ACCESS_MS, REFRESH_MS = HOUR_MS, 90 * 24 * HOUR_MS
FAMILY_BYTES, TOKEN_BYTES = 16, 32
ACCESS_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")
REFRESH_SHAPE = re.compile(r"[A-Za-z0-9_-]{64}")


class Kind(StrEnum):
    """What a token opens: data, or the door to the next tokens."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """A new pair, in clear for the only time; the first expires in `expires_s`."""

    access: str
    refresh: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a token; `expires_ms` None: it lasts as long as its service."""

    hash: bytes
    service: str
    kind: Kind
    family: str
    expires_ms: int | None

    def good(self, now_ms: int) -> bool:
        """Tell whether it has not expired."""
        return self.expires_ms is None or now_ms < self.expires_ms


@dataclass(slots=True)
class Credentials:
    """The services' tokens: looked up in memory, changed on the disk first.

    What makes or ends tokens blocks for the disk. A token says who asks and gives no
    right: those are Consents'. Lookups go by SHA-256, so time tells nothing of a token.
    """

    ledger: Ledger
    _kept: dict[bytes, Kept] = field(default_factory=dict)
    _owed: list[Kept] = field(default_factory=list)
    _listeners: list[Callable[[frozenset[str]], None]] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Take up what was kept."""
        rows = self.ledger.database.execute(
            "SELECT hash, service, kind, family, expires_ms FROM credential"
        )
        for hashed, service, kind, family, expires_ms in rows:
            kept = Kept(bytes(hashed), service, Kind(kind), family, expires_ms)
            self._kept[kept.hash] = kept

    def follow(self, consents: Consents) -> Credentials:
        """End the tokens of services that hold nothing any more, now and from now on.

        A pause ends none, nor does an expiry that only the clock says. They are good
        for nothing at once, and off the disk with `settle`: whoever decided, and the
        channels that are yet to be told, don't wait for it.
        """

        def ended(services: frozenset[str]) -> None:
            for one in services:
                if all(c.ended_ms is not None for c in consents.standing.of(one)):
                    self._forget(partial(_is_of, one))

        consents.listen(ended)
        ended(frozenset(kept.service for kept in self._kept.values()))
        return self

    def listen(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Have a channel told which services' tokens end, but for those refreshed."""
        self._listeners.append(listener)

    # making

    def issue(self, service: str, now_ms: int, family: str | None = None) -> Tokens:
        """Give a service a pair: of a new family, or the next one of its own.

        `family` is the 128 bits as its tokens begin with them.
        """
        begin = _bytes(family) if family else secrets.token_bytes(FAMILY_BYTES)
        access = _text(secrets.token_bytes(TOKEN_BYTES))
        refresh = _text(begin + secrets.token_bytes(TOKEN_BYTES))
        name = _named(begin)
        made = [
            Kept(_hash(access), service, Kind.ACCESS, name, now_ms + ACCESS_MS),
            Kept(_hash(refresh), service, Kind.REFRESH, name, now_ms + REFRESH_MS),
        ]
        with self._lock:
            before = [
                one
                for one in self._kept.values()
                if one.family == name or not one.good(now_ms)
            ]
            self._replace(before, made)
        return Tokens(access, refresh, ACCESS_MS // 1000)

    def issue_long(self, service: str) -> str:
        """Give one access token that lasts as long as its service holds anything."""
        access = _text(secrets.token_bytes(TOKEN_BYTES))
        name = _named(secrets.token_bytes(FAMILY_BYTES))
        with self._lock:
            self._replace([], [Kept(_hash(access), service, Kind.ACCESS, name, None)])
        return access

    def refresh(self, token: str, now_ms: int) -> Tokens | None:
        """Give the next pair for a refresh token; the pair before is void at once.

        None for one that isn't known or has expired. One that was used before ends its
        family, durably: two hold it, and which is the thief can't be told.
        """
        if not REFRESH_SHAPE.fullmatch(token):
            return None
        family = _text(_bytes(token)[:FAMILY_BYTES])
        with self._lock:
            kept = self._kept.get(_hash(token))
            if kept is None:
                self._end_family(_named(_bytes(family)))
                return None
            if not kept.good(now_ms):
                return None
            return self.issue(kept.service, now_ms, family)

    # asking

    def service_of(self, token: str, now_ms: int) -> str | None:
        """Give whose access token it is; None for one that is not, or not any more."""
        if not ACCESS_SHAPE.fullmatch(token):
            return None
        kept = self._kept.get(_hash(token))
        good = kept is not None and kept.kind is Kind.ACCESS and kept.good(now_ms)
        return kept.service if kept is not None and good else None

    def family_of(self, token: str) -> str:
        """Give which pairs a known token came from; empty when it isn't known."""
        kept = self._kept.get(_hash(token))
        return "" if kept is None else kept.family

    def lives(self, family: str) -> bool:
        """Tell whether tokens of a family are good for anything still."""
        return any(one.family == family for one in list(self._kept.values()))

    # ending

    def revoke(self, token: str) -> str | None:
        """End a token and its family (RFC 7009); give whose it was, if it was one's."""
        kept = self._kept.get(_hash(token))
        if kept is not None:
            self._end_family(kept.family)
        return None if kept is None else kept.service

    def end(self, service: str) -> None:
        """End every token of a service."""
        self._drop(partial(_is_of, service))

    def _end_family(self, family: str) -> None:
        self._drop(lambda kept: kept.family == family)

    def settle(self) -> None:
        """Take off the disk what has ended; to be called each second or so."""
        with self._lock:
            try:
                self._replace([], [])
            except JournalError as error:
                # they open nothing any more, and go with the next that is written
                log.warning("tokens that ended are still on the disk: %s", error)

    def _drop(self, meant: Callable[[Kept], bool]) -> None:
        """End tokens: in memory whatever happens, then on the disk."""
        self._forget(meant)
        self.settle()

    def _forget(self, meant: Callable[[Kept], bool]) -> None:
        with self._lock:
            gone = [one for one in self._kept.values() if meant(one)]
            for one in gone:
                del self._kept[one.hash]
            self._owed += gone
        if gone:
            services = frozenset(one.service for one in gone)
            for listener in self._listeners:
                listener(services)

    def _replace(self, before: list[Kept], made: list[Kept]) -> None:
        gone = self._owed + before
        if not gone and not made:
            return
        with self.ledger.writing() as database:
            for one in gone:
                database.execute("DELETE FROM credential WHERE hash = ?", (one.hash,))
            for one in made:
                database.execute(
                    "INSERT INTO credential VALUES (?, ?, ?, ?, ?, NULL)",
                    (one.hash, one.service, one.kind, one.family, one.expires_ms),
                )
        self._owed.clear()
        for one in before:
            self._kept.pop(one.hash, None)
        for one in made:
            self._kept[one.hash] = one


def _is_of(service: str, kept: Kept) -> bool:
    return kept.service == service


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _named(family: bytes) -> str:
    return hashlib.sha256(family).hexdigest()


def _text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
