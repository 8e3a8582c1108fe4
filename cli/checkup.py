"""What `releve doctor` looks at besides the line: clock, disk, journal, store."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from cli.language import Words
from edge.config import Config
from edge.host import synchronised

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
    return Finding(Level.GOOD, Words(f"données : {path}", f"data: {path}"))


def databases(config: Config) -> Iterator[Finding]:
    """Look at each database of the data directory, without disturbing a service."""
    for name in ("journal.db", "store.db"):
        path = config.data_dir / name
        if path.exists():
            yield _database(path)
    for aside in sorted(config.data_dir.glob("*.damaged.*")):
        if not aside.name.endswith(("-wal", "-shm")):
            yield Finding(
                Level.WARN,
                Words(
                    f"{aside.name} a été mis de côté car abîmé ; le service continue",
                    f"{aside.name} was damaged and set aside; the service goes on",
                ),
            )


def _database(path: Path) -> Finding:
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
        try:
            (word,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        word = str(error)
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
