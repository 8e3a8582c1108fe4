"""The receipt: of one pack and one sender, by whose certificate was spoken to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from transfer_home import NAMES, announced, sealed

from edge.transfer.code import Code
from edge.transfer.errors import TransferRefused
from edge.transfer.receipt import check, matches

PACK = sealed(5_000)


@pytest.fixture
def given(receiver):
    transfer, code, told = receiver.received(PACK)
    return transfer, code, told["receipt"]


def test_a_receipt_is_of_this_pack_this_sender_and_who_was_spoken_to(receiver, given):
    transfer, code, receipt = given
    of = (transfer, code.public.hex(), announced(PACK))
    matches(receipt, *of, receiver.shown)
    for wrong in (
        ("0" * 16, *of[1:], receiver.shown),
        (transfer, Code.make().public.hex(), of[2], receiver.shown),
        (*of[:2], announced(PACK + b"x"), receiver.shown),
        (*of, "0" * 64),
    ):
        with pytest.raises(TransferRefused, match="something else"):
            matches(receipt, *wrong)


@pytest.mark.parametrize("name", ["size", "sha256", "received", "sender", "transfer"])
def test_what_was_changed_in_one_is_found(given, name):
    with pytest.raises(TransferRefused, match="no receipt"):
        check(given[2] | {name: "1"})


@pytest.mark.parametrize(
    "change",
    [
        {"signature": ""},
        {"signature": "é"},
        {"certificate": "AAAA"},
        {"certificate": 3},
        {"format": "another"},
        {"more": 1},
        {"sender": "x" * 10_000},
    ],
)
def test_what_is_none_is_refused(given, change):
    with pytest.raises(TransferRefused, match="no receipt"):
        check(given[2] | change)
    with pytest.raises(TransferRefused, match="no receipt"):
        check([given[2]])


def test_under_a_new_certificate_the_same_is_signed_anew(receiver, given):
    transfer, code, receipt = given
    now = datetime.now(UTC)
    assert receiver.certificates.renew(NAMES, now + timedelta(days=300))
    assert receiver.certificates.renew(NAMES, now)
    told = receiver.receiving.announce(transfer, announced(PACK))["receipt"]
    matches(told, transfer, code.public.hex(), announced(PACK), receiver.shown)
    assert told["received"] == receipt["received"]
    assert receiver.offers.find(transfer).receipt == told
