"""Every engine, made anew for a test: the conformance suite runs on each."""

from __future__ import annotations

import pytest

from edge.stores.sqlite import SqliteStore

ENGINES = {
    "sqlite": lambda directory: SqliteStore(directory / "store.db"),
}


@pytest.fixture(params=sorted(ENGINES))
def store(request, tmp_path):
    made = ENGINES[request.param](tmp_path)
    yield made
    made.close()
