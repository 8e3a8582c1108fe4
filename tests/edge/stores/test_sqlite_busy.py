"""A store that someone reads from outside can't be written anew, and says so."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from edge.errors import StoreError
from edge.stores.sqlite.store import SqliteStore


def test_who_reads_from_outside_keeps_it_from_being_written_anew(tmp_path):
    store = SqliteStore(tmp_path / "store.db")
    store._database.execute("PRAGMA busy_timeout=1")  # else it waits for its turn
    with closing(sqlite3.connect(store.path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with pytest.raises(StoreError, match="tried again"):
            store.clean()
    store.clean()
    store.close()
