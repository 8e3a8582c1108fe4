"""A sealed file opens whole by its passphrase, or it is refused: never a part of it."""

from __future__ import annotations

import io
import os

import pytest

from edge.portability import sealed
from edge.portability.refusal import PackRefused
from edge.portability.sealed import CHUNK, HEADER, TAG, Sealing, fit, is_sealed

PHRASE = "four words nobody guesses"
WHOLE = CHUNK + TAG


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """A guess costs little here: what is tried is the file, not the passphrase."""
    monkeypatch.setattr(sealed, "LOG_N", 4)


def sealing(data, piece=10_000):
    to = io.BytesIO()
    seal = Sealing(to, PHRASE)
    for at in range(0, len(data), piece):
        seal.write(data[at : at + piece])
    seal.close()
    return to.getvalue()


def opened(data, phrase=PHRASE):
    return b"".join(sealed.opened(io.BytesIO(data), phrase))


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]
)
def test_what_was_sealed_comes_out_the_same(size):
    data = os.urandom(size)
    closed = sealing(data)
    assert is_sealed(closed)
    assert opened(closed) == data


def test_two_seals_of_one_thing_have_nothing_in_common():
    first, second = sealing(b"x" * 1000), sealing(b"x" * 1000)
    assert first[HEADER.size - 23 :] != second[HEADER.size - 23 :]


def test_a_wrong_passphrase_opens_nothing():
    with pytest.raises(PackRefused, match="the passphrase is wrong"):
        opened(sealing(b"secret"), "four words nobody guessed")


def test_any_byte_that_was_changed_is_found():
    data = sealing(os.urandom(2 * CHUNK + 100))
    places = [0, 16, 20, 40, HEADER.size, HEADER.size + WHOLE, len(data) - 1]
    for place in [*places, *range(HEADER.size, len(data), 9973)]:
        bent = bytearray(data)
        bent[place] ^= 1
        with pytest.raises(PackRefused):
            opened(bytes(bent))


@pytest.mark.parametrize("size", [CHUNK, 2 * CHUNK, 2 * CHUNK + 100])
def test_what_breaks_off_is_found_wherever_it_does(size):
    data = sealing(os.urandom(size))
    ends = [0, 10, HEADER.size, HEADER.size + 5, HEADER.size + WHOLE]
    for end in [*ends, len(data) - TAG, len(data) - 1]:
        if end < len(data):
            with pytest.raises(PackRefused):
                opened(data[:end])


def test_chunks_can_neither_be_moved_left_out_nor_said_twice():
    data = sealing(os.urandom(3 * CHUNK + 10))
    head, body = data[: HEADER.size], data[HEADER.size :]
    chunks = [body[at : at + WHOLE] for at in range(0, len(body), WHOLE)]
    for order in ([1, 0, 2, 3], [0, 2, 3], [0, 1, 1, 2, 3], [0, 1, 2], [3], [0, 3]):
        with pytest.raises(PackRefused):
            opened(head + b"".join(chunks[number] for number in order))


def test_what_stands_behind_the_end_is_found():
    for more in (b"x", b"x" * WHOLE):
        with pytest.raises(PackRefused):
            opened(sealing(b"secret") + more)


def test_chunks_of_another_file_by_the_same_passphrase_do_not_fit():
    first, second = (sealing(os.urandom(CHUNK + 10)) for _ in range(2))
    mixed = first[: HEADER.size + WHOLE] + second[HEADER.size + WHOLE :]
    with pytest.raises(PackRefused):
        opened(mixed)


def test_a_file_may_not_ask_for_all_the_memory():
    head = HEADER.pack(sealed.MAGIC, 30, b"s" * 16, b"n" * 7)
    with pytest.raises(PackRefused, match="more memory than any of ours"):
        opened(head + b"x" * 100)


def test_what_is_no_sealed_file_is_said_to_be_none():
    for data in (b"", b"PK\x03\x04" + b"x" * 200, b"RELEVE-SEALED-2\n" + b"x" * 99):
        with pytest.raises(PackRefused, match="no sealed pack"):
            opened(data)


@pytest.mark.parametrize(
    "phrase", ["", "short", "aaaaaaaaaaaaaaaa", "abababababababab"]
)
def test_a_passphrase_that_is_soon_guessed_is_refused(phrase):
    with pytest.raises(PackRefused, match="12 characters"):
        fit(phrase)


def test_it_asks_for_as_much_memory_as_a_small_pi_has_to_spare():
    assert 128 * sealed.R * (1 << 15) == 32 << 20
    assert 128 * sealed.R * (1 << sealed.DEAREST_LOG_N) <= 128 << 20
