"""A file that only takes room, to be let go when the disk is full."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

BALLAST = "ballast"
BALLAST_BYTES = 4 << 20
SPARE = 4
"""It is made only where the disk has this many times its size free."""


@dataclass(frozen=True, slots=True)
class Ballast:
    """Room kept in reserve on the journal's disk."""

    directory: Path
    size: int = BALLAST_BYTES

    @property
    def path(self) -> Path:
        """Give where it is."""
        return self.directory / BALLAST

    def make(self) -> bool:
        """Take the room, if there is plenty; tell whether it is taken."""
        if self.path.exists():
            return True
        free = os.statvfs(self.directory)
        if free.f_bavail * free.f_frsize < SPARE * self.size:
            return False
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self.size)
        except OSError:
            self.path.unlink()
            return False
        finally:
            os.close(descriptor)
        return True

    def release(self) -> bool:
        """Give the room back; tell whether there was any."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True
