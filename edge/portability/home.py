"""The home that a pack is written of or taken into, a service running on it or not."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from edge.commands import NoService
from edge.config import Config
from edge.consent.read_journal import Line, ReadJournal
from edge.consent.view import LedgerView, ledger_view
from edge.decisions import ShowReadings
from edge.errors import AlreadyRunning, ConsentError, JournalError
from edge.journal.copying import copy
from edge.journal.file import JOURNAL, private_directory
from edge.journal.journal import Journal
from edge.portability.carrying import ASIDE
from edge.portability.gathered import Home, Ledger
from edge.portability.taking import Taker
from edge.reads import Reads
from edge.service.control import ask
from edge.service.hub import counting_of
from edge.service.lent import journal_copied
from edge.sources.plugins import fluid_of
from edge.stores.projector import Projector
from edge.stores.sqlite.store import FILE as STORE
from edge.stores.sqlite.store import SqliteStore


@contextmanager
def opened(config: Config) -> Iterator[Home]:
    """Lend a home to be written; raise JournalError where nothing was ever kept.

    Of a running service the databases are copied aside first: it has its journal's
    file alone (decision 6).
    """
    directory = Path(config.data_dir)
    if not (directory / JOURNAL).exists():
        raise JournalError(
            f"there is no journal in {directory}", hint="`releve run` makes it"
        )
    with ExitStack() as stack:
        try:
            journal, _, reads = stack.enter_context(databases(config, directory))
        except AlreadyRunning:
            aside = stack.enter_context(_copied(directory))
            journal, _, reads = stack.enter_context(databases(config, aside))
        fluids = counting_of(config).fluids
        devices, zone = journal.devices(), config.zone.key
        yield Home(dict(fluids), reads, devices, ledger_of(config), zone, now_ms())


@contextmanager
def databases(
    config: Config, directory: Path
) -> Iterator[tuple[Journal, SqliteStore, Reads]]:
    """Lend what is kept in a directory; raise AlreadyRunning where it is in use."""
    journal = Journal.open(directory)
    try:
        store = SqliteStore(directory / STORE)
        try:
            yield journal, store, Reads(store, journal, counting_of(config))
        finally:
            store.close()
    finally:
        journal.close()


@contextmanager
def _copied(directory: Path) -> Iterator[Path]:
    """Lend a directory with copies, the journal's first: as a backup's, never ahead."""
    aside = directory / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    private_directory(aside)
    try:
        with tempfile.TemporaryDirectory(dir=aside) as name:
            journal_copied(directory, Path(name) / JOURNAL, lambda _part: None)
            copy(directory / STORE, Path(name) / STORE, lambda _part: None)
            yield Path(name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def ledger_of(config: Config) -> Ledger:
    """Give what the household decided, and who read what; nothing where none did."""
    with suppress(ConsentError), ledger_view(Path(config.data_dir)) as view:
        return Ledger(view.entries, _lines(config, view))
    return Ledger()


def _lines(config: Config, view: LedgerView) -> list[Line]:
    """Give the read journal's lines, of a running service or out of the file."""
    try:
        told = ask(Path(config.data_dir), ShowReadings(None))
    except NoService:
        return ReadJournal(view.ledger, config.zone).lines(None)
    return [Line(**one) for one in told["lines"]]


@contextmanager
def taker(config: Config) -> Iterator[Taker]:
    """Lend what takes a pack; raise AlreadyRunning where a service has the journal."""
    directory = Path(config.data_dir)
    with databases(config, directory) as (journal, store, reads):
        projector = Projector(journal, store)

        async def project() -> None:
            await journal.register("store")
            await projector.project()

        fluids = {one.id: fluid_of(one.kind) for one in config.meters}
        yield Taker(journal, reads, fluids, config.zone, now_ms, project)


def now_ms() -> int:
    """Give the host's instant."""
    return time.time_ns() // 1_000_000
