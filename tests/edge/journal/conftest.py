"""A journal in a directory of its own, and a way to break what lies under it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edge.errors import JournalError
from edge.journal import Journal, Policy
from edge.journal.database import SqliteDatabase

LATER = Policy(commit_s=3600.0)
"""Nothing is committed but by the tests."""


class Breakable:
    """Opens databases that fail as a test wants: `fails` is asked at each statement."""

    def __init__(self) -> None:
        self.fails: Callable[[str], JournalError | None] = lambda _sql: None
        self.said: list[str] = []

    def __call__(self, path: Path, *, read_only: bool = False) -> BreakableDatabase:
        return BreakableDatabase(self, path, read_only=read_only)


class BreakableDatabase(SqliteDatabase):
    """A real database behind a door that can be shut."""

    def __init__(self, owner: Breakable, path: Path, *, read_only: bool) -> None:
        super().__init__(path, read_only=read_only)
        self.owner, self.read_only = owner, read_only

    def execute(self, sql, parameters=()):
        if not self.read_only:
            self.owner.said.append(sql)
            error = self.owner.fails(sql)
            if error is not None:
                raise error
        return super().execute(sql, parameters)


@pytest.fixture
def breakable() -> Breakable:
    return Breakable()


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def open_journal(home):
    """Open the home's journal, as often as a test wants; all are closed at the end."""
    opened: list[Journal] = []

    def make(policy: Policy = LATER, **options) -> Journal:
        journal = Journal.open(home, policy=policy, ballast_bytes=4096, **options)
        opened.append(journal)
        return journal

    yield make
    for journal in opened:
        if journal._writer._thread.is_alive():
            journal.close()


@pytest.fixture
def journal(open_journal) -> Journal:
    return open_journal()
