"""A ZIP from outside: its directory is judged before anything in it is unpacked.

Members are read by the names that a manifest of ours asks for, never by what the
archive lists; none is ever written to a disk.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from exports.errors import FileRefused

MOST_ENTRIES = 1_000
"""A workbook has twenty, and one of many sheets and pictures a hundred."""
LARGEST_DIRECTORY = 256 << 10
MOST_UNPACKED = 64 << 20
STEEPEST = 100
"""To how many bytes one may unpack: sheets reach 30, a bomb 1,000."""
SMALL = 1 << 20
"""What may be as steep as it likes: a picture of one colour."""
END = b"PK\x05\x06"
END_SIZE = 22
LOCAL_SIZE = 30
ENCRYPTED = 0x1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ZIP64 = (0xFFFF, 0xFFFFFFFF)
NAME = re.compile(r"[^/\\:\x00-\x1f\x7f][^\\:\x00-\x1f\x7f]{0,199}")
PART = "part it, by years for instance"


def _unsafe(message: str) -> FileRefused:
    return FileRefused("unsafe-archive", message, hint="download it again")


def _damaged(why: str) -> FileRefused:
    message = f"the archive is damaged or breaks off: {why}"
    return FileRefused("truncated", message, hint="download it again")


@contextmanager
def opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """Lend an archive whose directory promises no harm; raise FileRefused.

    "unsafe-archive": names that lead out, links, entries that overlap, more than a
    household's files have, or what unpacks a hundredfold. "truncated": it is none.
    """
    start = _directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _judge(archive.infolist(), start)
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError) as error:
        raise _damaged(str(error)[:80]) from error


def _directory(data: bytes) -> int:
    """Give where the directory starts, once it is where its end says, and short."""
    at = data.rfind(END, max(0, len(data) - END_SIZE - 0xFFFF))
    if at < 0 or at + END_SIZE > len(data):
        raise _damaged("it has no directory")
    _, disk, first, here, count, size, start, comment = struct.unpack(
        "<4sHHHHIIH", data[at : at + END_SIZE]
    )
    if count in ZIP64 or size in ZIP64 or start in ZIP64:
        raise _unsafe("it says that it is larger than 4 GB")
    if count > MOST_ENTRIES or size > LARGEST_DIRECTORY:
        raise _unsafe(f"it has {count:,} entries or more")
    # Bytes before the archive or after it make it another to whoever looks elsewhere.
    whole = start + size == at and at + END_SIZE + comment == len(data)
    if disk or first or here != count or not whole:
        raise _damaged("its directory isn't where it says")
    return int(start)


def _judge(entries: list[zipfile.ZipInfo], directory: int) -> None:
    names = {one.filename.casefold() for one in entries}
    if len(names) != len(entries):
        raise _unsafe("two of its entries have one name")
    for one in entries:
        _judge_one(one)
    if sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise FileRefused("too-large", "the archive unpacks to too much", hint=PART)
    ends = sorted((one.header_offset, _end(one)) for one in entries)
    apart = all(end <= start for (_, end), (start, _) in pairwise(ends))
    if ends and not (apart and ends[-1][1] <= directory):
        raise _unsafe("its entries overlap")


def _end(one: zipfile.ZipInfo) -> int:
    """Give the first byte that can't be its own, by the least that it takes."""
    name = one.orig_filename.encode("utf-8" if one.flag_bits & 0x800 else "cp437")
    return one.header_offset + LOCAL_SIZE + len(name) + one.compress_size


def _judge_one(one: zipfile.ZipInfo) -> None:
    name = one.orig_filename
    if not NAME.fullmatch(name) or ".." in name.split("/"):
        raise _unsafe("the name of an entry leads out of it")
    if one.flag_bits & ENCRYPTED:
        raise FileRefused(
            "encrypted",
            "the file is protected by a password",
            hint="save it without one",
        )
    mode = one.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _unsafe("an entry is a link, or no plain file")
    if one.compress_type not in METHODS:
        raise _unsafe("an entry is packed in a way that no spreadsheet uses")
    steep = one.file_size > STEEPEST * max(1, one.compress_size)
    if steep and one.file_size > SMALL:
        raise _unsafe("an entry unpacks to more than a hundred times its size")


def member(archive: zipfile.ZipFile, name: str, most: int = MOST_UNPACKED) -> bytes:
    """Give the bytes of the member that a manifest names; raise FileRefused.

    "no-such-part" where there is none; "too-large" beyond `most`.
    """
    try:
        with archive.open(name) as part:
            data = part.read(most + 1)
    except KeyError as error:
        raise FileRefused("no-such-part", f"the archive has no {name!r}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _damaged(str(error)[:80]) from error
    if len(data) > most:
        raise FileRefused("too-large", f"{name!r} unpacks to too much", hint=PART)
    return data
