"""Bodies come back as they were, across versions that added or lost a field."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import DamagedRecord
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.journal.bodies import Kind, Span, decode, encode, kind_of, span_of
from edge.record import Baseline, Correction
from edge.sample import Gap, Quality, Sample, Slice

ms = st.integers(-(1 << 40), 1 << 45)
count = st.one_of(st.none(), st.integers(-(1 << 53), 1 << 53))
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)

slices = st.builds(
    Slice, st.just("m"), text, ms, ms, st.integers(0, 1 << 53),
    st.sampled_from(Quality), text, ms,
)  # fmt: skip
intervals = st.builds(
    Interval, st.just("m"), text, st.sampled_from(Step), ms, ms, count, count,
    st.one_of(st.none(), st.floats(0, 1e9)), count, st.floats(0, 1),
    st.sampled_from(Quality), text, st.integers(1, 99),
)  # fmt: skip
bodies = st.one_of(
    st.lists(slices, min_size=1, max_size=5).map(tuple),
    st.lists(intervals, min_size=1, max_size=5).map(tuple),
    st.builds(Gap, st.just("m"), ms, ms, text),
    st.builds(
        Event, st.just("m"), ms, st.sampled_from(EventKind),
        st.dictionaries(text, st.one_of(count, text)),
    ),
    st.builds(
        Baseline, st.just("m"), ms, text,
        st.dictionaries(text, st.integers(0, 1 << 50)), st.one_of(st.none(), text),
    ),
    st.builds(Correction, st.just("m"), text, ms, ms, count, ms, text),
)  # fmt: skip


@given(bodies)
def test_a_body_comes_back_as_it_was(body):
    assert decode(kind_of(body), span_of(body), encode(body), {}) == body


def test_a_batch_speaks_of_all_its_time():
    batch = tuple(
        Interval("m", "a", Step.MIN30, start, start + 10, 1) for start in (50, 20, 70)
    )
    assert span_of(batch) == Span("m", 20, 80)


def test_an_instant_is_a_span_of_one_millisecond():
    assert span_of(Event("m", 7, EventKind.TARIFF)) == Span("m", 7, 8)


@pytest.mark.parametrize(
    "body",
    [
        (),
        (Gap("m", 1, 2, "x"),),
        (Slice("m", "a", 1, 2, 3, Quality.RAW, "o", 4), "x"),
        Sample("m", 1, {}),
        Interval("m", "a", Step.DAY, 1, 2, 3),
        None,
    ],
)
def test_what_no_record_can_hold_is_refused(body):
    with pytest.raises(ValueError, match=r"a batch|can't hold"):
        kind_of(body)


def test_a_batch_of_two_meters_is_refused():
    one = Interval("m", "a", Step.DAY, 1, 2, 3)
    other = Interval("n", "a", Step.DAY, 1, 2, 3)
    with pytest.raises(ValueError, match="one meter"):
        span_of((one, other))


def test_a_field_of_a_newer_version_is_passed_over():
    gap = {"meter": "m", "start_ms": 1, "end_ms": 2, "reason": "x", "colour": "red"}
    assert decode(Kind.GAP, Span("m", 1, 2), orjson.dumps(gap), {}) == Gap(
        "m", 1, 2, "x"
    )


def test_a_batch_of_another_version_is_read_by_its_names():
    fields = ["colour", "register", "meter", "step", "start_ms", "end_ms", "value"]
    rows = [["red", "a", "m", "day", 1, 2, 3]]
    data = orjson.dumps({"fields": fields, "rows": rows})
    body = decode(Kind.INTERVALS, Span("m", 1, 2), data, {})
    assert body == (Interval("m", "a", Step.DAY, 1, 2, 3),)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (0, b"{}"),
        (99, b"{}"),
        (Kind.GAP, b"{}"),
        (Kind.GAP, b"no json"),
        (Kind.GAP, b"xno zlib"),
        (Kind.EVENT, b'{"meter":"m","at_ms":1,"kind":"party"}'),
        (Kind.INTERVALS, b"{}"),
        (Kind.INTERVALS, b'{"fields":["meter"],"rows":[["m"]]}'),
        (Kind.INTERVALS, b'{"fields":["meter"],"rows":[[]]}'),
    ],
)
def test_bytes_that_are_no_body_are_refused(kind, data):
    with pytest.raises(DamagedRecord):
        decode(kind, Span("m", 1, 2), data, {})
