"""The owner's sessions: two secrets each, one in a cookie and one in the page.

Cookies ignore ports, and other programs run on that Pi: who has the cookie alone has
nothing. The page keeps the second secret in its own storage and sends it in a header,
which no other origin can make a browser send without asking us first.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from edge.calendar import HOUR_MS
from edge.private_file import write_private

log = logging.getLogger(__name__)

FILE = "owner.sessions"
IDLE_MS, WHOLE_MS = 30 * 24 * HOUR_MS, 366 * 24 * HOUR_MS
"""A session ends when it wasn't used for 30 days, and after a year."""
MOST = 20
SECRET_BYTES = 32
AGENT_MOST = 120
NOTED_MS = HOUR_MS


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that signed in; of its two secrets, SHA-256 alone."""

    id: str
    cookie: str
    page: str
    begun_ms: int
    used_ms: int
    agent: str

    def good(self, now_ms: int) -> bool:
        """Tell whether it has not expired."""
        return now_ms < min(self.used_ms + IDLE_MS, self.begun_ms + WHOLE_MS)


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """A new session with its secrets, in clear for the only time."""

    session: Session
    cookie: str
    page: str


@dataclass(slots=True)
class Sessions:
    """The sessions of one home; what begins or ends one blocks for the disk."""

    path: Path
    _kept: dict[str, Session] = field(default_factory=dict)
    _noted_ms: int = 0
    _memory: threading.Lock = field(default_factory=threading.Lock)
    _disk: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Take up those that were kept; a file that can't be read holds none."""
        try:
            for one in orjson.loads(self.path.read_bytes()):
                session = Session(**one)
                self._kept[session.id] = session
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError):
            self._kept.clear()
            log.warning("%s can't be read: sign in again", self.path.name)

    def begin(self, agent: str, now_ms: int) -> Begun:
        """Begin one; the longest unused ends when there are too many."""
        cookie, page = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(2))
        shown = "".join(c for c in agent if c.isprintable())[:AGENT_MOST]
        session = Session(
            secrets.token_hex(8), _hash(cookie), _hash(page), now_ms, now_ms, shown
        )
        with self._disk:
            known = sorted(self.listed(now_ms), key=lambda one: one.used_ms)
            left = known[max(0, len(known) - MOST + 1) :]
            self._write([*left, session], now_ms)
            with self._memory:
                self._kept = {
                    one.id: self._kept[one.id] for one in left if one.id in self._kept
                }
                self._kept[session.id] = session
        return Begun(session, cookie, page)

    def find(self, cookies: list[str], page: str, now_ms: int) -> Session | None:
        """Give the session of both secrets, and note that it was used.

        A program at another port may add cookies of the same name: any may be ours.
        """
        given = {_hash(one) for one in cookies}
        hashed = _hash(page)
        with self._memory:
            for one in self._kept.values():
                if one.cookie in given and one.page == hashed and one.good(now_ms):
                    used = replace(one, used_ms=max(one.used_ms, now_ms))
                    self._kept[one.id] = used
                    return used
        return None

    def lasts(self, session: str, now_ms: int) -> bool:
        """Tell whether a session that was found before lasts still."""
        with self._memory:
            one = self._kept.get(session)
        return one is not None and one.good(now_ms)

    def listed(self, now_ms: int) -> list[Session]:
        """Give those that last, the first begun first."""
        with self._memory:
            return [one for one in self._kept.values() if one.good(now_ms)]

    def end(self, session: str, now_ms: int) -> bool:
        """End one, whatever the disk says; tell whether there was one of that id."""
        with self._disk:
            with self._memory:
                found = self._kept.pop(session, None)
            self._write(self.listed(now_ms), now_ms)
            return found is not None

    def end_all(self, now_ms: int) -> None:
        """End every one."""
        with self._disk:
            with self._memory:
                self._kept.clear()
            self._write([], now_ms)

    def note(self, now_ms: int) -> None:
        """Write down which were used, once an hour at most."""
        with self._disk:
            if now_ms >= self._noted_ms + NOTED_MS:
                self._write(self.listed(now_ms), now_ms)

    def _write(self, sessions: list[Session], now_ms: int) -> None:
        write_private(self.path, orjson.dumps([asdict(one) for one in sessions]))
        self._noted_ms = now_ms


def plain(session: Session) -> dict[str, Any]:
    """Give a session as the owner is shown it: no secret, nor a hash of one."""
    document = asdict(session)
    del document["cookie"], document["page"]
    return document


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
