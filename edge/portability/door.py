"""Who writes an extract or takes a pack: the running service, else the databases."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from edge.commands import TakePack, WriteExtract
from edge.config import Config
from edge.consent.consents import Consents
from edge.consent.read_journal import ReadJournal
from edge.errors import AlreadyRunning
from edge.host import HostClock
from edge.importing.staged import STAGED
from edge.journal.file import private_directory
from edge.portability import sealed
from edge.portability.carrying import EXTRACTS
from edge.portability.extracting import Extracting, Wanted
from edge.portability.home import databases, taker
from edge.portability.opening import opened
from edge.portability.taking import Taken
from edge.portability.writing import Tell
from edge.private_file import FLAGS
from edge.service.control import ask
from edge.service.hub import counting_of


def written(config: Config, wanted: Wanted, to: IO[bytes], tell: Tell) -> Any:
    """Write an extract, the service running or not; give what came of it, as JSON."""
    with ExitStack() as stack:
        try:
            extracting = stack.enter_context(_alone(config))
        except AlreadyRunning:
            return _by_service(Path(config.data_dir), wanted, to, tell)
        extraction = extracting.begin(wanted)
        for step, part in extraction.steps(to):
            tell(step, part)
        return extraction.document()


@contextmanager
def _alone(config: Config) -> Iterator[Extracting]:
    directory = Path(config.data_dir)
    with databases(config, directory) as (_, _store, reads):
        consents = Consents.open(directory, HostClock(), config.zone)
        try:
            readings = ReadJournal(consents.ledger, config.zone)
            fluids = counting_of(config).fluids
            yield Extracting(consents, readings, reads, fluids, config.zone)
        finally:
            consents.close()


def _by_service(data_dir: Path, wanted: Wanted, to: IO[bytes], tell: Tell) -> Any:
    tell("service", 0.1)
    name = secrets.token_hex(16)
    path = data_dir / EXTRACTS / name
    try:
        document = ask(data_dir, command(name, wanted))
        with path.open("rb") as file:
            shutil.copyfileobj(file, to)
    finally:
        path.unlink(missing_ok=True)
    return document


def command(name: str, wanted: Wanted) -> WriteExtract:
    """Give what has the service write an extract."""
    given = asdict(wanted)
    cut = given.pop("cut")
    return WriteExtract(
        name=name,
        granularity=cut["grain"],
        start_ms=cut["start_ms"],
        end_ms=cut["end_ms"],
        **given | {"meters": list(wanted.meters), "classes": list(wanted.classes)},
    )


def take(config: Config, pack: Path, passphrase: str, tell: Tell) -> Taken:
    """Take a home's pack, the service running or not; raise PackRefused.

    Nothing of it is believed before its last chunk was opened.
    """
    directory = Path(config.data_dir)
    try:
        with (
            taker(config) as alone,
            sealed.unsealed(pack, passphrase, directory) as whole,
            opened(whole) as home,
        ):
            return asyncio.run(alone.take(home, tell))
    except AlreadyRunning:
        with staged(pack, passphrase, directory) as path:
            tell("service", 0.1)
            given = ask(directory, TakePack(path.name))
            return Taken(**given | {"meters": tuple(given["meters"])})


@contextmanager
def staged(sealed_file: Path, passphrase: str, data_dir: Path) -> Iterator[Path]:
    """Lend what a sealed file holds where the running service reads it."""
    path = data_dir / STAGED / secrets.token_hex(16)
    try:
        _stage(sealed_file, passphrase, path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _stage(pack: Path, passphrase: str, path: Path) -> None:
    private_directory(path.parent)
    owner = path.parent.parent.stat()
    with (
        pack.open("rb") as file,
        os.fdopen(os.open(path, FLAGS, 0o600), "wb") as to,
    ):
        if os.geteuid() == 0:  # the service's user must be able to read it
            os.chown(path.parent, owner.st_uid, owner.st_gid)
            os.fchown(to.fileno(), owner.st_uid, owner.st_gid)
        for piece in sealed.opened(file, passphrase):
            to.write(piece)
