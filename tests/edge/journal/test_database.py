"""The door to SQLite: what a thread that is late finds, and who waits for whom."""

from __future__ import annotations

import threading

import pytest

from edge.errors import JournalError
from edge.journal.database import SqliteDatabase

LONG = (
    "WITH RECURSIVE n(x) AS (SELECT began() UNION ALL SELECT x + 1 FROM n LIMIT 400000)"
    " SELECT MAX(x) FROM n"
)


def test_closing_waits_for_a_statement_that_runs(tmp_path):
    database = SqliteDatabase(tmp_path / "one.db")
    began, found = threading.Event(), []

    def begin():
        began.set()
        return 0

    database._connection.create_function("began", 0, begin)
    thread = threading.Thread(target=lambda: found.append(database.execute(LONG)))
    thread.start()
    began.wait()
    database.close()
    assert found or thread.is_alive()  # it ended, or has only its rows to hand over
    thread.join()
    assert found == [[(399_999,)]]


def test_who_comes_after_the_end_is_told_so(tmp_path):
    database = SqliteDatabase(tmp_path / "one.db")
    database.close()
    with pytest.raises(JournalError, match="closed"):
        database.execute("SELECT 1")
