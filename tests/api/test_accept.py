"""Accept: the form that the client likes best (RFC 9110, 12.5.1)."""

from __future__ import annotations

import pytest

from api.accept import CSV, JSON, best
from api.errors import Problem


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV; charset=utf-8", CSV),
        ("text/*", CSV),
        ("application/json", JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        ("application/json;q=0.1, text/csv", CSV),
        ("application/json, text/csv", JSON),
        ("text/csv;q=0.2, */*;q=0.1", CSV),
        ("application/json;q=0, */*", CSV),
        ("text/csv;q=x, application/json;q=0.1", JSON),
    ],
)
def test_the_best_liked_form_is_given(header, chosen):
    assert best(header, (JSON, CSV)) == chosen


@pytest.mark.parametrize("header", ["image/png", "text/csv;q=0", "*/*;q=0", ",,;"])
def test_a_header_that_refuses_all_is_told_what_there_is(header):
    with pytest.raises(Problem, match="text/csv"):
        best(header, (JSON, CSV))
