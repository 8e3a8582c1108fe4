"""How long one may look away without making an end of frame wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from teleinfo.cadence import GUARD_S, LATE_BYTES, SHORT_S, Cadence

PAUSE_S = 0.08
FRAME = b"\x02" + b"x" * 898 + b"\x03"


def heard(*chunks):
    cadence = Cadence()
    for chunk in chunks:
        cadence.hear(chunk)
    return cadence


def test_it_rests_as_long_as_one_may_while_it_knows_no_frame():
    assert heard().rest_s(9600, PAUSE_S) == PAUSE_S
    assert heard(b"x" * 5000).rest_s(9600, PAUSE_S) == PAUSE_S


def test_it_rests_long_at_first_and_less_before_the_end():
    assert heard(FRAME).rest_s(9600, PAUSE_S) == PAUSE_S
    near = heard(FRAME, FRAME[:-60]).rest_s(9600, PAUSE_S)
    assert 0.03 < near < 60 * 10 / 9600
    assert heard(FRAME, FRAME[:-2]).rest_s(9600, PAUSE_S) == SHORT_S


def test_a_slower_line_is_waited_for_longer():
    near = heard(FRAME, FRAME[:-8])
    assert near.rest_s(9600, PAUSE_S) == SHORT_S
    assert near.rest_s(1200, PAUSE_S) > 0.03


def test_an_end_that_did_not_come_is_not_waited_for_for_ever():
    late = heard(FRAME, b"x" * (len(FRAME) + LATE_BYTES + 1))
    assert late.rest_s(9600, PAUSE_S) == PAUSE_S


def test_of_several_frames_at_once_the_last_one_counts():
    short = b"\x02" + b"x" * 98 + b"\x03"
    assert heard(FRAME + short + short, short[:-2]).rest_s(9600, PAUSE_S) == SHORT_S


@given(
    st.integers(20, 2000),
    st.lists(st.integers(1, 200), min_size=1, max_size=60),
    st.sampled_from([1200, 9600]),
)
def test_the_end_of_a_frame_like_the_last_is_never_rested_away(length, sizes, baud):
    frame = b"x" * (length - 1) + b"\x03"
    cadence, at = heard(frame), 0
    for size in sizes:
        chunk = frame[at : at + size]
        at += len(chunk)
        if at >= length:
            break
        cadence.hear(chunk)
        rest_s = cadence.rest_s(baud, PAUSE_S)
        until_end_s = (length - at) * 10 / baud
        assert SHORT_S <= rest_s <= max(SHORT_S, until_end_s - GUARD_S)
        assert rest_s <= PAUSE_S
