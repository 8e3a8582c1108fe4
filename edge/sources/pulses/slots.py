"""What was counted since the database last said it: two slots in a file, in turn.

SQLite has 5 KiB written a commit and its WAL index written back behind it, 10 KiB in
all (bench/fluids): too much for a pulse each minute of a winter's day. A slot is one
write of a sector or two in place, past the page cache where the disk allows it (through
it 8 KiB, with the file's time), and on the disk before it returns. Torn by a power cut,
it is the one that nobody was shown yet: the other one stands.
"""

from __future__ import annotations

import mmap
import os
from errno import EINVAL
from pathlib import Path
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from edge.errors import DiskFull
from edge.journal.file import sync_directory

BLOCK = 4096
SLOT = Struct("<8s5q")
CHECK = Struct("<I")
MAGIC = b"PULSES01"
FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DSYNC
WAYS = ((os.O_DIRECT, 512), (os.O_DIRECT, BLOCK), (0, 512))
"""How to write, and how much: with sectors of 512 bytes, of 4 KiB, or as any file."""


class Counted(NamedTuple):
    """A count, and of which word of the database it is the sequel."""

    base_pulses: int
    base_seen_ms: int
    index_ml: int
    pulses: int
    seen_ms: int


class Slots:
    """One meter's two slots; every call blocks for as long as the disk takes."""

    def __init__(self, path: Path) -> None:
        """Open the file, made when there is none; raise DiskFull."""
        self._path, self._next = path, 0
        self._buffer = mmap.mmap(-1, BLOCK)  # aligned, as O_DIRECT wants it
        self._ways = list(WAYS)
        try:
            if not path.exists() or path.stat().st_size < 2 * BLOCK:
                self._make()
            self._file = self._open()
        except OSError as error:
            raise _full(path, error) from error

    def _make(self) -> None:
        """Have the file's blocks be its own: no later write makes it grow."""
        file = os.open(self._path, FLAGS, 0o600)
        try:
            os.pwrite(file, bytes(2 * BLOCK), 0)
        finally:
            os.close(file)
        sync_directory(self._path.parent)

    def _open(self) -> int:
        """Open it the best way that is left; raise OSError."""
        while True:
            try:
                return os.open(self._path, FLAGS | self._ways[0][0], 0o600)
            except OSError as error:
                if error.errno != EINVAL or len(self._ways) == 1:
                    raise
                del self._ways[0]

    def read(self, base_pulses: int, base_seen_ms: int) -> Counted | None:
        """Give the newest whole slot that goes on from this word; None: none does.

        Those of another word are of before it, or of a database that was restored.
        """
        found: Counted | None = None
        for place in (0, 1):
            one = self._at(place)
            ours = one is not None and one[:2] == (base_pulses, base_seen_ms)
            if (
                one is not None
                and ours
                and (found is None or one.pulses > found.pulses)
            ):
                found, self._next = one, 1 - place
        return found

    def write(self, counted: Counted) -> None:
        """Have a count on the disk; raise DiskFull, and then it isn't."""
        body = SLOT.pack(MAGIC, *counted)
        self._buffer[: SLOT.size + CHECK.size] = body + CHECK.pack(crc32(body))
        try:
            self._write(self._next * BLOCK)
        except OSError as error:
            raise _full(self._path, error) from error
        self._next = 1 - self._next

    def _write(self, place: int) -> None:
        while True:
            data = memoryview(self._buffer)[: self._ways[0][1]]
            try:
                os.pwritev(self._file, [data], place)
            except OSError as error:
                if error.errno != EINVAL or len(self._ways) == 1:
                    raise
                del self._ways[0]  # this disk has larger sectors, or wants a cache
                os.close(self._file)
                self._file = self._open()
            else:
                return
            finally:
                data.release()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
        self._buffer.close()

    def _at(self, place: int) -> Counted | None:
        data = self._path.read_bytes()[place * BLOCK :][: SLOT.size + CHECK.size]
        body, check = data[: SLOT.size], data[SLOT.size :]
        if len(check) < CHECK.size or CHECK.unpack(check) != (crc32(body),):
            return None
        magic, *numbers = SLOT.unpack(body)
        return Counted(*numbers) if magic == MAGIC else None


def _full(path: Path, error: OSError) -> DiskFull:
    return DiskFull(
        f"{path.name} can't be written: {error.strerror}",
        hint="make space: what was counted is safe, and counting goes on",
    )
