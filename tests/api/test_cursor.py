"""Cursors: ours read back, anything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cursor import Cursor
from api.errors import Problem

SUBJECT = "linky/import_total_wh/30min"


@given(
    places=st.lists(st.integers(0, 2**62), min_size=3, max_size=3).map(sorted),
)
def test_a_cursor_reads_back_the_same(places):
    from_ms, at_ms, to_ms = places
    cursor = Cursor(from_ms, to_ms, at_ms)
    assert Cursor.parse(cursor.text(SUBJECT), SUBJECT) == cursor


def test_a_cursor_is_bound_to_its_question():
    text = Cursor(1, 3, 2).text(SUBJECT)
    with pytest.raises(Problem, match="another meter, register or step"):
        Cursor.parse(text, "linky/import_total_wh/hour")


def test_a_place_outside_its_question_is_refused():
    for wrong in (Cursor(1, 3, 4), Cursor(2, 3, 1)):
        with pytest.raises(Problem, match="not one of ours"):
            Cursor.parse(wrong.text(SUBJECT), SUBJECT)


@given(place=st.integers(0, 10_000), letter=st.characters())
def test_a_changed_letter_is_noticed(place, letter):
    text = Cursor(1, 3, 2).text(SUBJECT)
    place %= len(text)
    changed = text[:place] + letter + text[place + 1 :]
    if changed == text or place == len(text) - 1:
        return  # the last letter holds two bits that base64 leaves unused
    with pytest.raises(Problem):
        Cursor.parse(changed, SUBJECT)


@given(text=st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_-]{0,80}"))
def test_no_text_breaks_it(text):
    with pytest.raises(Problem):
        Cursor.parse(text, SUBJECT)
