from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for backed_home

from backed_home import sample

from edge.journal import Journal
from edge.stores.sqlite import SqliteStore


@pytest.fixture
async def home(tmp_path):
    """A data directory with 100 samples in its journal, and a store."""
    directory = tmp_path / "home"
    journal = Journal.open(directory, ballast_bytes=1 << 16)
    for n in range(100):
        journal.add_sample(sample(n))
    await journal.commit()
    await journal.register("roller")
    store = SqliteStore(directory / "store.db")
    store.project(journal.read())
    store.close()
    journal.close()
    return directory
