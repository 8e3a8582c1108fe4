"""Offers: a code that is kept by nobody, for a time, for one pack; few at once."""

from __future__ import annotations

import threading

import pytest
from transfer_home import HOUR_MS, announced, sealed

from edge.transfer.errors import TransferRefused
from edge.transfer.offer import GOES_ON_MS, STAYS_MS, State
from edge.transfer.offers import MOST_OPEN


def test_of_a_code_only_what_opens_nothing_is_kept(receiver):
    transfer, code = receiver.offer()
    here = receiver.data / "transfers"
    kept = b"".join(path.read_bytes() for path in here.rglob("*") if path.is_file())
    assert code.letters.encode() not in kept
    assert str(code).encode() not in kept
    assert code.public.hex().encode() in kept
    assert code.id == transfer


def test_all_of_it_is_the_services_alone(receiver):
    receiver.received(sealed(5_000))
    for path in (receiver.data / "transfers").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_code_is_over_after_its_time_and_what_began_by_it_a_day_later(receiver):
    _, unused = receiver.offer(lasts_ms=HOUR_MS)
    transfer, used = receiver.offer(lasts_ms=HOUR_MS)
    receiver.receiving.announce(transfer, announced(sealed()))
    receiver.now_ms += HOUR_MS - 1
    assert receiver.let_in(unused)
    receiver.now_ms += 1
    assert not receiver.let_in(unused)
    assert receiver.let_in(used)
    receiver.now_ms += GOES_ON_MS
    assert not receiver.let_in(used)


def test_a_clock_that_was_set_back_lengthens_nothing(receiver):
    _, code = receiver.offer()
    receiver.now_ms -= 1
    assert not receiver.let_in(code)


def test_what_nobody_accepts_goes_after_a_week_and_its_receipt_stays(receiver):
    transfer, _, _ = receiver.received(sealed(5_000))
    receiver.now_ms += STAYS_MS - 1
    receiver.offers.tidy()
    assert receiver.offers.pack(transfer).exists()
    receiver.now_ms += 1
    receiver.offers.tidy()
    assert receiver.state(transfer) == "over"
    assert not receiver.offers.pack(transfer).exists()
    assert receiver.offers.find(transfer).receipt


def test_so_many_wait_and_no_more(receiver):
    for _ in range(MOST_OPEN):
        transfer, _ = receiver.offer()
    with pytest.raises(TransferRefused, match="wait already"):
        receiver.offer()
    receiver.offers.end(transfer, State.OVER, "cancelled")
    receiver.offer()


@pytest.mark.parametrize("more", [{"most": 0}, {"lasts_ms": 0}, {"lasts_ms": 1 << 40}])
def test_no_offer_is_without_bounds(receiver, more):
    with pytest.raises(TransferRefused):
        receiver.offer(**more)


def test_one_that_is_ended_is_ended_once_and_its_bytes_are_gone(receiver):
    transfer, _, _ = receiver.received(sealed(5_000))
    receiver.offers.end(transfer, State.REFUSED)
    assert not receiver.offers.pack(transfer).exists()
    with pytest.raises(TransferRefused, match="ended this transfer"):
        receiver.receiving.take(transfer, 0, b"x")
    with pytest.raises(TransferRefused, match="no transfer waits"):
        receiver.offers.end(transfer, State.TAKEN)


@pytest.mark.parametrize("name", ["", "..", "../../etc", "A" * 16, "0" * 17, "0" * 16])
def test_what_is_no_id_of_ours_is_none(receiver, name):
    assert receiver.offers.find(name) is None


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b"\xff", b'{"id": 3}'])
def test_an_offer_that_can_not_be_read_is_none(receiver, text):
    transfer, code = receiver.offer()
    (receiver.offers.directory(transfer) / "offer.json").write_bytes(text)
    assert receiver.offers.find(transfer) is None
    assert receiver.offers.all() == []
    assert not receiver.let_in(code)


def test_whoever_changes_one_holds_them_all(receiver):
    order = []

    def ends():
        receiver.offers.end(transfer, State.OVER)
        order.append("ended")

    transfer, _ = receiver.offer()
    with receiver.offers.held():
        thread = threading.Thread(target=ends)
        thread.start()
        thread.join(0.05)
        order.append("held")
    thread.join()
    assert order == ["held", "ended"]
