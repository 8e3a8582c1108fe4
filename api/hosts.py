"""By which names the API may be called: a rebound DNS name must not reach it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers

from api.errors import Problem
from api.problems import shown


class Hosts:
    """localhost, addresses and the machine's own names; no other.

    Not any name that ends in .local: on the network whoever likes may be called so,
    show a page, and say the moment after that the name is this machine's.
    """

    def __init__(self, names: Iterable[str]) -> None:
        said = {name.lower().rstrip(".") for name in names}
        self._names = {"localhost", *said} - {""}

    def check(self, headers: Headers) -> None:
        """Raise Problem unless the request's Host is one of ours."""
        given = headers.getlist("host")
        if len(given) != 1:
            raise Problem("malformed-request", "send one Host header")
        if not self._ours(given[0]):
            raise Problem(
                "wrong-host",
                f"{shown(given[0])!r} is not a name of this service; call it by its "
                "address or its own .local name, or add the name to `hosts` of [api]",
            )

    def _ours(self, host: str) -> bool:
        name = host.lower()
        if name.startswith("["):
            inside, bracket, port = name[1:].partition("]")
            return bool(bracket) and _address(inside) and _port(port)
        name, colon, port = name.partition(":")
        name = name.removesuffix(".")
        return _port(colon + port) and (name in self._names or _address(name))


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _port(text: str) -> bool:
    return not text or (text[0] == ":" and text[1:].isascii() and text[1:].isdigit())
