"""What `releve doctor` looks at besides the line: clock, disk, journal, store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from cli.language import Words
from edge.config import Config
from edge.errors import DamagedDatabase, EdgeError
from edge.host import synchronised
from edge.journal.database import SqliteDatabase
from edge.journal.file import JOURNAL
from edge.journal.leaving import WORD
from edge.service.lent import journal_view
from edge.stores.sqlite.store import FILE as STORE

LOW_BYTES = 256 << 20
RUNNING_OUT_BYTES = 32 << 20


class Level(StrEnum):
    """How a finding is."""

    GOOD = "✓"
    WARN = "!"
    BAD = "✗"


class Finding(NamedTuple):
    """One thing looked at: how it is, in plain words, with what to do."""

    level: Level
    words: Words


def clock() -> Finding:
    """Look at the host's clock."""
    if synchronised():
        return Finding(
            Level.GOOD,
            Words("l'horloge est synchronisée", "the clock is synchronised"),
        )
    return Finding(
        Level.WARN,
        Words(
            "l'horloge n'est pas synchronisée : le compteur donnera l'heure en mode"
            " standard ; sinon, branchez le réseau (timedatectl set-ntp true)",
            "the clock is not synchronised: the meter gives the time in standard mode;"
            " otherwise connect the network (timedatectl set-ntp true)",
        ),
    )


def disk(config: Config) -> Finding:
    """Look at the room left where the data is."""
    place = config.data_dir
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    megabytes = f"{free >> 20}"
    if free < RUNNING_OUT_BYTES:
        return Finding(
            Level.BAD,
            Words(
                f"il ne reste que {megabytes} Mo : faites de la place sur {place}",
                f"only {megabytes} MB are left: make room on {place}",
            ),
        )
    return Finding(
        Level.WARN if free < LOW_BYTES else Level.GOOD,
        Words(f"{megabytes} Mo libres", f"{megabytes} MB are free"),
    )


def data_dir(config: Config) -> Finding:
    """Look at whether the data directory can be used, and by whom."""
    path = config.data_dir
    if not path.exists():
        return Finding(
            Level.WARN,
            Words(
                f"{path} n'existe pas encore ; `releve run` le crée",
                f"{path} does not exist yet; `releve run` makes it",
            ),
        )
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            Level.BAD,
            Words(
                f"{path} n'est pas accessible : lancez la commande avec l'utilisateur"
                " du service",
                f"{path} is not yours to use: run this as the service's user",
            ),
        )
    if path.stat().st_mode & 0o077:
        return Finding(
            Level.BAD,
            Words(
                f"{path} est lisible par d'autres : chmod 700 {path}",
                f"others can read {path}: chmod 700 {path}",
            ),
        )
    if (path / WORD).exists():
        return Finding(
            Level.BAD,
            Words(
                "une remise a commencé ici, et rien ne s'ouvre avant sa fin : releve"
                " handover",
                "a handover was begun here, and nothing opens until it ends: releve"
                " handover",
            ),
        )
    return Finding(Level.GOOD, Words(f"données : {path}", f"data: {path}"))


def databases(config: Config) -> Iterator[Finding]:
    """Look at each database of the data directory, without disturbing a service."""
    if (config.data_dir / JOURNAL).exists():
        yield _database(config.data_dir / JOURNAL, _journal_word)
    if (config.data_dir / STORE).exists():
        yield _database(config.data_dir / STORE, _word)
    for aside in sorted(config.data_dir.glob("*.damaged.*")):
        if not aside.name.endswith(("-wal", "-shm")):
            yield Finding(
                Level.WARN,
                Words(
                    f"{aside.name} a été mis de côté car abîmé ; le service continue",
                    f"{aside.name} was damaged and set aside; the service goes on",
                ),
            )


def _word(path: Path) -> str:
    """Give SQLite's word on a database; "ok" if it is sound."""
    database = SqliteDatabase(path, read_only=True)
    try:
        ((word, *_),) = database.execute("PRAGMA quick_check(1)")
    finally:
        database.close()
    return str(word)


def _journal_word(path: Path) -> str:
    """Give it on the journal, which a service that runs has alone."""
    with journal_view(path.parent) as view:
        ((word, *_),) = view.database.execute("PRAGMA quick_check(1)")
    return str(word)


def _database(path: Path, word_on: Callable[[Path], str]) -> Finding:
    try:
        word = word_on(path)
    except DamagedDatabase as error:
        word = error.message
    except EdgeError as error:
        return Finding(
            Level.WARN,
            Words(
                f"{path.name} n'a pas pu être examiné : {error}",
                f"{path.name} could not be looked at: {error}",
            ),
        )
    if word == "ok":
        size = f"{path.stat().st_size / 1e6:.1f}"
        return Finding(
            Level.GOOD,
            Words(f"{path.name} : sain, {size} Mo", f"{path.name}: sound, {size} MB"),
        )
    return Finding(
        Level.BAD,
        Words(
            f"{path.name} est abîmé ({word}) : redémarrez, il sera mis de côté",
            f"{path.name} is damaged ({word}): restart, and it will be set aside",
        ),
    )
