"""A question is read or is not: whatever it is, nothing else comes of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.interval import Step
from edge.outputs.services.question import Asking, NotUnderstood

ASKED = {
    "meter": "linky",
    "register": "import_total_wh",
    "step": "day",
    "start": "2026-10-01T00:00:00+02:00",
    "end": "2026-11-01T00:00:00+01:00",
}


def test_a_question_is_read_with_its_bounds_at_any_offset():
    asked = Asking.read(json.dumps(ASKED).encode())
    assert (asked.meter, asked.register, asked.step) == (
        "linky",
        "import_total_wh",
        Step.DAY,
    )
    assert asked.end_ms - asked.start_ms == (31 * 24 + 1) * 3_600_000
    assert asked.limit == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"step": "week"},
        {"step": None},
        {"meter": ""},
        {"meter": "x" * 65},
        {"meter": 7},
        {"register": ["import_total_wh"]},
        {"start": "2026-10-01"},
        {"start": "2026-10-01T00:00:00"},
        {"start": 0},
        {"start": "9999-12-31T23:59:59Z"},
        {"start": "1969-12-31T23:59:59Z"},
        {"end": "2026-10-01T00:00:00+02:00"},
        {"limit": 0},
        {"limit": 1_001},
        {"limit": 1.5},
        {"limit": True},
        {"limit": "1"},
        {"sort": "up"},
    ],
)
def test_what_is_no_question_is_not_understood(changed):
    with pytest.raises(NotUnderstood):
        Asking.read(json.dumps(ASKED | changed).encode())


@pytest.mark.parametrize("missing", ASKED)
def test_nothing_may_be_missing(missing):
    asked = {name: value for name, value in ASKED.items() if name != missing}
    with pytest.raises(NotUnderstood):
        Asking.read(json.dumps(asked).encode())


def test_one_that_is_too_long_is_not_read_at_all():
    with pytest.raises(NotUnderstood):
        Asking.read(json.dumps(ASKED).encode() + b" " * 1024)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.binary(max_size=1200))
def test_no_bytes_break_the_reader(payload):
    with pytest.raises(NotUnderstood):
        Asking.read(payload)


@given(st.dictionaries(st.sampled_from([*ASKED, "limit"]), JSON))
def test_no_document_breaks_the_reader(changed):
    try:
        payload = json.dumps(ASKED | changed).encode()
        asked = Asking.read(payload)
    except NotUnderstood:
        return
    assert asked.start_ms < asked.end_ms
    assert 1 <= asked.limit <= 1000
