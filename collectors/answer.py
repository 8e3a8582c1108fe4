"""What a server answered, before any portal's own words: told apart by status and head.

Its readings are never parsed here (reading.py has that done); only the short JSON of
signing in is, bounded.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from collectors.errors import NotCollected, Reason
from exports import Json
from exports.short_json import short_json

MOST_JSON = 256 << 10
"""Of an answer that this process reads itself: tokens, contracts, an account."""
MOST_PAGE = 1 << 20
"""Of a page in which a token is looked for."""
LONGEST_WAIT_S = 7 * 86_400
CAPTCHA = ("captcha", "datadome", "are you a robot", "cf-challenge")
NOTHING = re.compile(rb"\s*(?:\[\s*\]|\{\s*\})\s*")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `url` is where redirects led."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def text(self) -> str:
        """Give the beginning of the body as a text, damaged bytes replaced."""
        return self.body[:MOST_PAGE].decode("utf-8", "replace")

    @property
    def is_page(self) -> bool:
        """Tell whether it is HTML, whatever its header says."""
        head = self.body[:2000].lstrip().lower()
        return head.startswith((b"<!doctype", b"<html")) or b"<html" in head

    @property
    def asks_captcha(self) -> bool:
        """Tell whether it wants a person to prove that they are one."""
        text = self.text[:200_000].lower()
        return any(word in text for word in CAPTCHA)

    def checked(self, where: str) -> Answer:
        """Give it if it is a success; raise NotCollected for what any portal means."""
        if 200 <= self.status < 300:
            return self
        wait_s = waiting(self.headers.get("retry-after"))
        reason = STATUSES.get(self.status)
        if self.status in (401, 403) and self.asks_captcha:
            reason = Reason.CAPTCHA
        elif self.status == HTTPStatus.FORBIDDEN and self.is_page:
            reason = Reason.BLOCKED
        elif reason is None:
            reason = Reason.PORTAL_DOWN if self.status >= 500 else Reason.CHANGED
        raise NotCollected(reason, where, status=self.status, wait_s=wait_s)

    def data(self, where: str) -> bytes:
        """Give the bytes of a success that is no page; raise NotCollected."""
        self.checked(where)
        if self.is_page:
            reason = Reason.CAPTCHA if self.asks_captcha else Reason.MAINTENANCE
            raise NotCollected(reason, where, status=self.status)
        return self.body

    def json(self, where: str) -> Json:
        """Give the short JSON of a success; raise NotCollected."""
        data = self.data(where)
        try:
            return short_json(data, MOST_JSON)
        except ValueError as error:
            cut = data.lstrip()[:1] in (b"{", b"[") and len(data) <= MOST_JSON
            reason = Reason.TRUNCATED if cut else Reason.CHANGED
            raise NotCollected(reason, where, status=self.status) from error


STATUSES: Mapping[int, Reason] = {
    401: Reason.TOKEN,
    403: Reason.TOKEN,
    408: Reason.TIME_OUT,
    429: Reason.QUOTA,
    503: Reason.MAINTENANCE,
}


def says_nothing(data: bytes) -> bool:
    """Tell whether it is JSON without anything in it: a window without a reading."""
    return NOTHING.fullmatch(data) is not None


def waiting(retry_after: str | None, now_s: float | None = None) -> float | None:
    """Give the seconds of a Retry-After header, or of its date; None: it says none."""
    if retry_after is None:
        return None
    given = retry_after.strip()
    if given.isascii() and given.isdigit():
        return float(min(int(given[:9]), LONGEST_WAIT_S))
    try:
        at = email.utils.parsedate_to_datetime(given).timestamp()
    except (ValueError, OverflowError):
        return None
    ahead = at - (time.time() if now_s is None else now_s)
    return min(max(0.0, ahead), LONGEST_WAIT_S)
