"""A file that appears under its name once it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from edge.journal.file import sync_directory
from edge.portability.refusal import PackRefused


@contextmanager
def draft(file: Path) -> Iterator[IO[bytes]]:
    """Lend what becomes a file, for its owner's eyes alone; raise PackRefused."""
    aside = file.with_name(f".{file.name}.draft")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(aside, flags, 0o600), "wb") as to:
            yield to
            to.flush()
            os.fsync(to.fileno())
        aside.replace(file)
        sync_directory(file.parent)
    except OSError as error:
        why = error.strerror or str(error)
        raise PackRefused(f"{file} can't be written: {why}") from error
    finally:
        aside.unlink(missing_ok=True)
