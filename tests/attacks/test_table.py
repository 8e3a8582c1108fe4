"""The table itself: every row has a name of its own and is tried; it is counted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from named import Named, named, page, places, proof, whole
from table import rows

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
