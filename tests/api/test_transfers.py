"""A pack comes in over TLS, signed for by its code; to others nothing is there."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from api_house import BEARER, caller

EDGE = Path(__file__).parents[1] / "edge"
sys.path.append(str(EDGE / "transfer"))  # tests are no package

from transfer_home import NONCE, Receiver, announced, sealed  # noqa: E402 - same

from api.bodies import TRANSFER_BYTES  # noqa: E402 - same
from edge.transfer.code import Code  # noqa: E402 - same
from edge.transfer.proof import Asked, answers, digest_of  # noqa: E402 - same

PACK = sealed(5_000)
GREETING = json.dumps({"nonce": NONCE}).encode()
SAID = json.dumps(announced(PACK).plain()).encode()


@pytest.fixture
def receiver(tmp_path):
    return Receiver(tmp_path / "data")


@pytest.fixture
async def client(deps, receiver):
    made = replace(deps, transfers=receiver.receiving)
    async with caller(made, headers={}) as called:
        called.base_url = "https://localhost"
        yield called


@pytest.fixture
def ask(client, receiver):
    async def ask(code, what="", body=GREETING, **more):
        """Ask as who holds a code; `more` has what is otherwise than it should be."""
        path = f"/api/v1/transfers/{more.pop('id', code.id)}{what}"
        signed = Asked(more.pop("path", path), digest_of(body), receiver.shown)
        headers = {
            "Releve-Signature": signed.signed(code.key),
            "Releve-Digest": signed.digest,
            **more.pop("headers", {}),
        }
        return await client.post(
            path, content=more.pop("sent", body), headers=headers, **more
        )

    return ask


async def test_a_pack_is_announced_sent_and_acknowledged(ask, receiver):
    transfer, code = receiver.offer()
    told = (await ask(code)).json()
    assert answers(told["proof"], code.public, NONCE, receiver.shown)
    told = (await ask(code, "/announcement", SAID)).json()
    assert told == {"received": 0, "receipt": None}
    await ask(code, "/bytes?offset=0", PACK[:2_000])
    answer = await ask(code, "/bytes?offset=2000", PACK[2_000:])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["receipt"]["sha256"] == hashlib.sha256(PACK).hexdigest()
    assert receiver.state(transfer) == "whole"


async def test_whoever_has_no_code_is_told_that_nothing_is_there(
    ask, client, receiver, deps
):
    """Without a word, by a wrong code, to a wrong id, in clear, with a network shut."""
    _, code = receiver.offer()
    _, over = receiver.offer(lasts_ms=1)
    receiver.now_ms += 1
    path = f"/api/v1/transfers/{code.id}"
    async with caller(deps) as shut:
        shut.base_url = "https://localhost"
        found = [
            await client.post(path, content=GREETING),
            await client.post(path, content=GREETING, headers=BEARER),
            await client.post(
                path, content=GREETING, headers={"Releve-Signature": "A" * 86 + "=="}
            ),
            await ask(Code.make()),
            await ask(Code.make(), id=code.id),
            await ask(over),
            await ask(code, path=f"{path}/announcement"),
            await ask(code, headers={"Releve-Digest": "0" * 64}),
            await client.post(f"http://localhost{path}", content=GREETING),
            await shut.post(path, content=GREETING),
        ]
    assert {one.status_code for one in found} == {404}
    told = {json.dumps(one.json() | {"instance": ""}) for one in found}
    assert len(told) == 1


async def test_in_clear_nobody_is_let_in_by_a_right_signature(ask, receiver, client):
    _, code = receiver.offer()
    client.base_url = "http://localhost"
    assert (await ask(code)).status_code == 404


async def test_a_signature_is_good_for_its_bytes_and_its_offset_alone(ask, receiver):
    transfer, code = receiver.offer()
    await ask(code, "/announcement", SAID)
    other = PACK[:1_999] + b"x"
    swapped = await ask(code, "/bytes?offset=0", PACK[:2_000], sent=other)
    assert swapped.status_code == 422
    path = f"/api/v1/transfers/{transfer}/bytes?offset=0"
    moved = await ask(code, "/bytes?offset=1", PACK[:2_000], path=path)
    assert moved.status_code == 404
    assert receiver.offers.find(transfer).received == 0


async def test_what_is_refused_is_said_to_who_holds_the_code(ask, receiver):
    _, code = receiver.offer(most=100)
    answer = await ask(code, "/announcement", SAID)
    assert answer.status_code == 409
    assert answer.json()["type"] == "/docs#transfer-refused"
    assert answer.json()["detail"].startswith("too-large: ")
    assert (await ask(code, "/announcement", b"[[[")).status_code == 422
    assert (await ask(code, "", b"{}")).status_code == 422


async def test_bytes_out_of_turn_are_sent_back_to_ask(ask, receiver):
    _, code = receiver.offer()
    await ask(code, "/announcement", SAID)
    answer = await ask(code, "/bytes?offset=7", PACK[7:20])
    assert answer.status_code == 409
    assert answer.json()["type"] == "/docs#transfer-waits"


async def test_a_piece_and_a_word_have_a_largest_size(ask, receiver):
    _, code = receiver.offer()
    for what, body in (
        ("/bytes?offset=0", bytes(TRANSFER_BYTES + 1)),
        ("/announcement", bytes(5_000)),
        ("", bytes(5_000)),
    ):
        answer = await ask(code, what, body)
        assert answer.json()["type"] == "/docs#body-too-large"


@pytest.mark.parametrize("offset", ["-1", "x", "9007199254740992", "1&offset=2", ""])
async def test_an_offset_is_a_place_in_a_pack(ask, receiver, offset):
    _, code = receiver.offer()
    await ask(code, "/announcement", SAID)
    answer = await ask(code, f"/bytes?offset={offset}", PACK)
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a" * 15, "A" * 16, "a" * 16 + "/x"])
async def test_a_path_that_is_none_of_ours_needs_a_credential(client, name):
    answer = await client.post(f"/api/v1/transfers/{name}", content=GREETING)
    assert answer.status_code in (401, 413)


async def test_one_piece_of_a_transfer_comes_at_a_time(ask, receiver):
    _, code = receiver.offer()
    await ask(code, "/announcement", SAID)
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly():
        begun.set()
        await goes_on.wait()
        yield PACK

    length = {"Content-Length": str(len(PACK))}
    first = asyncio.create_task(
        ask(code, "/bytes?offset=0", PACK, sent=slowly(), headers=length)
    )
    await begun.wait()
    second = await ask(code, "/bytes?offset=0", PACK)
    assert second.status_code == 429
    goes_on.set()
    assert (await first).json()["receipt"]


async def test_a_page_of_another_origin_sends_nothing(ask, receiver):
    _, code = receiver.offer()
    answer = await ask(code, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_without_a_certificate_there_is_nothing_either(ask, receiver):
    _, code = receiver.offer()
    shown = receiver.shown
    receiver.certificates.server_file.unlink()
    receiver.__class__ = type("Still", (Receiver,), {"shown": shown})
    assert (await ask(code)).status_code == 404


async def test_a_disk_that_takes_nothing_is_said_and_waited_for(ask, receiver):
    transfer, code = receiver.offer()
    await ask(code, "/announcement", SAID)
    receiver.offers.pack(transfer).mkdir()
    answer = await ask(code, "/bytes?offset=0", PACK)
    assert answer.json()["type"] == "/docs#transfer-waits"
