"""What a stranger may answer in a Cozy's place: taken for none, and it costs little."""

from __future__ import annotations

import gzip

import httpx
import orjson
import pytest

from edge.outputs.cozy.account import Account, Asked
from edge.outputs.cozy.errors import (
    CozyDown,
    CozyError,
    CozyRefused,
    CozyWithdrawn,
    TokenOver,
)
from edge.outputs.cozy.stack import BYTES_MOST, Stack

ACCOUNT = Account(
    *("cozy", "https://alice.cozy.example", "client", "http://pi.local:8080/back"),
    secret="the secret",  # noqa: S106 - invented
    registration="the registration",
    access="the access token",
    refresh="the refresh token",
)
SECRETS = ("the secret", "the registration", "the access token", "the refresh token")
DOCS = [{"_id": "one"}, {"_id": "two"}]


class Pieces(httpx.AsyncByteStream):
    """A body as it comes from a wire."""

    def __init__(self, data):
        self.data = data

    async def __aiter__(self):
        for first in range(0, len(self.data), 65_536):
            yield self.data[first : first + 65_536]


def answering(status=200, document=None, content=None, **headers):
    """Give a stack that answers so to whatever is asked."""
    data = orjson.dumps(document) if content is None else content

    def answer(request):
        assert request.headers["accept-encoding"] == "identity"
        return httpx.Response(status, stream=Pieces(data), headers=headers)

    return with_transport(httpx.MockTransport(answer))


def with_transport(transport):
    return Stack(httpx.AsyncClient(transport=transport, base_url=ACCOUNT.url))


async def write(stack):
    return await stack.write(ACCOUNT, "org.releve.gas.day", DOCS)


@pytest.mark.parametrize(
    "stack",
    [
        answering(201, []),
        answering(201, [{"ok": True}]),
        answering(201, {"rows": []}),
        answering(201, content=b"<html>a portal that wants a password</html>"),
        answering(201, content=b""),
        answering(201, content=b"[" * 100_000),
        answering(201, content=b" " * (BYTES_MOST + 1)),
        answering(500, {"error": "dial tcp"}),
        answering(404, {"error": "no such host"}),
        answering(429, {"error": "slow down"}),
        answering(503, content=b"maintenance"),
    ],
)
async def test_what_is_no_answer_of_a_cozys_is_tried_again(stack):
    with pytest.raises(CozyDown):
        await write(stack)


async def test_a_packed_answer_is_not_unpacked():
    bomb = gzip.compress(b" " * (1 << 24))
    packed = answering(201, content=bomb, **{"content-encoding": "gzip"})
    with pytest.raises(CozyError):
        await write(packed)


async def test_rows_that_are_none_are_no_yes():
    rows = await write(answering(201, [None, "ok"]))
    assert rows == [{}, {}]


@pytest.mark.parametrize(
    ("status", "document", "raised"),
    [
        (400, {"errors": [{"detail": "Invalid JWT token"}]}, TokenOver),
        (400, {"error": "Expired token"}, TokenOver),
        (401, {"error": "unauthorized"}, TokenOver),
        (400, {"error": "no_index"}, CozyRefused),
        (403, {"errors": [{"detail": "Forbidden"}]}, CozyRefused),
        (413, None, CozyRefused),
    ],
)
async def test_a_token_that_is_over_is_told_from_a_no(status, document, raised):
    with pytest.raises(raised):
        await write(answering(status, document))


@pytest.mark.parametrize(
    ("status", "document", "raised"),
    [
        (400, {"error": "the client must be registered"}, CozyWithdrawn),
        (400, {"error": "invalid refresh token"}, CozyWithdrawn),
        (400, None, CozyRefused),  # a proxy's own page
        (403, {"error": "blocked"}, CozyRefused),
        (500, {"error": "dial tcp"}, CozyDown),
        (200, {"access_token": ""}, CozyDown),
        (200, {"access_token": 7}, CozyDown),
        (200, {"access_token": "x" * 9_000}, CozyDown),
        (200, ["access_token"], CozyDown),
    ],
)
async def test_only_the_stacks_own_word_is_a_withdrawal(status, document, raised):
    with pytest.raises(CozyError) as told:
        await answering(status, document).renew(ACCOUNT)
    assert type(told.value) is raised


async def test_nothing_that_is_secret_stands_in_an_error_or_a_description():
    def fail(request):
        raise httpx.ReadError(f"while {request.headers} was sent", request=request)

    broken = with_transport(httpx.MockTransport(fail))
    asked = Asked(ACCOUNT, 0)
    for ask in (
        write(broken),
        broken.renew(ACCOUNT),
        broken.tokens(asked, "the code"),
        broken.unregister(ACCOUNT),
    ):
        with pytest.raises(CozyDown) as told:
            await ask
        assert told.value.__cause__ is None
        said = f"{told.value} {told.value!r} {ACCOUNT!r} {asked!r}"
        for secret in (*SECRETS, "the code", asked.state, asked.verifier):
            assert secret not in said


async def test_a_former_document_is_told_from_none():
    rows = [
        {"key": "here", "doc": {"_id": "here", "_rev": "1-a"}},
        {"key": "gone", "doc": None, "value": {"rev": "2-b", "deleted": True}},
        {"key": "never", "error": "not_found"},
        "what is this",
    ]
    stack = answering(200, {"rows": rows})
    found = await stack.read(ACCOUNT, "org.releve.gas.day", ["here", "gone", "never"])
    assert found == {
        "here": {"_id": "here", "_rev": "1-a"},
        "gone": {"_deleted": True, "_rev": "2-b"},
    }
