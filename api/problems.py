"""Problem details (RFC 9457): every error of the API is one, and says what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import orjson
from starlette.responses import Response

from api.errors import Problem

MEDIA_TYPE = "application/problem+json"

KINDS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "malformed-request": (400, "This is not an HTTP request that can be read"),
        "credential-needed": (401, "A credential is needed"),
        "sign-in-refused": (403, "This password or code is not right"),
        "wrong-origin": (403, "This came from another origin"),
        "not-found": (404, "There is nothing here"),
        "unknown-meter": (404, "There is no such meter"),
        "unknown-register": (404, "There is no such register"),
        "method-not-allowed": (405, "This method is not served here"),
        "grant-changed": (409, "What is granted has changed"),
        "not-acceptable": (406, "This can't be given in the form asked for"),
        "decision-refused": (409, "The household's decisions don't allow this"),
        "transfer-refused": (409, "This transfer can't go on"),
        "transfer-waits": (409, "Ask how far this transfer is, then go on"),
        "body-too-slow": (408, "The body came too slowly"),
        "length-needed": (411, "The body's length is needed"),
        "body-refused": (413, "Requests have no body here"),
        "body-too-large": (413, "The body is too large"),
        "query-too-long": (414, "The address is too long"),
        "wrong-host": (421, "This name is not one of ours"),
        "unknown-parameter": (422, "There is no such parameter"),
        "repeated-parameter": (422, "A parameter is given twice"),
        "wrong-parameter": (422, "A parameter can't be used as given"),
        "instant-unclear": (422, "An instant can't be told for sure"),
        "wrong-cursor": (422, "This cursor does not fit the request"),
        "body-unclear": (422, "What was sent can't be read"),
        "password-refused": (422, "This can't be a password"),
        "readings-refused": (422, "These readings can't be read"),
        "file-refused": (422, "This file can't be imported"),
        "too-many-failures": (429, "Too many wrong credentials"),
        "too-many-requests": (429, "Too many requests"),
        "too-many-queries": (429, "Too many queries at once"),
        "too-many-streams": (429, "Too many live streams"),
        "too-many-uploads": (429, "Too much is sent at once"),
        "headers-too-large": (431, "The headers are too large"),
        "failure": (500, "Something failed in the service"),
        "busy": (503, "The service is busy"),
        "store-unavailable": (503, "The readings can't be read at the moment"),
    }
)
"""What can go wrong: a stable name -> HTTP status and title."""

TYPE_BASE = "/docs#"
"""A problem's `type` leads to the page that explains it, served from the Pi itself."""


def document(problem: Problem, instance: str) -> dict[str, object]:
    """Give the members of a problem detail; `instance` is the path, never the query."""
    status, title = KINDS[problem.kind]
    members: dict[str, object] = {
        "type": TYPE_BASE + problem.kind,
        "title": title,
        "status": status,
        "detail": problem.detail,
        "instance": instance,
    }
    if problem.parameter is not None:
        members["parameter"] = problem.parameter
    return members


def answer(problem: Problem, instance: str) -> Response:
    """Give the HTTP answer of a problem."""
    return Response(
        orjson.dumps(document(problem, instance), option=orjson.OPT_APPEND_NEWLINE),
        status_code=KINDS[problem.kind][0],
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def suggestion(given: str, known: Iterable[str], otherwise: str) -> str:
    """Say which known word was probably meant, else what there is."""
    words = list(known)
    near = difflib.get_close_matches(given[:64], words, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"{otherwise}: {', '.join(words)}" if words else otherwise


def shown(text: str, limit: int = 60) -> str:
    """Give a stranger's text as it can be repeated to him: short and printable."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return clean if len(clean) <= limit else clean[:limit] + "…"
