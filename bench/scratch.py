"""A place on the real disk for what a benchmark writes, gone with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUILD = Path("build")


@contextmanager
def scratch() -> Iterator[Path]:
    """Lend a directory of the build folder: /tmp may be memory, which wears nothing."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as directory:
        yield Path(directory).absolute()
