"""An older journal is brought up to date, a newer one refused, both without loss."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import orjson
import pytest

from edge.errors import JournalError, NewerSchema
from edge.event import Event, EventKind
from edge.journal.bodies import Kind, Span
from edge.journal.database import SqliteDatabase
from edge.journal.log import checksum
from edge.journal.migration import roll_back
from edge.journal.schema import APPLICATION_ID, VERSION, migrate
from edge.record import Address, Lane

AS_IT_WAS = Path(__file__).with_name("schema_1.sql")
"""What version 1 wrote, kept as it was."""


@pytest.fixture
def old(home):
    """A journal of schema 1 with one event, one name and one cursor."""
    home.mkdir()
    database = sqlite3.connect(home / "journal.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.executescript(AS_IT_WAS.read_text())
    body = orjson.dumps({"meter": "linky", "at_ms": 5, "kind": "message", "detail": {}})
    crc = checksum(1, Kind.EVENT, 0, 1, Span("linky", 5, 6), body)
    database.execute("INSERT INTO record VALUES (1, 5, 0, 1, 5, 6, ?, ?)", (crc, body))
    database.execute("INSERT INTO name VALUES (1, 'linky')")
    database.execute("INSERT INTO epoch VALUES (77, 0)")
    database.execute("INSERT INTO cursor VALUES ('store', 0, 77, 1)")
    database.close()
    return home


async def test_a_journal_of_schema_1_goes_on(old, open_journal):
    journal = open_journal()
    assert journal.set_aside == []
    (record,) = journal.read()
    assert record.address == Address(77, 1)
    assert record.body == Event("linky", 5, EventKind.MESSAGE)
    assert journal.cursor("store", Lane.PRESENT) == Address(77, 1)
    await journal.move("store", Lane.PRESENT, Address(77, 1), b"state")
    assert journal.memory("store") == b"state"
    assert journal.lags()[0].pending == 0
    assert (await journal.append([record.body]))[0] == Address(77, 2)
    journal.close()
    database = sqlite3.connect(old / "journal.db")
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()


def test_a_migration_cut_off_leaves_the_old_schema(old):
    class Cut(SqliteDatabase):
        def execute(self, sql, parameters=()):
            if sql.startswith("CREATE TABLE damaged"):
                raise JournalError("cut")
            return super().execute(sql, parameters)

    database = Cut(old / "journal.db")
    with pytest.raises(JournalError, match="cut"):
        migrate(database)
    assert database.execute("PRAGMA user_version") == [(1,)]
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema")]
    assert "memory" not in tables
    database.close()
    database = SqliteDatabase(old / "journal.db")
    assert migrate(database) == 1
    assert migrate(database) == VERSION
    database.close()


def test_a_newer_journal_is_refused_and_left_as_it_is(journal, home, open_journal):
    journal.close()
    database = sqlite3.connect(home / "journal.db", isolation_level=None)
    database.execute(f"PRAGMA user_version={VERSION + 1}")
    database.close()
    before = (home / "journal.db").read_bytes()
    with pytest.raises(NewerSchema, match="install the newer"):
        open_journal()
    assert (home / "journal.db").read_bytes() == before


def test_another_programs_database_is_refused_and_left_as_it_is(home, open_journal):
    home.mkdir()
    database = sqlite3.connect(home / "journal.db", isolation_level=None)
    database.execute("CREATE TABLE notes (text)")
    database.close()
    with pytest.raises(JournalError, match="another program"):
        open_journal()
    database = sqlite3.connect(home / "journal.db")
    assert database.execute("SELECT name FROM sqlite_schema").fetchall() == [("notes",)]
    database.close()


def test_a_file_says_whose_it_is(journal, home):
    journal.close()
    database = sqlite3.connect(home / "journal.db")
    assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_commits_are_synced(journal):
    database = journal._writer.log.database
    assert database.execute("PRAGMA synchronous") == [(2,)]


def test_crc_covers_address_and_span_as_well_as_the_body():
    seen = {
        checksum(seq, kind, lane, meter, Span("", start, 9), body)
        for seq in (1, 2)
        for kind in (1, 2)
        for lane in (0, 1)
        for meter in (1, 2)
        for start in (1, 2)
        for body in (b"a", b"b")
    }
    assert len(seen) == 64
    assert zlib.crc32(b"a") not in seen


def test_leaving_a_transaction_that_sqlite_has_left_is_no_error(journal):
    roll_back(journal._writer.log.database)
