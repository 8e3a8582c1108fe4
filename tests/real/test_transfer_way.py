"""A pack's way over real TLS: cut, gone on with; and whoever stands there instead."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edge.outgoing.destination import OutgoingRefused
from edge.outgoing.places import Guard
from edge.transfer import peer, sending
from edge.transfer.code import Code
from edge.transfer.errors import TransferError, TransferLost, TransferRefused
from edge.transfer.offer import State
from edge.transfer.proof import answer
from tests.real.brokers import until
from tests.real.transfer_house import Between, Liar, Receiver, Sender, listening, sealed

pytestmark = [pytest.mark.real, pytest.mark.timeout(60)]

PACK = sealed(600_000)


@pytest.fixture(autouse=True)
def in_pieces(monkeypatch):
    monkeypatch.setattr(sending, "MOST_PIECE", 50_000)
    monkeypatch.setattr(sending, "LEAST_PIECE", 10_000)


@pytest.fixture
def receiver(tmp_path):
    return Receiver(tmp_path / "receiver")


@pytest.fixture
def sender(tmp_path):
    return Sender(tmp_path / "sender")


async def test_a_pack_arrives_and_both_have_the_same_receipt(receiver, sender):
    transfer, code = receiver.offer()
    async with listening(receiver) as port:
        done = await sender.sending.send(sender.ready(code, port, PACK))
    assert receiver.offers.pack(transfer).read_bytes() == PACK
    offer = receiver.offers.find(transfer)
    assert offer.state is State.WHOLE
    assert done.receipt == offer.receipt == sender.parcels.find(transfer).receipt
    parts = [part for step, part in sender.told if step == "sending"]
    assert parts == sorted(parts)
    assert sender.told[-1] == ("done", 1.0)


async def test_of_what_arrived_neither_pack_nor_code_is_left_with_who_sent(
    receiver, sender
):
    _, code = receiver.offer()
    async with listening(receiver) as port:
        await sender.sending.send(sender.ready(code, port, PACK))
    kept = [one for one in sender.parcels.data_dir.rglob("*") if one.is_file()]
    assert [one.name for one in kept] == ["parcel.json"]
    assert code.letters not in kept[0].read_text()


async def test_a_network_that_is_cut_again_and_again_only_takes_longer(
    receiver, sender
):
    transfer, code = receiver.offer()
    async with (
        listening(receiver) as port,
        Between(port, cut_after=90_000, cuts=6) as between,
    ):
        await sender.sending.send(sender.ready(code, between.port, PACK))
    assert between.cuts == 0
    assert receiver.offers.pack(transfer).read_bytes() == PACK
    # what was acknowledged was not sent twice
    assert len(between.heard) < 2.5 * len(PACK)


async def test_who_is_away_for_too_long_is_said_and_gone_on_with_later(
    receiver, tmp_path
):
    transfer, code = receiver.offer()
    sender = Sender(tmp_path / "impatient", patience_s=0.05)
    async with listening(receiver) as port:
        pass
    parcel = sender.ready(code, port, PACK)
    with pytest.raises(TransferLost):
        await sender.sending.send(parcel)
    assert sender.parcels.find(transfer).sends
    async with listening(receiver) as port:
        again = replace(parcel, url=f"https://127.0.0.1:{port}")
        assert (await sender.sending.send(again)).receipt


async def test_a_receiver_whose_clock_is_not_set_yet_is_waited_for(receiver, sender):
    _, code = receiver.offer()
    right_ms, receiver.now_ms = receiver.now_ms, 0
    async with listening(receiver) as port:
        going = asyncio.create_task(sender.sending.send(sender.ready(code, port, PACK)))
        (first,) = await until(lambda: sender.told[:1])
        assert first[0] == "waiting"
        receiver.now_ms = right_ms
        assert (await going).receipt


async def test_a_receiver_that_changes_its_certificate_meanwhile_is_found_again(
    receiver, sender
):
    transfer, code = receiver.offer()
    before = receiver.shown
    async with listening(receiver) as port:
        parcel = sender.ready(code, port, PACK)
        async with peer.Peer.reached(
            sending.Destination.parse(parcel.url), code, sender.sending.guard
        ) as first:
            await first.announce(parcel.announced)
            await first.send(0, PACK[:50_000], len(PACK))
    receiver.certificates.server_file.unlink()
    renewed = Receiver.__new__(Receiver)
    renewed.__dict__ |= receiver.__dict__
    renewed.certificates = type(receiver.certificates).open(
        receiver.data, receiver.certificates.names, datetime.now(UTC)
    )
    assert renewed.shown != before
    async with listening(renewed) as port:
        again = replace(parcel, url=f"https://127.0.0.1:{port}")
        done = await sender.sending.send(again)
    assert done.receipt == receiver.offers.find(transfer).receipt


async def test_who_ends_tls_in_between_learns_nothing_and_passes_nothing(
    receiver, sender, tmp_path
):
    transfer, code = receiver.offer()
    async with (
        listening(receiver) as port,
        Between(port).ends_tls(tmp_path / "other") as between,
    ):
        sender.sending = replace(sender.sending, patience_s=0.0)
        with pytest.raises(TransferRefused, match="no transfer waits"):
            await sender.sending.send(sender.ready(code, between.port, PACK))
    assert b"POST /api/v1/transfers/" in between.heard
    assert code.letters.encode() not in between.heard
    assert b"sha256" not in between.heard
    assert receiver.offers.find(transfer).announced is None


async def test_the_next_connection_takes_the_certificate_that_was_looked_at_alone(
    receiver, sender, tmp_path
):
    """As where somebody steps in once the first was seen."""
    transfer, code = receiver.offer()
    seen = peer._certificate

    async with (
        listening(receiver) as port,
        Between(port).ends_tls(tmp_path / "other") as between,
    ):

        async def of_another(to, guard):
            return await seen(replace(to, port=port), guard)

        going = replace(sender.sending, patience_s=0.0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(peer, "_certificate", of_another)
            with pytest.raises(TransferLost, match="went away"):
                await going.send(sender.ready(code, between.port, PACK))
    assert not between.heard
    assert receiver.offers.find(transfer).announced is None


async def test_who_answers_in_its_place_has_no_proof_and_is_told_nothing(
    receiver, sender
):
    _, code = receiver.offer()
    lie = {"proof": "0" * 64, "most": 1 << 40, "until_ms": 1}
    async with Liar(receiver, (200, lie)) as liar:
        with pytest.raises(TransferRefused, match="doesn't know the code"):
            await sender.sending.send(sender.ready(code, liar.port, PACK))
    assert [path for path, _ in liar.asked] == [f"/api/v1/transfers/{code.id}"]
    assert set(json.loads(liar.asked[0][1])) == {"nonce"}


def proved(receiver, code, *later):
    """Answer as who knows the code would, and lie from then on."""

    def first(_path, body):
        nonce = json.loads(body)["nonce"]
        proof = answer(code.public, nonce, receiver.shown)
        return 200, {"proof": proof, "most": 1 << 40, "until_ms": 1}

    return (first, *later)


HUGE = b"[" * (1 << 17)
BOMB = ("Content-Encoding: gzip\r\n", b"\x1f\x8b" + bytes(100))


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ((200, {"received": -1, "receipt": None}), "makes no sense"),
        ((200, {"received": 1 << 60, "receipt": None}), "makes no sense"),
        ((200, {"received": True, "receipt": None}), "makes no sense"),
        ((200, {"received": 0, "receipt": []}), "makes no sense"),
        ((200, {}), "makes no sense"),
        ((200, []), "no Relevé"),
        ((200, b"\xff\xfe"), "no Relevé"),
        ((200, HUGE), "makes no sense"),
        ((200, b"[" * 60_000), "no Relevé"),
        ((200, BOMB[1], BOMB[0]), "no Relevé"),
        ((200, {"received": 0, "receipt": {"format": "x"}}), "no receipt"),
        ((200, {"received": len(PACK), "receipt": None}), "gives no receipt"),
        ((403, {"detail": "\x1b[2J"}), "no Relevé"),
        (
            (409, {"type": "/docs#transfer-refused", "detail": "over: gone"}),
            "the other home refused: gone",
        ),
    ],
)
async def test_what_a_receiver_answers_is_a_strangers(receiver, sender, lie, why):
    _, code = receiver.offer()
    async with Liar(receiver, *proved(receiver, code, lie)) as liar:
        with pytest.raises(TransferRefused, match=why):
            await sender.sending.send(sender.ready(code, liar.port, PACK))


async def test_a_receiver_that_has_it_go_slower_is_obeyed(
    receiver, sender, monkeypatch
):
    monkeypatch.setattr(peer, "SLOWER_S", 0.01)
    _, code = receiver.offer()
    slower = [(429, {}, "Retry-After: 1\r\n")] * 3
    over = (409, {"type": "/docs#transfer-refused", "detail": "over: gone"})
    async with Liar(receiver, *slower, *proved(receiver, code, *slower, over)) as liar:
        with pytest.raises(TransferRefused, match="gone"):
            await sender.sending.send(sender.ready(code, liar.port, PACK))
    assert len(liar.asked) == 8
    assert not sender.told


async def test_who_counts_otherwise_than_was_sent_is_left(receiver, sender):
    _, code = receiver.offer()
    counts = ((200, {"received": n, "receipt": None}) for n in (0, 10))
    async with Liar(receiver, *proved(receiver, code, *counts)) as liar:
        with pytest.raises(TransferRefused, match="loses count"):
            await sender.sending.send(sender.ready(code, liar.port, PACK))


async def test_a_receipt_of_another_transfer_is_none(receiver, sender):
    _, _, told = receiver.received(sealed(500))
    _, code = receiver.offer()
    lie = (200, {"received": len(PACK), "receipt": told["receipt"]})
    async with Liar(receiver, *proved(receiver, code, lie)) as liar:
        with pytest.raises(TransferRefused, match="something else"):
            await sender.sending.send(sender.ready(code, liar.port, PACK))
    assert sender.parcels.find(code.id).sends


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_is_followed(receiver, sender, status):
    _, code = receiver.offer()
    other = []
    async with (
        Liar(receiver, (200, {})) as target,
        Liar(
            receiver,
            (status, b"", f"Location: https://127.0.0.1:{target.port}/\r\n"),
        ) as liar,
    ):
        with pytest.raises(OutgoingRefused, match="sends us elsewhere"):
            await sender.sending.send(sender.ready(code, liar.port, PACK))
        other = target.asked
    assert other == []


async def test_an_address_that_none_may_have_is_not_connected_to(receiver, sender):
    _, code = receiver.offer()
    async with Between(1) as between:
        strict = replace(sender.sending, guard=Guard())
        with pytest.raises(OutgoingRefused, match="this machine itself"):
            await strict.send(sender.ready(code, between.port, PACK))
        assert not between.heard


async def test_a_second_answer_of_dns_is_judged_anew_before_it_is_connected_to(
    receiver, sender
):
    transfer, code = receiver.offer()
    found = iter([None, "this machine itself"])
    async with listening(receiver) as port:
        rebound = replace(sender.sending, guard=Guard(judge=lambda _ip: next(found)))
        with pytest.raises(OutgoingRefused, match="this machine itself"):
            await rebound.send(sender.ready(code, port, PACK))
    assert receiver.offers.find(transfer).announced is None


async def test_what_was_given_up_in_another_shell_is_sent_no_further(receiver, sender):
    transfer, code = receiver.offer()

    def told(_step, part):
        if part > 0.3 and sender.parcels.find(transfer).sends:
            sender.parcels.give_up(sender.parcels.find(transfer), "cancelled")

    async with listening(receiver) as port:
        watched = replace(sender.sending, tell=told)
        with pytest.raises(TransferRefused, match="given up"):
            await watched.send(sender.ready(code, port, PACK))
    assert receiver.offers.find(transfer).received < len(PACK)
    assert not sender.parcels.pack(transfer).exists()


async def test_what_was_refused_there_is_said_here(receiver, sender):
    transfer, code = receiver.offer()
    async with listening(receiver) as port:
        parcel = sender.ready(code, port, PACK)
        receiver.offers.end(transfer, State.REFUSED)
        with pytest.raises(TransferRefused, match="ended this transfer") as found:
            await sender.sending.send(parcel)
    assert found.value.reason in sending.FINAL


async def test_a_pack_that_an_erasure_takes_on_its_way_is_sent_no_further(
    receiver, sender
):
    transfer, code = receiver.offer()

    def told(_step, part):
        if part > 0.3:
            sender.parcels.pack(transfer).unlink(missing_ok=True)

    async with listening(receiver) as port:
        watched = replace(sender.sending, tell=told)
        with pytest.raises(TransferRefused, match="here no more"):
            await watched.send(sender.ready(code, port, PACK))
    assert receiver.offers.find(transfer).received < len(PACK)


async def test_a_pack_that_an_erasure_took_is_sent_no_more(receiver, sender):
    _, code = receiver.offer()
    async with listening(receiver) as port:
        parcel = sender.ready(code, port, PACK)
        sender.parcels.pack(parcel.id).unlink()
        with pytest.raises(TransferRefused, match="here no more"):
            await sender.sending.send(parcel)


async def test_what_speaks_no_tls_is_no_releve(sender):
    async with Between(1) as plain:
        sender.sending = replace(sender.sending, patience_s=0.0)
        with pytest.raises(TransferError):
            await sender.sending.send(sender.ready(Code.make(), plain.port, PACK))
    assert b"POST" not in plain.heard
