"""The ledger: each act of consent once, for ever, chained; committed before it counts.

A database of its own, each entry on the disk before it returns. What an entry says can
be erased (its text and salt); the chain stands on salted digests and can still be
checked from end to end. Of what it was about the id stays, which is ours and random:
an ending whose words are gone still ends.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from edge.consent.standing import Act
from edge.errors import ConsentError, DamagedDatabase, DiskFull, JournalError
from edge.journal.database import Connect, Database, Row, SqliteDatabase
from edge.journal.file import prepare, sync_directory, verify
from edge.journal.migration import Schema, all_or_nothing

FILE = "consent.db"
MEMORY = Path(":memory:")
APPLICATION_ID = 0x52454C43
"""'RELC'."""
NOTHING = bytes(32)
SUBJECT = {
    Act.SERVICE: "id",
    Act.WITHDRAWN: "consent",
    Act.EXPIRED: "consent",
    Act.NARROWED: "replaces",
    Act.PAUSED: "service",
    Act.RESUMED: "service",
    Act.WRITER: "id",
    Act.WRITER_REMOVED: "writer",
    Act.WRITER_HELD: "writer",
    Act.WRITER_CONFIRMED: "writer",
    Act.ERASED: "erasure",
}
"""Which word of an entry says what it is about; a consent given is its own."""
SCHEMA = Schema(
    "consent ledger",
    APPLICATION_ID,
    (
        (
            """CREATE TABLE entry (
                seq INTEGER PRIMARY KEY,
                at_ms INTEGER NOT NULL,
                act TEXT NOT NULL,
                subject TEXT NOT NULL,
                body TEXT,
                salt BLOB,
                digest BLOB NOT NULL,
                chain BLOB NOT NULL)""",
            """CREATE TABLE seen (
                one INTEGER PRIMARY KEY CHECK (one = 1),
                at_ms INTEGER NOT NULL,
                confirmed INTEGER NOT NULL) STRICT""",
            """CREATE TABLE credential (
                hash BLOB PRIMARY KEY,
                service TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
                family TEXT NOT NULL,
                expires_ms INTEGER,
                used_ms INTEGER) STRICT, WITHOUT ROWID""",
            "CREATE INDEX credential_family ON credential (family)",
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
            ) STRICT, WITHOUT ROWID""",
        ),
    ),
    "a newer Relevé wrote it: install that version",
    ConsentError,
)


KEPT = {
    "entry": "seq, at_ms, act, subject, body, salt, digest, chain",
    "seen": "at_ms, confirmed",
    "credential": "hash, service, kind, family, expires_ms",
    "reading": "day, service, channel, meter, class, grain, first_ms, last_ms,"
    " start_ms, end_ms, rows",
}
"""All that is read of the file, by whoever reads it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: its number, when, what, and what was said of it; None once erased."""

    seq: int
    at_ms: int
    act: Act
    body: Mapping[str, Any] | None
    chain: bytes
    subject: str = ""


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
            self.database.execute("PRAGMA secure_delete=ON")  # what is erased, is
            SCHEMA.migrate(self.database)
            sync_directory(path.parent)
            self._look()
        except BaseException:
            self.database.close()
            raise

    def _look(self) -> None:
        """Read all of it once: raise DamagedDatabase where any of it can't be."""
        verify(self.database)
        try:
            for table, columns in KEPT.items():
                self.database.execute(f"SELECT {columns} FROM {table}")  # noqa: S608 - ours
        except DiskFull:
            raise
        except JournalError as error:  # a name or a text that is none any more
            raise DamagedDatabase(f"the database is damaged: {error}") from error

    @classmethod
    def nowhere(cls) -> Ledger:
        """Give an empty one that is in memory alone: nothing stands in it."""
        ledger = cls.__new__(cls)
        ledger.database = SqliteDatabase(MEMORY)
        ledger._lock = threading.RLock()  # noqa: SLF001 - its own
        SCHEMA.migrate(ledger.database)
        return ledger

    def append(
        self, at_ms: int, acts: Sequence[tuple[Act, Mapping[str, Any]]]
    ) -> bytes:
        """Append acts, all or none; give the head's hash once they are durable."""
        with self.writing() as database:
            seq, chain = self._head()
            for act, body in acts:
                seq += 1
                text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
                salt = secrets.token_bytes(32)
                digest = hashlib.sha256(salt + text.encode()).digest()
                subject = subject_of(act, body)
                chain = linked(chain, seq, at_ms, act, subject, digest)
                database.execute(
                    "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (seq, at_ms, act.value, subject, text, salt, digest, chain),
                )
        return chain

    def erase(self, subjects: Iterable[str]) -> int:
        """Erase for good what the entries about some ids say; give how many there are.

        That they were made, when, and what they ended, stays, and stays proved.
        """
        with self.writing() as database:
            erased = 0
            for subject in subjects:
                erased += len(
                    database.execute(
                        "UPDATE entry SET body = NULL, salt = NULL"
                        " WHERE subject = ? AND body IS NOT NULL RETURNING seq",
                        (subject,),
                    )
                )
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """Give the database to one thread for one transaction: all of it, or nothing.

        Whatever is kept beside the entries is written so: threads share a connection.
        """
        with self._lock, all_or_nothing(self.database):
            yield self.database

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
            "SELECT seq, at_ms, act, body, chain, subject FROM entry ORDER BY seq"
        )
        for seq, at_ms, act, text, chain, subject in rows:
            body = None if text is None else orjson.loads(text)
            yield Entry(seq, at_ms, Act(act), body, chain, subject)

    def verify(self, head: bytes | None = None) -> int:
        """Check the chain from end to end; give how many entries it has.

        With `head`, a hash that a receipt holds: it must have been the head once.
        Raises ConsentError, which names the first entry that is wrong.
        """
        rows = self.database.execute(
            "SELECT seq, at_ms, act, subject, body, salt, digest, chain FROM entry"
            " ORDER BY seq"
        )
        chain, met = NOTHING, head is None or head == NOTHING
        for number, row in enumerate(rows, 1):
            kept = row[-1]
            if row[0] != number or (chain := _checked(chain, row)) != kept:
                raise ConsentError(
                    f"entry {number} of the ledger is not what was written",
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


def subject_of(act: Act, body: Mapping[str, Any]) -> str:
    """Give the id of what an entry ends or begins; "" for a refusal: nothing stands."""
    return str(body[SUBJECT[act]]) if act in SUBJECT else str(_given(body))


def linked(  # noqa: PLR0913 - what an entry is, and what it stands on
    chain: bytes, seq: int, at_ms: int, act: Act, subject: str, digest: bytes
) -> bytes:
    """Give the hash of an entry: over the one before, its place and its digest."""
    told = f"{seq}:{at_ms}:{act.value}:{subject}:".encode()
    return hashlib.sha256(chain + told + digest).digest()


def _given(body: Mapping[str, Any]) -> str:
    consent = body.get("consent")
    return str(consent["id"]) if isinstance(consent, Mapping) else ""


def _checked(chain: bytes, row: Row) -> bytes:
    """Give the hash that an entry should have; of nothing where it says otherwise."""
    seq, at_ms, act, subject, text, salt, digest, _ = row
    typed = (int, int, str, str, str | None, bytes | None, bytes)
    if not all(map(isinstance, row, typed)) or (text is None) != (salt is None):
        return NOTHING
    if text is not None and hashlib.sha256(salt + text.encode()).digest() != digest:
        return NOTHING
    try:
        return linked(chain, seq, at_ms, Act(act), subject, digest)
    except ValueError:
        return NOTHING
