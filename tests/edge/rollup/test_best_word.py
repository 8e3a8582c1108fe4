"""Of several words on one instant the best is kept, whatever they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.rollup.track import Column, State, _best

WORDS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(State),
        st.integers(-2, 2) | st.sampled_from(["", "HP", "HC", "10"]),
    ),
    min_size=1,
    max_size=12,
)


def plainly(words):
    """Give {instant: (state, value)} by comparing every two words."""
    best = {}
    for at, state, value in words:
        told = value if state is State.KNOWN else 0
        key = (int(state), isinstance(told, str), told)
        if at not in best or key >= best[at]:
            best[at] = key
    return {
        at: (state, value if state == State.KNOWN else None)
        for at, (state, _, value) in best.items()
    }


@given(WORDS)
def test_the_best_word_of_each_instant_is_what_plain_comparing_finds(words):
    at, state, value = zip(*words, strict=True)
    values = np.empty(len(words), dtype=object)
    values[:] = value
    column = Column(np.array(at), values, np.array(state, dtype=np.int8))
    found = _best(column, np.array(sorted(set(at))))
    expected, before = {}, (State.ABSENT, None)
    for instant, word in sorted(plainly(words).items()):
        if word != before or (not expected and word[0] != State.ABSENT):
            expected[instant] = word
        before = word
    told = {
        int(instant): (int(word), content if word == State.KNOWN else None)
        for instant, content, word in zip(
            found.at, found.values, found.state, strict=True
        )
    }
    if not expected:  # nothing is said at all: one entry says so
        expected = {min(at): (int(State.ABSENT), None)}
    assert told == expected
