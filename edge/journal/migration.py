"""How a database file of ours becomes a newer one: by numbers, a transaction each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edge.errors import EdgeError, JournalError, NewerSchema
from edge.journal.database import Database


@dataclass(frozen=True, slots=True)
class Schema:
    """A kind of file: who owns it (PRAGMA application_id), and how it came to be.

    `migrations[n]` leads from version n to n + 1; `downgrade` says what to do about a
    newer one, `foreign` is raised on another program's file.
    """

    name: str
    application_id: int
    migrations: tuple[tuple[str, ...], ...]
    downgrade: str
    foreign: type[EdgeError] = JournalError

    @property
    def version(self) -> int:
        """Give the version that this Relevé writes."""
        return len(self.migrations)

    def migrate(self, database: Database) -> int:
        """Bring a file up to date; give the version before.

        Raises NewerSchema on a file of a newer Relevé, `foreign` on someone else's,
        and leaves both as they were.
        """
        version = self.check(database)
        for step in range(version, self.version):
            with all_or_nothing(database):
                for statement in self.migrations[step]:
                    database.execute(statement)
                database.execute(f"PRAGMA application_id={self.application_id}")
                database.execute(f"PRAGMA user_version={step + 1}")
        return version

    def check(self, database: Database) -> int:
        """Give a file's version; raise as `migrate` does."""
        ((version,),) = database.execute("PRAGMA user_version")
        ((owner,),) = database.execute("PRAGMA application_id")
        ((tables,),) = database.execute("SELECT count(*) FROM sqlite_schema")
        if owner != self.application_id and (owner or version or tables):
            raise self.foreign(
                "this file is another program's database",
                hint="point data_dir at a directory of Relevé's own",
            )
        if version > self.version:
            raise NewerSchema(
                f"this {self.name} has schema {version}, and this Relevé knows"
                f" {self.version}",
                hint=self.downgrade,
            )
        return int(version)


@contextmanager
def all_or_nothing(database: Database) -> Iterator[None]:
    """Have what is written within committed together, or nothing of it."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        roll_back(database)
        raise


def roll_back(database: Database) -> None:
    """Leave a transaction, if SQLite has not left it already."""
    try:
        database.execute("ROLLBACK")
    except JournalError:
        # "no transaction is active": a full disk or damage had ended it
        return
