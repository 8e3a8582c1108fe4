"""Requests that wait for the household (RFC 8628): in memory, few, ten minutes each.

Nothing of a request is seen before its code is typed, and what is approved is what was
shown: an approval names the digest of the whole request.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import Any

import orjson

from edge.consent.consents import Choice, Consents
from edge.consent.records import Consent, Declared, Service
from edge.consent.terms import Terms
from edge.errors import ConsentError

LASTS_S = 600.0
INTERVAL_S = 5.0
"""Between two polls of a device code; each poll that comes sooner adds as much."""
EARLY_S = 0.5
"""How much sooner a poll may come: networks are no metronomes."""
EACH, ALL = 5, 20
"""The most requests of one address, and of everyone, that wait at a time."""
TRIES_EACH, TRIES_ALL = 5, 100
"""The most wrong codes within `LASTS_S` of one address, and of everyone."""
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowel makes a word, no digit is taken for a letter (RFC 8628, 6.1)."""
CODE_LETTERS = 10
"""Of 20 letters each: 43 bits."""
REFUSAL_S = (10, 60)
"""After how long the refusal that holds still is told: as a household would."""


class State(StrEnum):
    """How far a request is."""

    ASKED = "asked"
    DECIDING = "deciding"
    APPROVED = "approved"
    REFUSED = "refused"
    TOLD = "told"


class Poll(StrEnum):
    """What a device code is worth at the moment, in the words of the RFCs."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    DENIED = "access_denied"
    EXPIRED = "expired_token"
    UNKNOWN = "invalid_grant"
    APPROVED = "approved"


class TooMany(ConsentError):
    """Raised when so many requests wait that no other is taken."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; `service` is who asks for more with a token of its own."""

    client: str
    declared: Declared
    terms: tuple[Terms, ...]
    service: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Give by which a refusal is remembered."""
        names = [f"client:{self.client}"]
        if self.service is not None:
            names.append(f"service:{self.service}")
        return tuple(hashlib.sha256(one.encode()).hexdigest() for one in names)


@dataclass(frozen=True, slots=True)
class Pending:
    """A request as the household sees it; `digest` stands for all of it."""

    id: str
    request: Request
    digest: str


@dataclass(frozen=True, slots=True, repr=False)
class Codes:
    """What the asker gets: a secret to poll with, a code to be typed."""

    device: str
    user: str
    lasts_s: int = int(LASTS_S)
    interval_s: int = int(INTERVAL_S)


@dataclass(slots=True)
class _Waiting:
    pending: Pending
    device: bytes
    user: bytes
    peer: str
    ends_s: float
    state: State = State.ASKED
    service: str | None = None
    told_s: float = 0.0
    interval_s: float = INTERVAL_S
    polled_s: float | None = None


@dataclass(slots=True)
class Asking:
    """The requests of one home; `clock_s` never goes back. Safe from any thread.

    `approve` and `refuse` block for the disk, nothing else does.
    """

    consents: Consents
    clock_s: Callable[[], float] = monotonic
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _wrong: deque[tuple[float, str]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # the asker's door

    def ask(self, request: Request, peer: str) -> Codes:
        """Take a request; raise TooMany. One that was refused lately waits unseen."""
        refused = any(self.consents.refused_ms(key) for key in request.keys)
        user = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
        device = secrets.token_urlsafe(32)
        with self._lock:
            now_s = self._tidy()
            live = [
                one
                for one in self._waiting.values()
                if now_s < one.ends_s and one.state is not State.TOLD
            ]
            if len(live) >= ALL or sum(one.peer == peer for one in live) >= EACH:
                raise TooMany("too many requests wait for the household")
            waiting = _Waiting(
                _pending(request), _hash(device), _hash(user), peer, now_s + LASTS_S
            )
            if refused:
                waiting.state = State.REFUSED
                least, most = REFUSAL_S
                waiting.told_s = now_s + least + secrets.randbelow(most - least)
            self._waiting[waiting.pending.id] = waiting
        return Codes(device, f"{user[:5]}-{user[5:]}")

    def poll(self, device: str, client: str) -> tuple[Poll, str | None]:
        """Say how a device code fares; once approved give the service, that one time.

        To be given back by `give_back` when no token could be made.
        """
        hashed = _hash(device)
        with self._lock:
            now_s = self._tidy()
            found = self._polled(hashed, client)
            if found is None:
                return Poll.UNKNOWN, None
            if now_s >= found.ends_s:
                return Poll.EXPIRED, None
            last_s, found.polled_s = found.polled_s, now_s
            if last_s is not None and now_s < last_s + found.interval_s - EARLY_S:
                found.interval_s += INTERVAL_S
                return Poll.SLOW_DOWN, None
            if found.state is State.REFUSED and now_s >= found.told_s:
                found.state = State.TOLD
                return Poll.DENIED, None
            if found.state is State.APPROVED:
                found.state = State.TOLD
                return Poll.APPROVED, found.service
            return Poll.PENDING, None

    def give_back(self, device: str) -> None:
        """Take it that an approval was not told: the next poll is."""
        hashed = _hash(device)
        with self._lock:
            for one in self._waiting.values():
                if one.device == hashed and one.service is not None:
                    one.state = State.APPROVED

    def _polled(self, hashed: bytes, client: str) -> _Waiting | None:
        for one in self._waiting.values():
            if one.device == hashed and one.state is not State.TOLD:
                return one if one.pending.request.client == client else None
        return None

    # the household's door

    def by_code(self, user_code: str, peer: str) -> Pending | None:
        """Give the request whose code was typed; None for any other, or too many.

        Case, spaces and hyphens don't matter. Who has typed `TRIES_EACH` wrong ones is
        told nothing more, right or wrong, until they are `LASTS_S` old.
        """
        typed = "".join(c for c in user_code[:64].upper() if c not in " -\t")
        hashed = _hash(typed)
        with self._lock:
            now_s = self._tidy()
            mine = sum(who == peer for _, who in self._wrong)
            if mine >= TRIES_EACH or len(self._wrong) >= TRIES_ALL:
                return None
            for one in self._waiting.values():
                if one.user == hashed and one.state is State.ASKED:
                    return one.pending if now_s < one.ends_s else None
            self._wrong.append((now_s, peer))
            return None

    def approve(
        self,
        pending_id: str,
        digest: str,
        choices: Sequence[Choice],
        basis: Mapping[str, Any],
    ) -> tuple[Service, list[Consent]]:
        """Grant what was chosen of a request, as it was shown; raise ConsentError."""
        found = self._decide(pending_id, digest)
        request = found.pending.request
        try:
            _check(choices, request)
            service, given = self.consents.give(
                request.service or request.declared,
                choices,
                {**basis, "client": request.keys[0], "request": digest},
            )
        except BaseException:
            self._settle(found, State.ASKED)
            raise
        found.service = service.id
        self._settle(found, State.APPROVED)
        return service, given

    def refuse(self, pending_id: str, digest: str) -> None:
        """Refuse a request; who asked may not ask again for 30 days."""
        found = self._decide(pending_id, digest)
        try:
            for key in found.pending.request.keys:
                self.consents.refuse(key, {"request": digest})
        except BaseException:
            self._settle(found, State.ASKED)
            raise
        self._settle(found, State.REFUSED)

    def _decide(self, pending_id: str, digest: str) -> _Waiting:
        with self._lock:
            now_s = self._tidy()
            found = self._waiting.get(pending_id)
            if (
                found is None
                or found.state is not State.ASKED
                or now_s >= found.ends_s
                or not secrets.compare_digest(
                    _hash(digest), _hash(found.pending.digest)
                )
            ):
                raise ConsentError(
                    "this request has ended, or is not the one that was shown",
                    hint="have the service ask again, and type its new code",
                )
            found.state = State.DECIDING
            return found

    def _settle(self, found: _Waiting, state: State) -> None:
        with self._lock:
            found.state = state
            if state is not State.ASKED:
                # whoever asked is told, however late it was decided
                found.ends_s = self.clock_s() + LASTS_S

    def _tidy(self) -> float:
        """Forget what is long over; one that ended is told so for as long again."""
        now_s = self.clock_s()
        for one in list(self._waiting.values()):
            if now_s >= one.ends_s + LASTS_S:
                del self._waiting[one.pending.id]
        while self._wrong and self._wrong[0][0] <= now_s - LASTS_S:
            self._wrong.popleft()
        return now_s


def _pending(request: Request) -> Pending:
    name = secrets.token_urlsafe(16)
    told = {
        "id": name,
        "client": request.client,
        "service": request.service,
        "declared": request.declared.plain(),
        "terms": [one.plain() for one in request.terms],
    }
    text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return Pending(name, request, hashlib.sha256(text).hexdigest())


def _check(choices: Sequence[Choice], request: Request) -> None:
    if len({_line(one.terms) for one in choices}) != len(choices):
        raise ConsentError("two choices are of one class for the same purpose")
    for choice in choices:
        if not any(choice.terms.within(asked) for asked in request.terms):
            raise ConsentError("more was chosen than was asked for")


def _line(terms: Terms) -> tuple[str, str, str]:
    return terms.fluid, terms.consent_class, terms.purpose


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
