"""Which web origins change something here, and which may read what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from api.door import Grant, Owner
from api.errors import Problem
from api.services import Services, served

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
"""What a browser says of its own accord (Sec-Fetch-Site): `none` is the person's."""
RENEWING = frozenset({"/oauth/token", "/oauth/revoke"})
"""What a granted web app sends: its tokens, to be renewed or given back."""
READING = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Authorization, Accept, Last-Event-ID",
    "Access-Control-Expose-Headers": "Link, Releve-Demo, Retry-After",
    "Vary": "Origin",
}
"""What is said to an origin that may read; never that cookies go along."""


class Origins:
    """Our own origin, those of the configuration, and one for each grant that names it.

    Those of the configuration read and change by whatever credential they show; that
    of a grant reads what this grant is answered.
    """

    def __init__(
        self, configured: Iterable[str], url: str, services: Services | None
    ) -> None:
        self._configured = frozenset(configured)
        self._known = {
            one.lower().rstrip("/") for one in (*self._configured, _origin(url))
        }
        self._services = services

    def check(self, method: str, path: str, headers: Headers) -> None:
        """Raise Problem on a change of state that another origin sends.

        Browsers say the origin of each; what is no browser says none. Ours is the name
        and port called by, which `Hosts` has let in: a neighbour port is another.
        """
        if method in SAFE:
            return
        given = headers.getlist("origin")
        if len(given) == 1 and given[0].lower() in self._known:
            return
        if path in RENEWING and len(given) == 1 and self._granted(given[0]):
            return
        host = headers.get("host", "").lower()
        ours = all(_host(one) == host for one in given) and len(given) <= 1
        sites = headers.getlist("sec-fetch-site")
        if not ours or any(one not in OWN_SITE for one in sites):
            raise Problem("wrong-origin", "send it from a page of this service")

    def across(self, path: str, headers: Headers) -> dict[str, str]:
        """Give the headers of an answer that a page of another origin may read."""
        origin = headers.get("origin")
        if origin is None:
            return {}
        theirs = served(path) or path in RENEWING
        if origin not in self._configured and not (theirs and self._granted(origin)):
            return {}
        return {"Access-Control-Allow-Origin": origin, **READING}

    def reads(self, headers: Headers, who: Grant | None) -> bool:
        """Tell whether the page may read what is answered to this credential."""
        origin = headers.get("origin")
        if origin in self._configured:
            return True
        if self._services is None or who is None or isinstance(who, Owner):
            return False
        return self._services.origin_of(who.service) == origin

    def _granted(self, origin: str) -> bool:
        return self._services is not None and origin in self._services.origins()


def _host(origin: str) -> str:
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
