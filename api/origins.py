"""Whether a browser was made to send something by a page that is not ours."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from api.errors import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
"""What a browser says of its own accord (Sec-Fetch-Site): `none` is the person's."""


class Origins:
    """Our own origin, and those that the configuration names; no other."""

    def __init__(self, configured: Iterable[str], url: str) -> None:
        self._known = {one.lower().rstrip("/") for one in (*configured, _origin(url))}

    def check(self, method: str, headers: Headers) -> None:
        """Raise Problem on a change of state that another origin sends.

        Browsers say the origin of each; what is no browser says none. Ours is the name
        and port called by, which `Hosts` has let in: a neighbour port is another.
        """
        if method in SAFE:
            return
        given = headers.getlist("origin")
        if len(given) == 1 and given[0].lower() in self._known:
            return
        host = headers.get("host", "").lower()
        ours = all(_host(one) == host for one in given) and len(given) <= 1
        sites = headers.getlist("sec-fetch-site")
        if not ours or any(one not in OWN_SITE for one in sites):
            raise Problem("wrong-origin", "send it from a page of this service")


def _host(origin: str) -> str:
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
