"""The table itself: every row has a name of its own and is tried; it is counted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from named import Named, named, page, places, proof, whole
from table import rows

from tests.attacks.__main__ import Outcomes

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "attack_table.md"


def test_the_table_is_whole_and_says_how_many_it_has(capsys):
    names = Counter(row.name for row in rows())
    assert not [name for name, count in names.items() if count > 1]
    channels = Counter(row.partition(": ")[0] for row in whole())
    with capsys.disabled():
        counts = ", ".join(f"{n} {name}" for name, n in sorted(channels.items()))
        print(f"\nattack table: {len(whole())} rows ({counts})")  # noqa: T201 - its count
    assert channels["rest"] >= 40


@pytest.mark.parametrize("one", named(), ids=lambda one: one.trick)
def test_a_trick_that_was_named_is_tried(one: Named):
    known = {row.name for row in rows()}
    assert one.rows
    for row in one.rows:
        test = proof(row)
        if test is None:
            assert row in known, row
        else:
            # one place: its name alone says what is run
            assert len(places().get(test, ())) == 1, test


def test_every_row_stands_in_the_page():
    text = PAGE.read_text()
    assert page() in text, "run `make docs`"
    for row in rows():
        assert row.trick in text, row.name


@pytest.mark.parametrize(
    ("outcomes", "how"),
    [
        ([("call", "passed")], "closed"),
        ([("call", "passed"), ("teardown", "failed")], "OPEN"),
        ([("setup", "failed")], "OPEN"),
        ([("setup", "skipped")], "NOT TRIED"),
        ([], "NOT TRIED"),
    ],
)
def test_a_row_is_closed_once_it_was_tried_and_nothing_failed(outcomes, how):
    """Of a row of the table, and of one that is a test."""
    for row, test in (
        ("rest: finer steps", "x.py::test_two_homes[rest: finer steps]"),
        ("ports: test_a_port", "y.py::test_a_port[a]"),
    ):
        found = Outcomes()
        for when, outcome in outcomes:
            passed = outcome == "passed"
            found.pytest_runtest_logreport(
                SimpleNamespace(nodeid=test, when=when, outcome=outcome, passed=passed)
            )
        found.ended["z.py::test_another[rest: finer]"] = {"failed"}
        assert found.of(row) == how
