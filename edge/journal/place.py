"""A data directory: its journal loaded, or set aside and begun anew when damaged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from edge.errors import DamagedDatabase, DiskFull
from edge.event import Event, EventKind
from edge.journal.ballast import Ballast
from edge.journal.database import Connect
from edge.journal.file import JOURNAL, next_epoch, open_file, set_aside, wall_ms
from edge.journal.log import Log
from edge.journal.salvage import salvage
from edge.record import Lane
from edge.sample import Value

HOME = "home"
"""The meter of events that are of none: the journal's own."""


@dataclass(slots=True)
class Place:
    """Where one home's journal is, and what was set aside there since the start."""

    directory: Path
    connect: Connect
    ballast: Ballast
    set_aside: list[Path] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Give the database's file."""
        return self.directory / JOURNAL

    def load(self) -> Log:
        """Open the journal; set a damaged one aside, give a full disk its ballast."""
        try:
            return self._load(None)
        except DamagedDatabase as error:
            return self._anew(None, error)
        except DiskFull:
            if not self.ballast.release():
                raise
            return self._load(None)

    def replace(self, before: Log, error: DamagedDatabase) -> Log:
        """Set aside a database that turned out damaged while in use."""
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
        aside = set_aside(self.path, wall_ms())
        self.set_aside.append(aside)
        log = self._load(before)
        counts = salvage(log, aside, self.connect)
        detail: dict[str, Value] = {"set_aside": aside.name, "reason": error.message}
        event = Event(HOME, wall_ms(), EventKind.STORE, detail | counts)
        log.transact([log.entry(event, Lane.PRESENT)])
        return log
