"""Query parameters, by name and once each: an unknown one is said, not ignored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute

from api.errors import Problem
from api.problems import shown, suggestion


async def known_only(request: Request) -> None:
    """Refuse parameters that the route lacks, and repeated ones."""
    route = request.scope["route"]
    known = (
        [param.alias for param in route.dependant.query_params]
        if isinstance(route, APIRoute)
        else []
    )
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if name not in known:
            advice = suggestion(name, known, "this address takes")
            raise Problem(
                "unknown-parameter",
                f"{shown(name)!r} is not a parameter here; "
                f"{advice if known else 'this address takes none'}",
                parameter=shown(name),
            )
        if times > 1:
            raise Problem(
                "repeated-parameter",
                f"{name!r} is given {times} times; give it once",
                parameter=name,
            )


def explain(errors: Sequence[Any]) -> Problem:
    """Turn what the framework found wrong with parameters into a problem."""
    error = errors[0]
    name = str(error["loc"][-1])
    message = str(error["msg"]).removeprefix("Input should be ")
    given = error.get("input")
    was = f", not {shown(given)!r}" if isinstance(given, str) else ""
    return Problem("wrong-parameter", f"{name} must be {message}{was}", parameter=name)
