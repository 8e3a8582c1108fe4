"""The order of a frame: a label that a hit made into another one shows."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from teleinfo.order import descents, in_order, offenders


def kept(ranks: list[int]) -> list[int]:
    bad = offenders(ranks)
    return [rank for at, rank in enumerate(ranks) if at not in bad]


def test_what_rises_stands():
    assert kept([1, 2, 3, 7]) == [1, 2, 3, 7]
    assert offenders([]) == frozenset()


def test_one_that_stands_where_it_can_not_is_the_offender():
    assert kept([1, 2, 3, 4, 3, 6, 7]) == [1, 2, 3, 4, 6, 7]
    assert kept([1, 9, 3, 4, 5]) == [1, 3, 4, 5]
    assert kept([1, 2, 3, 0, 5]) == [1, 2, 3, 5]


def test_of_two_that_contradict_each_other_neither_stands():
    assert kept([1, 3, 3, 4]) == [1, 4]
    assert kept([1, 4, 3, 5]) == [1, 5]


@given(st.lists(st.integers(0, 8), max_size=9))
def test_only_what_every_longest_choice_keeps_stands(ranks):
    size = len(ranks)
    longest: list[tuple[int, ...]] = [()]
    for length in range(size, 0, -1):
        longest = [
            choice
            for choice in combinations(range(size), length)
            if in_order([ranks[at] for at in choice])
        ]
        if longest:
            break
    in_all = set(range(size)).intersection(*map(set, longest or [()]))
    assert offenders(ranks) == frozenset(range(size)) - in_all


@given(st.lists(st.integers(0, 8), max_size=9))
def test_a_sequence_without_descents_is_in_order(ranks):
    assert in_order(ranks) == (not descents(ranks))
