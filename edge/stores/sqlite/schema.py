"""The embedded store's tables, numbered, and the view in which an owner reads them.

A projection of the journal: what is lost here is projected again.
"""

from __future__ import annotations

from edge.errors import StoreError
from edge.journal.migration import Schema

APPLICATION_ID = 0x52454C53
"""'RELS': tells our store from any other SQLite file."""

VERSION_1 = (
    "CREATE TABLE name (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE heard (
        meter INTEGER, register INTEGER,
        PRIMARY KEY (meter, register)) WITHOUT ROWID""",
    # An hour of one register's readings, packed (chunks.py). The id is UTC hour,
    # meter, register in one integer: new hours go to the end of the tree, together.
    "CREATE TABLE chunk (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    # A UTC day of one register's 1min rows, packed (minutes.py); id likewise.
    "CREATE TABLE minute (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    # Exact integers: coverage is known_ms over the length, mean weighted over known_ms.
    """CREATE TABLE interval (
        meter INTEGER, register INTEGER, step INTEGER, start_s INTEGER,
        length_s INTEGER NOT NULL, value INTEGER, known_ms INTEGER NOT NULL,
        weighted INTEGER, minimum INTEGER, maximum INTEGER,
        quality INTEGER NOT NULL, sources INTEGER NOT NULL, revision INTEGER NOT NULL,
        PRIMARY KEY (meter, register, step, start_s)) WITHOUT ROWID""",
    # Indexes that stood still: one row for all registers of a meter that share it,
    # each a bit of `members`, where a row a register would cost a page each.
    """CREATE TABLE still (
        meter INTEGER, step INTEGER, start_s INTEGER,
        length_s INTEGER, known_ms INTEGER, quality INTEGER, sources INTEGER,
        revision INTEGER, members INTEGER NOT NULL,
        PRIMARY KEY (meter, step, start_s, known_ms, quality, sources, revision))
        WITHOUT ROWID""",
    # Thirty days of rows packed (packs.py), and the periods that wait for it.
    """CREATE TABLE pack (
        meter INTEGER, register INTEGER, step INTEGER, period INTEGER,
        body BLOB NOT NULL, PRIMARY KEY (meter, register, step, period))""",
    """CREATE TABLE loose (
        meter INTEGER, step INTEGER, period INTEGER, register INTEGER,
        PRIMARY KEY (meter, step, period, register)) WITHOUT ROWID""",
    """CREATE TABLE slice (
        meter INTEGER, register INTEGER, start_ms INTEGER, end_ms INTEGER,
        origin INTEGER, received_ms INTEGER, value INTEGER NOT NULL,
        quality INTEGER NOT NULL,
        PRIMARY KEY (meter, register, start_ms, end_ms, origin)) WITHOUT ROWID""",
    # The owner's words and what happened, as in the journal, and in its order.
    """CREATE TABLE word (
        kind INTEGER, meter INTEGER, epoch INTEGER, seq INTEGER, body BLOB NOT NULL,
        PRIMARY KEY (kind, meter, epoch, seq)) WITHOUT ROWID""",
    """CREATE VIEW readable AS
        SELECT m.name AS meter, r.name AS register,
            CASE i.step WHEN 2 THEN '30min' WHEN 3 THEN 'hour' WHEN 4 THEN 'day'
                WHEN 5 THEN 'month' ELSE 'year' END AS step,
            datetime(start_s, 'unixepoch') AS start_utc,
            datetime(start_s + length_s, 'unixepoch') AS end_utc,
            value, minimum, 1.0 * weighted / known_ms AS mean, maximum,
            known_ms / 1000.0 / length_s AS coverage, revision
        FROM interval i JOIN name m ON m.number = i.meter
            JOIN name r ON r.number = i.register
        UNION ALL
        SELECT m.name, r.name,
            CASE s.step WHEN 2 THEN '30min' WHEN 3 THEN 'hour' WHEN 4 THEN 'day'
                WHEN 5 THEN 'month' ELSE 'year' END,
            datetime(start_s, 'unixepoch'),
            datetime(start_s + length_s, 'unixepoch'),
            0, NULL, NULL, NULL, known_ms / 1000.0 / length_s, revision
        FROM still s JOIN name m ON m.number = s.meter
            JOIN name r ON r.number < 63 AND s.members >> r.number & 1""",
)

# 2: a slice without a value takes back what was said; the counter at its end.
VERSION_2 = (
    "ALTER TABLE slice RENAME TO slice_1",
    """CREATE TABLE slice (
        meter INTEGER, register INTEGER, start_ms INTEGER, end_ms INTEGER,
        origin INTEGER, received_ms INTEGER, value INTEGER,
        quality INTEGER NOT NULL, index_end INTEGER,
        PRIMARY KEY (meter, register, start_ms, end_ms, origin)) WITHOUT ROWID""",
    """INSERT INTO slice
        SELECT meter, register, start_ms, end_ms, origin, received_ms, value, quality,
            NULL
        FROM slice_1""",
    "DROP TABLE slice_1",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (VERSION_1, VERSION_2)
"""MIGRATIONS[n] leads from version n to n + 1."""

VERSION = len(MIGRATIONS)


SCHEMA = Schema(
    "store",
    APPLICATION_ID,
    MIGRATIONS,
    downgrade="install the newer Relevé again, or remove the file: it is rebuilt",
    foreign=StoreError,
)
migrate = SCHEMA.migrate
