"""What the home has on this machine outside its own directory, and goes with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from edge.backup.kept import backups
from edge.config import Config
from edge.handover.machine import before
from edge.handover.refusal import HandoverRefused
from edge.importing.folder import DONE, REFUSED
from edge.journal.file import sync_directory


def laid(config: Config, directories: Sequence[Path] = ()) -> list[Path]:
    """Give what the service laid there, as whose user it is to be removed.

    Backups that it made, dropped files that were taken, all that is in `directories`.
    """
    found = [*_backups(config), *_dropped(config)]
    found += [one for each in directories if each.is_dir() for one in each.iterdir()]
    return _outside(config, found)


def given(config: Config, path: Path | None) -> list[Path]:
    """Give what it was given there: secrets, and copies of the configuration."""
    copies = [] if path is None else before(path)
    return _outside(config, [*_secrets(config), *copies])


def _outside(config: Config, found: Iterable[Path]) -> list[Path]:
    here = config.data_dir.resolve()
    places = {one: one.parent.resolve() for one in found}
    return sorted(one for one, at in places.items() if not at.is_relative_to(here))


def _backups(config: Config) -> Iterator[Path]:
    if config.backup is None:
        return
    place = config.data_dir / config.backup.to
    yield from backups(place)
    yield from place.glob(".releve-*")


def _dropped(config: Config) -> Iterator[Path]:
    if config.imports.folder is None:
        return
    for name in (DONE, REFUSED):
        place = config.data_dir / config.imports.folder / name
        if not place.is_symlink():  # ours are none: what is behind it isn't ours
            yield from place.glob("*")


def _secrets(config: Config) -> Iterator[Path]:
    named = [one.secret_file for one in config.collectors]
    if config.backup is not None:
        named.append(config.backup.passphrase_file)
    if config.influxdb is not None:
        named.append(config.influxdb.token_file)
    for one in named:
        if one is not None and (one.is_file() or one.is_symlink()):
            yield one


def remove(found: Iterable[Path]) -> None:
    """Remove them; raise HandoverRefused where the disk lets it not."""
    parents = set()
    try:
        for path in found:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            parents.add(path.parent)
        for one in parents:
            sync_directory(one)
    except OSError as error:
        raise HandoverRefused(
            f"{error.filename} can't be removed: {error.strerror}",
            hint="as root, or remove it yourself; then `releve handover` goes on",
        ) from error
