"""The journal's tables, numbered; how an older file becomes a newer one."""

from __future__ import annotations

from edge.journal.migration import Schema

APPLICATION_ID = 0x52454C4A
"""'RELJ': tells our journal from any other SQLite file (PRAGMA application_id)."""

VERSION = 5

PAGE_SIZE = 1024
"""Measured (bench/journal_bytes): 17.5 MB a day, and 26.2 MB with 4096."""

# A record's seq is given by the writer and never reused: `mark` holds the highest one
# ever given, for when retention has removed the newest. CHECKed columns would cost
# nothing, but a damaged row must stay readable, so nothing is checked here.
VERSION_1: tuple[str, ...] = (
    """CREATE TABLE record (
        seq INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        lane INTEGER NOT NULL,
        meter INTEGER NOT NULL,
        start_ms INTEGER NOT NULL,
        end_ms INTEGER NOT NULL,
        crc INTEGER NOT NULL,
        body BLOB NOT NULL)""",
    "CREATE INDEX record_lasting ON record (meter, kind) WHERE kind IN (6, 7)",
    "CREATE TABLE name (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE epoch (epoch INTEGER PRIMARY KEY, after_seq INTEGER NOT NULL)",
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE cursor (
        consumer TEXT NOT NULL,
        lane INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (consumer, lane)) WITHOUT ROWID""",
    """CREATE TABLE device (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        meter TEXT NOT NULL,
        identifier TEXT NOT NULL,
        from_ms INTEGER NOT NULL,
        to_ms INTEGER,
        confirmed INTEGER NOT NULL)""",
    """CREATE TABLE quarantine (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        meter TEXT NOT NULL,
        register TEXT NOT NULL,
        reason TEXT NOT NULL,
        device TEXT,
        verdict TEXT,
        entry TEXT NOT NULL)""",
    """CREATE TABLE held (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        meter TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        start_ms INTEGER NOT NULL,
        end_ms INTEGER NOT NULL,
        crc INTEGER NOT NULL,
        body BLOB NOT NULL)""",
)

# 2: how old the oldest pending record is; what a consumer must remember; records
# whose CRC is wrong.
VERSION_2: tuple[str, ...] = (
    "ALTER TABLE record ADD COLUMN committed_ms INTEGER",
    "CREATE TABLE memory (consumer TEXT PRIMARY KEY, state BLOB NOT NULL)",
    """CREATE TABLE damaged (
        seq INTEGER PRIMARY KEY,
        kind INTEGER,
        lane INTEGER,
        meter INTEGER,
        start_ms INTEGER,
        end_ms INTEGER,
        crc INTEGER,
        body BLOB,
        seen_ms INTEGER NOT NULL)""",
)

# 3: what each imported file said, to be taken back; and slices that are withdrawn,
# which an older version could not read.
VERSION_3: tuple[str, ...] = (
    """CREATE TABLE import (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms INTEGER NOT NULL,
        undone_ms INTEGER,
        entry TEXT NOT NULL,
        said BLOB NOT NULL)""",
)

# 4: dated facts (a contract, a meter that was fitted), which no retention forgets.
VERSION_4: tuple[str, ...] = (
    """CREATE TABLE fact (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        meter TEXT NOT NULL,
        kind TEXT NOT NULL,
        start_ms INTEGER NOT NULL,
        end_ms INTEGER,
        origin TEXT NOT NULL,
        import INTEGER,
        entry TEXT NOT NULL)""",
    "CREATE INDEX fact_meter ON fact (meter, start_ms)",
)

# 5: what the owner had erased, which no source brings back (erased.py).
VERSION_5: tuple[str, ...] = (
    """CREATE TABLE erased (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        meter TEXT NOT NULL,
        start_ms INTEGER NOT NULL,
        end_ms INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        finished_ms INTEGER,
        places TEXT NOT NULL)""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    VERSION_1,
    VERSION_2,
    VERSION_3,
    VERSION_4,
    VERSION_5,
)
"""MIGRATIONS[n] leads from version n to n + 1."""

SCHEMA = Schema(
    "journal",
    APPLICATION_ID,
    MIGRATIONS,
    downgrade="install the newer Relevé again, or restore a backup of this version",
)
migrate, check = SCHEMA.migrate, SCHEMA.check
