"""The way to the Internet: time-outs, bounded bodies, redirects to known hosts only.

What comes of it is an answer or a word of ours: no URL, header or body is told.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

import httpx

from collectors import body
from collectors.answer import Answer
from collectors.errors import NotCollected, Reason, Unusable
from exports import Json

TIMEOUT = httpx.Timeout(30.0, connect=15.0)
REDIRECTS = 10
AGENT = "releve/0.1"
"""Some APIs refuse clients without a name."""
PACED_AFTER = 12
PAUSE_S = 1.0
"""A session of many requests makes one a second from then on."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

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


class Web:
    """One session: its cookies live as long as it does."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        # No proxy nor .netrc of the environment: a secret goes where we say.
        self._client = httpx.Client(
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            headers={
                "User-Agent": AGENT,
                "Accept-Encoding": body.PACKED,
                **(headers or {}),
            },
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
        content = None if document is None else json.dumps(document).encode()
        answer = self._send("POST", url, data=form, content=content, headers=headers)
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
                coding = response.headers.get("content-encoding", "").strip().lower()
                return Answer(
                    response.status_code,
                    {name.lower(): text for name, text in response.headers.items()},
                    # never unpacked by httpx, which bounds nothing
                    body.whole(response.iter_raw(), coding),
                    str(response.url),
                )
        except httpx.TimeoutException as error:
            raise NotCollected(Reason.TIME_OUT) from error
        except httpx.ConnectError as error:
            raise NotCollected(_unconnected(error)) from error
        except httpx.RemoteProtocolError as error:
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
