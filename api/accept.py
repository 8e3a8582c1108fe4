"""Which form of an answer the client asks for (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from api.errors import Problem

JSON = "application/json"
CSV = "text/csv"


def best(header: str | None, offered: Sequence[str]) -> str:
    """Give the offered type that the Accept header likes best, the first when equal.

    Raises Problem (406) when it refuses them all.
    """
    if header is None or not header.strip():
        return offered[0]
    liked = [(_quality(header, kind), kind) for kind in offered]
    # max keeps the first of equals.
    quality, kind = max(liked, key=lambda pair: pair[0])
    if quality <= 0:
        raise Problem(
            "not-acceptable", f"ask for one of these with Accept: {', '.join(offered)}"
        )
    return kind


def _quality(header: str, kind: str) -> float:
    """Give how much a header likes a type; the most precise range decides."""
    family = kind.partition("/")[0]
    found = (-1, 0.0)
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        precision = {kind: 2, f"{family}/*": 1, "*/*": 0}.get(name, -1)
        if precision > found[0]:
            found = (precision, _weight(parameters))
    return found[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
