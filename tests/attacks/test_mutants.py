"""The mutations stand where they say; `python -m tests.attacks.mutants` runs them."""

from __future__ import annotations

from collections import Counter

import pytest
from table import rows

from tests.attacks.mutation import ROOT, RUN_BY, mutations

MUTATIONS = mutations()
NAMES = {one.name for one in rows()}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_its_text_stands_once_and_what_comes_of_it_compiles(mutation):
    for file, text in mutation.files(ROOT).items():
        compile(text, file, "exec")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_the_rows_that_should_catch_it_are_in_the_table(mutation):
    assert mutation.rows
    for row in mutation.rows:
        if ": " in row:
            assert row in NAMES
        else:
            assert (ROOT / row.partition("::")[0]).exists()


def test_there_are_forty_at_least_each_its_own_on_every_channel():
    assert len(MUTATIONS) >= 40
    assert not [n for n, c in Counter(one.name for one in MUTATIONS).items() if c > 1]
    channels = {row.partition(": ")[0] for one in MUTATIONS for row in one.rows}
    assert {*RUN_BY} <= channels
    changes = [one.edits for one in MUTATIONS]
    assert len(set(changes)) == len(changes)
