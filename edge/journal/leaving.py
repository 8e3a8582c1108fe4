"""A home that its household leaves: a word in it says so, which whoever opens it obeys.

From its first form on nobody opens the home but the handover itself. In its second form
nothing is left to do but to empty the directory, which whoever comes next does first.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edge import private_file  # whole, for it begins by importing this package
from edge.errors import JournalError
from edge.journal.file import LOCK, sync_directory, wall_ms

WORD = "handover.json"
HANDED = "handed-over.json"
STAYS = frozenset({LOCK, WORD, HANDED, "lost+found"})
ENTERED = "collected"
"""A directory that another process's sandbox binds: emptied, and never away."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What a new home knows of the one before: until when it was, and its receipt."""

    number: str
    emptied_ms: int


def handed(data_dir: Path) -> Handed | None:
    """Give what a home knows of the one before; None where there was none."""
    try:
        return Handed(**json.loads((data_dir / HANDED).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def word_of(data_dir: Path) -> Mapping[str, Any] | None:
    """Give the word of a home that is left; None of one that isn't; JournalError."""
    try:
        return dict(json.loads((data_dir / WORD).read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise JournalError(
            f"{data_dir / WORD} can't be read: {error}",
            hint="a handover was begun here: `releve handover` goes on with it",
        ) from error


def obeyed(data_dir: Path) -> None:
    """Empty a home that is to be emptied; raise JournalError where more is to be done.

    This process has the directory's lock.
    """
    word = word_of(data_dir)
    if word is None:
        return
    if not word.get("emptying"):
        raise JournalError(
            f"a handover was begun in {data_dir}, and nothing is opened until it ends",
            hint="`releve handover` goes on with it",
        )
    empty(data_dir, word)


def empty(data_dir: Path, word: Mapping[str, Any]) -> None:
    """Remove all that a home has, then the word; done again, it goes on.

    Raises JournalError when the disk lets it not.
    """
    stays = STAYS | {str(one) for one in word.get("stays", ())}
    try:
        for path in sorted(data_dir.iterdir()):
            if path.name == ENTERED and path.is_dir() and not path.is_symlink():
                for inside in path.iterdir():
                    _remove(inside)
            elif path.name not in stays:
                _remove(path)
        sync_directory(data_dir)
        left = Handed(str(word.get("number")), wall_ms())
        content = json.dumps(asdict(left)).encode()
        private_file.write_private(data_dir / HANDED, content)
        (data_dir / WORD).unlink()
        sync_directory(data_dir)
    except OSError as error:
        raise JournalError(
            f"{error.filename} can't be removed: {error.strerror}",
            hint="a handover empties this home: it must be the service's user's",
        ) from error


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
