"""A data directory: its journal loaded, or set aside and begun anew when damaged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from edge.errors import DamagedDatabase, DiskFull
from edge.journal import erased_file
from edge.journal.ballast import Ballast
from edge.journal.database import Connect
from edge.journal.file import JOURNAL, next_epoch, open_file, set_aside, wall_ms
from edge.journal.log import Log
from edge.journal.salvage import HOME, salvage

__all__ = ["HOME", "Place"]


@dataclass(slots=True)
class Place:
    """Where one home's journal is, and what was set aside there since the start."""

    directory: Path
    connect: Connect
    ballast: Ballast
    set_aside: list[Path] = field(default_factory=list)
    _leaving: Path | None = None

    @property
    def path(self) -> Path:
        """Give the database's file."""
        return self.directory / JOURNAL

    def load(self) -> Log:
        """Open the journal; set a damaged one aside, give a full disk its ballast."""
        try:
            return self._obeying(self._load(None))
        except DamagedDatabase as error:
            return self._anew(None, error)
        except DiskFull:
            if not self.ballast.release():
                raise
            return self._obeying(self._load(None))

    def _obeying(self, log: Log) -> Log:
        """Have it know what was erased, though another journal was told."""
        try:
            if erased_file.agree(log.database, self.directory):
                log.obey()
        except BaseException:
            log.database.close()
            raise
        return log

    def replace(self, before: Log, error: DamagedDatabase) -> Log:
        """Set aside a database that turned out damaged while in use.

        Raises DiskFull when no new one can be made; called again it goes on from there.
        """
        before.database.close()
        return self._anew(before, error)

    def _load(self, before: Log | None) -> Log:
        database = open_file(self.path, self.connect)
        try:
            return Log.load(
                database,
                wall_ms,
                lambda known: next_epoch(self.directory, known, wall_ms()),
                before,
            )
        except BaseException:
            database.close()
            raise

    def _anew(self, before: Log | None, error: DamagedDatabase) -> Log:
        """Begin anew, name what was set aside, and take over what can be read of it."""
        if self._leaving is None:
            self._leaving = set_aside(self.path, wall_ms())
            self.set_aside.append(self._leaving)
        try:
            log = self._load(before)
        except DamagedDatabase:
            self._leaving = None  # the new one is no better: a new name next time
            raise
        try:
            salvage(log, self._leaving, self.connect, error.message)
        except BaseException:
            log.database.close()
            raise
        self._leaving = None
        return self._obeying(log)
