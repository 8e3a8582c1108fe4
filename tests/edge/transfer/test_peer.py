"""What another home answers is a stranger's: it makes sense, or nothing is sent."""

from __future__ import annotations

import json

import httpx
import pytest
from transfer_home import NOW_MS, announced, sealed

from edge.transfer.code import Code
from edge.transfer.errors import TransferLost, TransferRefused
from edge.transfer.peer import Peer
from edge.transfer.proof import answer

SHOWN = "ab" * 32


def peer(code, tell):
    http = httpx.AsyncClient(
        base_url="https://pi.local", transport=httpx.MockTransport(tell)
    )
    return Peer(http, code, SHOWN)


@pytest.mark.parametrize("most", [None, "much", 1.5, True])
async def test_who_knows_the_code_and_says_no_size_makes_no_sense(most):
    code = Code.make()

    def tell(request):
        nonce = json.loads(request.content)["nonce"]
        proof = answer(code.public, nonce, SHOWN)
        told = {"proof": proof, "most": most, "until_ms": NOW_MS}
        return httpx.Response(200, stream=httpx.ByteStream(json.dumps(told).encode()))

    with pytest.raises(TransferRefused) as caught:
        await peer(code, tell)._greeted()
    assert caught.value.reason == "senseless"


@pytest.mark.parametrize("detail", ["the disk is slow", ""])
async def test_a_home_that_is_busy_is_asked_again_later(detail):
    def tell(_request):
        told = json.dumps({"detail": detail}).encode()
        return httpx.Response(503, stream=httpx.ByteStream(told))

    with pytest.raises(TransferLost, match=detail or "busy"):
        await peer(Code.make(), tell).announce(announced(sealed(5_000)))
