"""The way to the Internet: time-outs, bounded bodies, redirects to known hosts only.

What comes of it is an answer or a word of ours: no URL, header or body is told.
"""

from __future__ import annotations

import email.utils
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

import httpx

from collectors.errors import NotCollected, Reason, Unusable
from exports import Json

MOST_BYTES = 8 << 20
TIMEOUT = httpx.Timeout(30.0, connect=15.0)
REDIRECTS = 10
LONGEST_WAIT_S = 7 * 86_400
AGENT = "releve/0.1"
"""Some APIs refuse clients without a name."""
PACED_AFTER = 12
PAUSE_S = 1.0
"""A session of many requests makes one a second from then on."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
CAPTCHA = ("captcha", "datadome", "are you a robot", "cf-challenge")

Params: TypeAlias = Mapping[str, Any] | list[tuple[str, str]]


def base_url(given: object, otherwise: str) -> str:
    """Give where a portal is: a secret goes there, hence https, or this machine."""
    url = otherwise if given is None else str(given).rstrip("/")
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK
    )
    if not safe or not parts.hostname or parts.username or parts.query:
        raise Unusable("url: write it as https://www.example.fr")
    return url


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `url` is where redirects led."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def text(self) -> str:
        """Give the body as a text, damaged bytes replaced."""
        return self.body.decode("utf-8", "replace")

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

    def json(self, where: str) -> Json:
        """Give the JSON of a success; raise NotCollected."""
        self.checked(where)
        if self.is_page:
            reason = Reason.CAPTCHA if self.asks_captcha else Reason.MAINTENANCE
            raise NotCollected(reason, where, status=self.status)
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            cut = self.body.lstrip()[:1] in (b"{", b"[")
            reason = Reason.TRUNCATED if cut else Reason.CHANGED
            raise NotCollected(reason, where, status=self.status) from error


STATUSES: Mapping[int, Reason] = {
    401: Reason.TOKEN,
    403: Reason.TOKEN,
    408: Reason.TIME_OUT,
    429: Reason.QUOTA,
    503: Reason.MAINTENANCE,
}


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


class Web:
    """One session: its cookies live as long as it does."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        # No proxy nor .netrc of the environment: a secret goes where we say.
        self._client = httpx.Client(
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": AGENT, **(headers or {})},
        )
        self._sent = 0

    def close(self) -> None:
        """Forget the session."""
        self._client.close()

    @property
    def cookies(self) -> httpx.Cookies:
        """Give the session's cookies."""
        return self._client.cookies

    def get(
        self,
        url: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        follow: tuple[str, ...] = (),
    ) -> Answer:
        """GET; redirects are followed to the hosts in `follow` only."""
        answer = self._send("GET", url, params=params, headers=headers)
        return self._followed(answer, headers, follow)

    def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        document: Json = None,
        headers: Mapping[str, str] | None = None,
        follow: tuple[str, ...] = (),
    ) -> Answer:
        """POST a form or a JSON document; what a redirect leads to is got."""
        body = None if document is None else json.dumps(document).encode()
        answer = self._send("POST", url, data=form, content=body, headers=headers)
        return self._followed(answer, None, follow)

    @staticmethod
    def may_go(url: str, sites: tuple[str, ...]) -> bool:
        """Tell whether a URL is of one of the sites: a host, or a whole base."""
        return any(same_site(url, site) for site in sites)

    def _followed(
        self,
        answer: Answer,
        headers: Mapping[str, str] | None,
        follow: tuple[str, ...],
    ) -> Answer:
        for _ in range(REDIRECTS):
            there = answer.headers.get("location")
            if not follow or there is None or not 300 <= answer.status < 400:
                return answer
            url = urljoin(answer.url, there)
            if not self.may_go(url, follow):
                raise NotCollected(Reason.CHANGED, "redirect")
            answer = self._send("GET", url, headers=headers)
        raise NotCollected(Reason.CHANGED, "redirects")

    def _send(self, method: str, url: str, **given: Any) -> Answer:
        self._sent += 1
        if self._sent > PACED_AFTER:
            time.sleep(PAUSE_S)
        try:
            with self._client.stream(method, url, **given) as response:
                body = bytearray()
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise NotCollected(Reason.CHANGED, "size")
                return Answer(
                    response.status_code,
                    {name.lower(): text for name, text in response.headers.items()},
                    bytes(body),
                    str(response.url),
                )
        except httpx.TimeoutException as error:
            raise NotCollected(Reason.TIME_OUT) from error
        except httpx.ConnectError as error:
            raise NotCollected(_unconnected(error)) from error
        except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
            raise NotCollected(Reason.TRUNCATED) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotCollected(Reason.PORTAL_DOWN) from error


def same_site(url: str, of: str) -> bool:
    """Tell whether a URL is of a host (`grdf.fr` with those below it), over https."""
    parts, wanted = urlsplit(url), urlsplit(of)
    if wanted.scheme:  # a whole base: the same scheme, host and port
        return parts[:2] == wanted[:2]
    host = parts.hostname or ""
    return parts.scheme == "https" and (host == of or host.endswith(f".{of}"))


def _unconnected(error: BaseException) -> Reason:
    """Tell what kept a connection from being made, by what lies under the error."""
    under: BaseException | None = error
    while under is not None:
        if isinstance(under, ssl.SSLError):
            return Reason.CERTIFICATE
        if isinstance(under, socket.gaierror):
            return Reason.OFFLINE
        under = under.__cause__ or under.__context__
    return Reason.PORTAL_DOWN
