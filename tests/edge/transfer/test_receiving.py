"""What comes: by its code alone, piece by piece, as it was announced or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from transfer_home import NONCE, announced, sealed

from edge.transfer import receiving
from edge.transfer.announcement import Announcement
from edge.transfer.code import Code
from edge.transfer.errors import TransferLost, TransferRefused
from edge.transfer.offer import State
from edge.transfer.proof import answers
from edge.transfer.receipt import check
from exports.document import MOST_BYTES

PACK = sealed(40_000)


@pytest.fixture
def announced_one(receiver):
    transfer, _ = receiver.offer()
    receiver.receiving.announce(transfer, announced(PACK))
    return transfer


def test_the_code_lets_in_and_proves_who_receives(receiver):
    transfer, code = receiver.offer()
    assert receiver.let_in(code)
    told = receiver.receiving.greet(transfer, NONCE)
    assert answers(told["proof"], code.public, NONCE, receiver.shown)
    assert told["most"] == 256_000_000


def test_a_wrong_code_or_another_transfers_opens_nothing(receiver):
    transfer, code = receiver.offer()
    _, other = receiver.offer()
    assert not receiver.let_in(code, by=Code.make())
    assert not receiver.let_in(other, of=transfer)
    assert not receiver.let_in(Code.make())
    assert receiver.let_in(code)


def test_who_stands_in_between_shows_another_certificate_and_is_not_let_in(receiver):
    _, code = receiver.offer()
    assert not receiver.let_in(code, over="0" * 64)


def test_a_code_that_is_guessed_at_is_over_but_what_is_whole_stays(receiver):
    transfer, code = receiver.offer()
    there, _, _ = receiver.received(PACK)
    for _ in range(receiving.TRIES):
        assert not receiver.let_in(code, by=Code.make())
        assert not receiver.let_in(code, by=Code.make(), of=there)
    with pytest.raises(TransferRefused, match="ended this transfer"):
        receiver.receiving.greet(transfer, NONCE)
    assert receiver.state(transfer) == "over"
    assert receiver.state(there) == "whole"


def test_a_pack_comes_in_pieces_and_the_receipt_with_the_last(receiver):
    transfer, code, told = receiver.received(PACK, piece=7_000)
    assert told["received"] == len(PACK)
    assert check(told["receipt"]) == receiver.shown
    assert told["receipt"]["sender"] == code.public.hex()
    assert receiver.offers.pack(transfer).read_bytes() == PACK
    assert receiver.state(transfer) == "whole"


def test_who_asks_again_is_told_how_far_it_is(receiver, announced_one):
    told = receiver.receiving.take(announced_one, 0, PACK[:5_000])
    assert told == {"received": 5_000, "receipt": None}
    assert receiver.receiving.announce(announced_one, announced(PACK)) == told


def test_an_answer_that_was_lost_is_given_again(receiver):
    transfer, _, told = receiver.received(PACK)
    assert receiver.receiving.announce(transfer, announced(PACK)) == told


@pytest.mark.parametrize("state", [State.TAKEN, State.REFUSED])
def test_who_lost_the_answer_has_the_receipt_whatever_became_of_it(receiver, state):
    transfer, code, told = receiver.received(PACK)
    receiver.offers.end(transfer, state)
    assert receiver.let_in(code)
    assert receiver.receiving.greet(transfer, NONCE)
    assert receiver.receiving.announce(transfer, announced(PACK)) == told


@pytest.mark.parametrize("offset", [1, 4_999, 5_001, len(PACK), 1 << 50])
def test_bytes_follow_those_that_are_there_or_are_not_taken(
    receiver, announced_one, offset
):
    receiver.receiving.take(announced_one, 0, PACK[:5_000])
    with pytest.raises(TransferLost, match="5000 bytes are here"):
        receiver.receiving.take(announced_one, offset, b"x")
    assert receiver.offers.pack(announced_one).read_bytes() == PACK[:5_000]


def test_no_more_comes_than_was_announced(receiver, announced_one):
    receiver.receiving.take(announced_one, 0, PACK[:-1])
    for too_much in (PACK[-1:] + b"x", b""):
        with pytest.raises(TransferRefused, match="more came"):
            receiver.receiving.take(announced_one, len(PACK) - 1, too_much)


def test_before_it_is_announced_and_once_it_is_whole_nothing_is_due(receiver):
    transfer, _ = receiver.offer()
    there, _, _ = receiver.received(PACK)
    for one in (transfer, there):
        with pytest.raises(TransferRefused, match="no bytes are due"):
            receiver.receiving.take(one, 0, b"x")


def test_a_code_is_good_for_one_pack(receiver, announced_one):
    with pytest.raises(TransferRefused, match="another pack"):
        receiver.receiving.announce(announced_one, announced(sealed(50_000)))


def test_another_pack_than_was_announced_is_thrown_away(receiver, announced_one):
    receiver.receiving.take(announced_one, 0, PACK[:-1])
    with pytest.raises(TransferRefused, match="not what was announced"):
        receiver.receiving.take(announced_one, len(PACK) - 1, b"x")
    assert receiver.state(announced_one) == "over"
    assert not receiver.offers.pack(announced_one).exists()
    with pytest.raises(TransferRefused, match="ended this transfer"):
        receiver.receiving.announce(announced_one, announced(PACK))


@pytest.mark.parametrize("profile", ["home", "extract"])
def test_a_pack_of_another_kind_than_was_announced_is_thrown_away(receiver, profile):
    pack = b"GIF89a" + PACK
    with pytest.raises(TransferRefused, match="not what was announced"):
        receiver.received(pack, profile)


def test_a_pack_that_is_larger_than_the_offer_is_refused_before_it_comes(receiver):
    transfer, _ = receiver.offer(most=1_000)
    with pytest.raises(TransferRefused, match="1000 are taken at most"):
        receiver.receiving.announce(transfer, announced(PACK))
    assert receiver.state(transfer) == "open"


def test_an_extract_is_no_larger_than_any_file_from_outside(receiver):
    transfer, _ = receiver.offer()
    large = Announcement("extract", MOST_BYTES + 1, "0" * 64)
    with pytest.raises(TransferRefused, match="are taken at most"):
        receiver.receiving.announce(transfer, large)


def test_what_others_may_still_bring_is_counted_as_taken(receiver):
    first, _ = receiver.offer()
    second, _ = receiver.offer()
    receiver.room = receiving.SPARE_BYTES + 3 * len(PACK) - 1
    receiver.receiving.announce(first, announced(PACK))
    with pytest.raises(TransferRefused, match="no room"):
        receiver.receiving.announce(second, announced(PACK))
    receiver.room += 1
    receiver.receiving.announce(second, announced(PACK))


def test_a_disk_that_filled_up_meanwhile_is_waited_for(receiver, announced_one):
    receiver.room = receiving.SPARE_BYTES
    with pytest.raises(TransferLost, match="no room now"):
        receiver.receiving.take(announced_one, 0, PACK[:10])
    receiver.room += 10
    receiver.receiving.take(announced_one, 0, PACK[:10])


def test_what_a_cut_left_beyond_what_was_noted_is_written_over(receiver, announced_one):
    receiver.receiving.take(announced_one, 0, PACK[:5_000])
    with receiver.offers.pack(announced_one).open("ab") as file:
        file.write(bytes(9_000))
    receiver.receiving.take(announced_one, 5_000, PACK[5_000:6_000])
    assert receiver.offers.pack(announced_one).read_bytes() == PACK[:6_000]
    told = receiver.receiving.take(announced_one, 6_000, PACK[6_000:])
    assert told["receipt"]


def test_what_an_erasure_took_comes_anew(receiver, announced_one):
    receiver.receiving.take(announced_one, 0, PACK[:5_000])
    receiver.offers.pack(announced_one).unlink()
    with pytest.raises(TransferLost):
        receiver.receiving.take(announced_one, 5_000, PACK[5_000:])
    told = receiver.receiving.announce(announced_one, announced(PACK))
    assert told["received"] == 0
    assert receiver.receiving.take(announced_one, 0, PACK)["receipt"]


def test_a_link_in_the_place_of_the_bytes_is_not_followed(
    receiver, announced_one, tmp_path
):
    other = tmp_path / "other"
    other.write_bytes(b"")
    receiver.offers.pack(announced_one).symlink_to(other)
    with pytest.raises(TransferLost):
        receiver.receiving.take(announced_one, 0, PACK)
    assert other.read_bytes() == b""


def test_a_pack_that_can_not_be_read_again_is_none(receiver, announced_one):
    """As where an erasure takes it between its last byte and its verification."""
    receiver.receiving.take(announced_one, 0, PACK[:-1])
    offer = receiver.offers.find(announced_one)
    with receiver.offers.held():
        receiver.offers.keep(replace(offer, received=len(PACK)))
    receiver.offers.pack(announced_one).unlink()
    with pytest.raises(TransferRefused, match="not what was announced"):
        receiver.receiving.announce(announced_one, announced(PACK))


def test_who_ended_it_at_home_has_the_last_word(receiver, announced_one):
    receiver.offers.end(announced_one, State.REFUSED)
    with pytest.raises(TransferRefused, match="ended this transfer"):
        receiver.receiving.take(announced_one, 0, PACK)


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        {"profile": "home", "size": 5},
        {"profile": "home", "size": 0, "sha256": "0" * 64},
        {"profile": "home", "size": -5, "sha256": "0" * 64},
        {"profile": "home", "size": True, "sha256": "0" * 64},
        {"profile": "home", "size": 1 << 60, "sha256": "0" * 64},
        {"profile": "home", "size": 5.0, "sha256": "0" * 64},
        {"profile": "../home", "size": 5, "sha256": "0" * 64},
        {"profile": ["home"], "size": 5, "sha256": "0" * 64},
        {"profile": "home", "size": 5, "sha256": "0" * 63},
        {"profile": "home", "size": 5, "sha256": "0" * 64, "path": "/etc/passwd"},
    ],
)
def test_what_is_no_announcement_is_refused(said):
    with pytest.raises(TransferRefused, match="an announcement has"):
        Announcement.parse(said)
