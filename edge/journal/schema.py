"""The journal's tables, numbered; how an older file becomes a newer one."""

from __future__ import annotations

from edge.errors import JournalError, NewerSchema
from edge.journal.database import Database

APPLICATION_ID = 0x52454C4A
"""'RELJ': tells our journal from any other SQLite file (PRAGMA application_id)."""

VERSION = 2

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

MIGRATIONS: tuple[tuple[str, ...], ...] = (VERSION_1, VERSION_2)
"""MIGRATIONS[n] leads from version n to n + 1."""


def migrate(database: Database) -> int:
    """Bring a file up to VERSION, each step a transaction; give the version before.

    Raises NewerSchema on a file of a newer Relevé, JournalError on a file of someone
    else's, and leaves both as they were.
    """
    version = check(database)
    for step in range(version, VERSION):
        database.execute("BEGIN IMMEDIATE")
        try:
            for statement in MIGRATIONS[step]:
                database.execute(statement)
            database.execute(f"PRAGMA application_id={APPLICATION_ID}")
            database.execute(f"PRAGMA user_version={step + 1}")
            database.execute("COMMIT")
        except BaseException:
            roll_back(database)
            raise
    return version


def check(database: Database) -> int:
    """Give a file's schema version; raise as `migrate` does."""
    ((version,),) = database.execute("PRAGMA user_version")
    ((owner,),) = database.execute("PRAGMA application_id")
    tables = database.execute("SELECT count(*) FROM sqlite_schema")[0][0]
    if owner != APPLICATION_ID and (owner or version or tables):
        raise JournalError(
            "this file is another program's database",
            hint="point data_dir at a directory of Relevé's own",
        )
    if version > VERSION:
        raise NewerSchema(
            f"this journal has schema {version}, and this Relevé knows {VERSION}",
            hint="install the newer Relevé again, or restore a backup of this version",
        )
    return int(version)


def roll_back(database: Database) -> None:
    """Leave a transaction, if SQLite has not left it already."""
    try:
        database.execute("ROLLBACK")
    except JournalError:
        # "no transaction is active": a full disk or damage had ended it
        return
