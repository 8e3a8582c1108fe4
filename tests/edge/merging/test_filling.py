"""Between two indexes the sum is always exact, at every step, on both DST days."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from edge.calendar import Calendar
from edge.interval import Step
from edge.merging.filling import Filling, Piece, fill
from edge.merging.indexes import Anchor, Bracket, anchors, brackets
from edge.sample import Quality, Slice, millis

PARIS = ZoneInfo("Europe/Paris")
DAY = 86_400_000


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


def piece(start, end, value):
    return Piece(start, end, value, end - start, Quality.RAW, "file:a")


def test_neighbours_of_one_origin_are_a_bracket():
    known = [Anchor(0, 100, "a"), Anchor(10, 130, "a"), Anchor(30, 150, "a")]
    assert brackets(known) == [
        Bracket(0, 10, 30, "a"),
        Bracket(10, 30, 20, "a"),
    ]


def test_two_origins_are_bracketed_only_where_neither_has_both_ends():
    known = [Anchor(0, 100, "a"), Anchor(10, 130, "a"), Anchor(30, 151, "b")]
    assert [(one.start_ms, one.sources) for one in brackets(known)] == [
        (0, "a"),
        (10, "a+b"),
    ]
    known += [Anchor(40, 160, "a")]
    assert {one.sources for one in brackets(known)} == {"a"}


def test_nothing_is_bracketed_over_an_exchange_nor_a_fall():
    known = [Anchor(0, 100, "a"), Anchor(10, 130, "a"), Anchor(30, 5, "a")]
    assert brackets(known, changes=[5]) == []
    assert brackets(known[:2], changes=[10]) == []
    assert len(brackets(known[:2], changes=[0, 11])) == 1


def test_slices_without_an_index_are_no_anchor():
    said = Slice("gas", "gas_volume_l", 0, 5, 7, Quality.RAW, "a", 0)
    assert anchors([said]) == []


def test_the_known_is_taken_off_and_stays_as_it_is():
    (found,) = fill([Bracket(0, 40, 100, "a")], [piece(10, 20, 70)])
    assert found.spans == ((0, 10), (20, 40))
    assert (found.over(0, 10), found.over(10, 20)) == ((10, 10), (0, 0))
    assert found.over(0, 40) == (30, 30)


def test_what_contradicts_the_indexes_leaves_the_hole_unknown():
    assert fill([Bracket(0, 40, 60, "a")], [piece(10, 20, 70)]) == []


def test_a_bracket_that_cuts_what_is_known_is_left_alone():
    assert fill([Bracket(0, 40, 60, "a")], [piece(30, 50, 1)]) == []
    assert fill([Bracket(0, 40, 60, "a")], [piece(-10, 5, 1)]) == []
    assert fill([Bracket(0, 40, 60, "a")], [], [(30, 50)]) == []
    assert fill([Bracket(0, 40, 60, "a")], [], [(10, 20)]) == []


def test_the_shorter_of_two_brackets_counts_for_the_longer():
    short, long = Bracket(10, 20, 50, "a"), Bracket(0, 40, 80, "b")
    first, second = fill([short, long], [])
    assert first.over(0, 40) == (50, 10)
    assert second.spans == ((0, 10), (20, 40))
    assert second.total == 30


def test_what_is_known_whole_leaves_nothing_to_fill():
    assert fill([Bracket(0, 40, 100, "a")], [piece(0, 40, 100)]) == []


@given(
    total=st.integers(0, 10**9),
    day=st.sampled_from(["2026-03-28", "2026-10-24", "2026-06-01"]),
    cuts=st.lists(st.integers(0, 3 * DAY), max_size=8, unique=True),
    holes=st.lists(st.booleans(), min_size=9, max_size=9),
)
def test_parts_sum_exactly_at_every_step_on_both_dst_days(total, day, cuts, holes):
    first = at(day)
    last = at(f"{day[:-2]}{int(day[-2:]) + 3:02}")
    places = sorted({0, last - first, *(c for c in cuts if c < last - first)})
    spans = [
        (first + a, first + b)
        for (a, b), hole in zip(pairwise(places), holes, strict=False)
        if hole
    ]
    if not spans:
        return
    filling = Filling(tuple(spans), total, "a")
    calendar = Calendar(PARIS)
    for step in (Step.MIN30, Step.HOUR, Step.DAY):
        edges = calendar.boundaries(step, first, last).tolist()
        amounts = [filling.over(a, b) for a, b in pairwise(edges)]
        assert sum(amount for amount, _ in amounts) == total
        assert sum(ms for _, ms in amounts) == sum(b - a for a, b in spans)
        assert all(amount >= 0 for amount, _ in amounts)
    days = calendar.boundaries(Step.DAY, first, last).tolist()
    for a, b in pairwise(days):
        halves = calendar.boundaries(Step.MIN30, a, b).tolist()
        inside = [filling.over(*half)[0] for half in pairwise(halves)]
        assert sum(inside) == filling.over(a, b)[0]


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=20),
    st.lists(st.booleans(), min_size=20, max_size=20),
    st.integers(0, 5000),
)
def test_known_and_filled_are_what_the_indexes_say(values, known, more):
    pieces = [
        piece(10 * n, 10 * n + 10, value)
        for n, (value, told) in enumerate(zip(values, known, strict=False))
        if told
    ]
    sum_known = sum(one.value for one in pieces)
    whole = Bracket(0, 10 * len(values), sum_known + more, "a")
    found = fill([whole], pieces)
    assert len(found) == (len(pieces) < len(values))
    if found:
        assert found[0].over(0, whole.end_ms)[0] + sum_known == whole.total
        assert all(found[0].over(one.start_ms, one.end_ms) == (0, 0) for one in pieces)
