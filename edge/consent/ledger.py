"""The ledger: each act of consent once, for ever, chained; committed before it counts.

A database of its own, each entry on the disk before it returns. What an entry says can
be erased (its text and salt); the chain stands on salted digests and can still be
checked from end to end.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from edge.consent.standing import Act
from edge.errors import ConsentError, DiskFull
from edge.journal.database import Connect, Database, SqliteDatabase
from edge.journal.file import prepare, sync_directory, verify
from edge.journal.migration import Schema, roll_back

FILE = "consent.db"
MEMORY = Path(":memory:")
APPLICATION_ID = 0x52454C43
"""'RELC'."""
NOTHING = bytes(32)
SCHEMA = Schema(
    "consent ledger",
    APPLICATION_ID,
    (
        (
            """CREATE TABLE entry (
                seq INTEGER PRIMARY KEY,
                at_ms INTEGER NOT NULL,
                act TEXT NOT NULL,
                body TEXT,
                salt BLOB,
                digest BLOB NOT NULL,
                chain BLOB NOT NULL)""",
            """CREATE TABLE seen (
                one INTEGER PRIMARY KEY CHECK (one = 1),
                at_ms INTEGER NOT NULL)""",
            """CREATE TABLE credential (
                hash BLOB PRIMARY KEY,
                service TEXT NOT NULL,
                kind TEXT NOT NULL,
                family TEXT NOT NULL,
                expires_ms INTEGER,
                used_ms INTEGER) WITHOUT ROWID""",
            "CREATE INDEX credential_family ON credential (family)",
            """CREATE TABLE told (
                service TEXT NOT NULL,
                meter TEXT NOT NULL,
                name TEXT NOT NULL,
                value INTEGER NOT NULL,
                PRIMARY KEY (service, meter, name)) WITHOUT ROWID""",
            """CREATE TABLE reading (
                day TEXT NOT NULL,
                service TEXT NOT NULL,
                channel TEXT NOT NULL,
                meter TEXT NOT NULL,
                class TEXT NOT NULL,
                grain TEXT NOT NULL,
                first_ms INTEGER NOT NULL,
                last_ms INTEGER NOT NULL,
                start_ms INTEGER,
                end_ms INTEGER,
                rows INTEGER NOT NULL,
                PRIMARY KEY (day, service, channel, meter, class, grain)
            ) WITHOUT ROWID""",
        ),
    ),
    "a newer Relevé wrote it: install that version",
    ConsentError,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: its number, when, what, and what was said of it; None once erased."""

    seq: int
    at_ms: int
    act: Act
    body: Mapping[str, Any] | None
    chain: bytes


class Ledger:
    """The file of one home; everything here blocks for as long as the disk takes."""

    def __init__(self, path: Path, connect: Connect = SqliteDatabase) -> None:
        """Open it, made when there is none; raise NewerSchema, ConsentError."""
        try:
            path.touch(mode=0o600)
            path.chmod(0o600)
        except OSError as error:
            raise DiskFull(f"{path} can't be made: {error.strerror}") from error
        self.database = connect(path)
        self._lock = threading.RLock()
        try:
            # EXTRA: what was withdrawn must not come back with a directory's old word
            prepare(self.database, synchronous="EXTRA")
            SCHEMA.migrate(self.database)
            sync_directory(path.parent)
            verify(self.database)
        except BaseException:
            self.database.close()
            raise

    @classmethod
    def nowhere(cls) -> Ledger:
        """Give an empty one that is in memory alone: nothing stands in it."""
        ledger = cls.__new__(cls)
        ledger.database = SqliteDatabase(MEMORY)
        ledger._lock = threading.RLock()  # noqa: SLF001 - its own
        SCHEMA.migrate(ledger.database)
        return ledger

    def append(self, at_ms: int, acts: list[tuple[Act, Mapping[str, Any]]]) -> bytes:
        """Append acts, all or none; give the head's hash once they are durable."""
        with self.writing() as database:
            seq, chain = self._head()
            for act, body in acts:
                seq += 1
                text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
                salt = secrets.token_bytes(32)
                digest = hashlib.sha256(salt + text.encode()).digest()
                chain = linked(chain, seq, at_ms, act, digest)
                database.execute(
                    "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (seq, at_ms, act.value, text, salt, digest, chain),
                )
        return chain

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """Give the database to one thread for one transaction: all of it, or nothing.

        Whatever is kept beside the entries is written so: threads share a connection.
        """
        with self._lock:
            database = self.database
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                roll_back(database)
                raise

    def _head(self) -> tuple[int, bytes]:
        rows = self.database.execute(
            "SELECT seq, chain FROM entry ORDER BY seq DESC LIMIT 1"
        )
        return (rows[0][0], rows[0][1]) if rows else (0, NOTHING)

    @property
    def head(self) -> bytes:
        """Give the hash that stands for all that was done so far."""
        return self._head()[1]

    def entries(self) -> Iterator[Entry]:
        """Give every entry, oldest first."""
        rows = self.database.execute(
            "SELECT seq, at_ms, act, body, chain FROM entry ORDER BY seq"
        )
        for seq, at_ms, act, text, chain in rows:
            body = None if text is None else orjson.loads(text)
            yield Entry(seq, at_ms, Act(act), body, chain)

    def verify(self, head: bytes | None = None) -> int:
        """Check the chain from end to end; give how many entries it has.

        With `head`, a hash that a receipt holds: it must have been the head once.
        Raises ConsentError, which names the first entry that is wrong.
        """
        rows = self.database.execute(
            "SELECT seq, at_ms, act, body, salt, digest, chain FROM entry ORDER BY seq"
        )
        chain, met = NOTHING, head is None or head == NOTHING
        for number, (seq, at_ms, act, text, salt, digest, kept) in enumerate(rows, 1):
            chain = linked(chain, seq, at_ms, Act(act), digest)
            told = (
                text is None or hashlib.sha256(salt + text.encode()).digest() == digest
            )
            if seq != number or chain != kept or not told:
                raise ConsentError(
                    f"entry {seq} of the ledger is not what was written",
                    hint="restore a backup; services stay paused until you confirm",
                )
            met |= head == chain
        if not met:
            raise ConsentError(
                "the ledger doesn't hold what this receipt was given for"
            )
        return len(rows)

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()


def linked(chain: bytes, seq: int, at_ms: int, act: Act, digest: bytes) -> bytes:
    """Give the hash of an entry: over the one before, its place and its digest."""
    told = b"%d:%d:%b:" % (seq, at_ms, act.value.encode())
    return hashlib.sha256(chain + told + digest).digest()
