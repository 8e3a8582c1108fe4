"""A stream cut at its frame marks, the same however it comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from teleinfo.segment import LONGEST_FRAME, End, Segment, Segmenter


def cut(data: bytes, sizes: list[int] | None = None) -> list[Segment]:
    segmenter = Segmenter()
    found: list[Segment] = []
    for size in sizes or []:
        chunk, data = data[:size], data[size:]
        found += segmenter.feed(chunk)
    return found + segmenter.feed(data) + segmenter.flush()


def test_a_segment_knows_what_stood_on_either_side():
    assert cut(b"tail\x03\x02one\x03\x02two\x04\x02three\x02four") == [
        Segment(b"tail", False, End.ETX),
        Segment(b"one", True, End.ETX),
        Segment(b"two", True, End.EOT),
        Segment(b"three", True, End.STX),
        Segment(b"four", True, End.STREAM),
    ]


def test_nothing_between_two_marks_is_no_segment():
    assert cut(b"\x03\x03\x02\x02\x03\x04") == []


PIECES = st.sampled_from(
    [b"\x02", b"\x03", b"\x04", b"\nADSC\t1", b"\nADCO 1", b"\r", b"\n", b"x" * 700]
)


@given(
    st.lists(PIECES, max_size=40).map(b"".join),
    st.lists(st.integers(0, 900), max_size=40),
)
def test_any_chunks_give_the_same_segments(data, sizes):
    assert cut(data, sizes) == cut(data)


@given(st.lists(PIECES, max_size=60).map(b"".join))
def test_no_segment_is_longer_than_a_frame_and_no_byte_is_lost(data):
    segments = cut(data)
    assert all(len(segment.body) <= LONGEST_FRAME for segment in segments)
    marks = b"\x02\x03\x04"
    assert b"".join(s.body for s in segments) == data.translate(None, marks)


def test_a_stream_without_marks_is_cut_before_a_frame_s_first_group():
    frame = b"\nADCO 041961000001 X\r" + b"\nBASE 000000000 X\r" * 20
    first, *_ = cut(frame * 10)
    assert first.end is End.CUT
    assert len(first.body) % len(frame) == 1  # the LF before ADCO stays behind


def test_a_dead_line_holds_no_more_than_a_frame():
    segmenter = Segmenter()
    for _ in range(10_000):
        segmenter.feed(b"\x55" * 100)
        assert len(segmenter._rest) <= LONGEST_FRAME
