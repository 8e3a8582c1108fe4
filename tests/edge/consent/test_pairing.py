"""The pairing code: long enough, short-lived, and good for one."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import pytest

from edge.consent.pairing import ALPHABET, LASTS_S, LETTERS, TRIES, Pairing


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pairing(clock) -> Pairing:
    return Pairing(clock)


def test_a_code_has_40_bits_at_least():
    assert LETTERS * log2(len(set(ALPHABET))) >= 40


def test_a_code_is_good_once(pairing):
    code = pairing.make()
    assert pairing.take(code)
    assert not pairing.take(code)


def test_a_code_is_taken_as_people_type_it(pairing):
    for typed in (
        str.lower,
        lambda c: c.replace("-", " "),
        lambda c: c.replace("-", ""),
    ):
        assert pairing.take(typed(pairing.make()))
    pairing._code, pairing._until_s, pairing._tries = "0011ABCDE", 1.0, 5
    assert pairing.take("oOl-iAB-CDE")


def test_a_code_ends_after_ten_minutes(pairing, clock):
    code = pairing.make()
    clock.now_s = LASTS_S
    assert not pairing.take(code)
    clock.now_s = 0  # not even for who would turn back a clock
    assert not pairing.take(code)


def test_the_fifth_wrong_try_is_the_last(pairing):
    code = pairing.make()
    for _ in range(TRIES):
        assert not pairing.take("000-000-000")
    assert not pairing.take(code)


def test_four_wrong_tries_leave_one(pairing):
    code = pairing.make()
    for _ in range(TRIES - 1):
        assert not pairing.take("")
    assert pairing.take(code)


def test_a_new_code_ends_the_one_before(pairing):
    before, after = pairing.make(), pairing.make()
    assert not pairing.take(before)
    assert pairing.take(after)


def test_no_code_is_good_before_one_is_made(pairing):
    assert not pairing.take("")


@pytest.mark.parametrize("typed", ["\udcff" * 9, "é" * 9, "0" * 100_000])
def test_whatever_is_typed_is_no_code(pairing, typed):
    pairing.make()
    assert not pairing.take(typed)


def test_a_code_is_in_no_text_of_it(pairing):
    assert pairing.make().replace("-", "") not in repr(pairing)
