"""What the OAuth addresses share: forms in, errors as RFC 6749 has them (5.2) out."""

from __future__ import annotations

from urllib.parse import parse_qsl

import orjson
from fastapi import Request, Response

from api import bodies
from api.errors import OAuthRefused, Problem
from api.problems import KINDS

PREFIX = "/oauth/"
FORM = "application/x-www-form-urlencoded"
FIELDS_MOST = 32
WORDS = {429: "temporarily_unavailable", 503: "temporarily_unavailable"}


async def form(request: Request, stall_s: float) -> dict[str, str]:
    """Give the parameters of a form, each once; raise OAuthRefused.

    One without a value counts as left out (RFC 6749, 3.1).
    """
    kinds = request.headers.getlist("content-type")
    if [one.partition(";")[0].strip().lower() for one in kinds] != [FORM]:
        raise OAuthRefused("invalid_request", f"send a body of {FORM}")
    data = await bodies.read(request, stall_s)
    try:
        pairs = parse_qsl(
            data.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FIELDS_MOST,
        )
    except ValueError as error:
        raise OAuthRefused("invalid_request", "this form can't be read") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise OAuthRefused("invalid_request", "a parameter is given twice")
    return {name: value for name, value in found.items() if value}


def needed(given: dict[str, str], name: str) -> str:
    """Give a parameter; raise OAuthRefused when it was left out."""
    if name not in given:
        raise OAuthRefused("invalid_request", f"{name} is needed")
    return given[name]


def refused(problem: Problem) -> OAuthRefused:
    """Give a problem detail as an OAuth client understands it."""
    status = KINDS[problem.kind][0]
    word = WORDS.get(status, "invalid_request" if status < 500 else "server_error")
    return OAuthRefused(
        word,
        problem.detail,
        status=400 if status == 422 else status,
        headers=problem.headers,
    )


def answer(error: OAuthRefused) -> Response:
    """Give the HTTP answer of an error."""
    return said(
        {"error": error.error, "error_description": _ascii(error.description)},
        error.status,
        error.headers,
    )


def said(
    document: object, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Give a document as JSON."""
    return Response(
        orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE),
        status_code=status,
        headers=headers,
        media_type="application/json",
    )


def _ascii(text: str) -> str:
    """Give a description as the RFC bounds it: printable ASCII without quotes."""
    return "".join(c if " " <= c <= "~" else "?" for c in text).translate(
        {ord('"'): "'", ord("\\"): "/"}
    )
