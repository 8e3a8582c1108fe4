"""What is over, gone or spoilt beside the others leaves them as they are."""

from __future__ import annotations

import shutil

import pytest
from transfer_home import NOW_MS, sealed

from edge.errors import JournalError
from edge.transfer import offers
from edge.transfer.offer import State
from edge.transfer.parcels import Parcels


def test_an_offer_whose_directory_went_is_not_made_again(receiver):
    transfer, _ = receiver.offer()
    offer = receiver.offers.find(transfer)
    shutil.rmtree(receiver.offers.directory(transfer))
    with receiver.offers.held(), pytest.raises(JournalError, match="gone"):
        receiver.offers.keep(offer)
    assert receiver.offers.all() == []


def test_of_many_that_ended_without_a_receipt_the_oldest_go(receiver, monkeypatch):
    monkeypatch.setattr(offers, "MOST_ENDED", 2)
    came, _, _ = receiver.received(sealed(5_000))
    receiver.offers.end(came, State.REFUSED)
    made = []
    for _ in range(3):
        receiver.now_ms += 1
        transfer, _ = receiver.offer()
        receiver.offers.end(transfer, State.OVER)
        made.append(transfer)
    receiver.offers.tidy()
    assert [one.id for one in receiver.offers.all()] == [came, *made[1:]]


def test_the_pack_of_words_that_can_not_be_read_goes_and_they_stay(receiver):
    transfer, _, _ = receiver.received(sealed(5_000))
    words = receiver.offers.directory(transfer) / offers.WORDS
    words.write_bytes(b"{}")
    receiver.offers.tidy()
    assert words.read_bytes() == b"{}"
    assert not receiver.offers.pack(transfer).exists()


@pytest.mark.parametrize("name", ["", "..", "../incoming", "a/b"])
def test_no_parcel_is_found_by_a_name_that_is_no_id(tmp_path, name):
    assert Parcels(tmp_path, lambda: NOW_MS).find(name) is None
