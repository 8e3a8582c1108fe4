"""A pack's directory, judged before anything in it is read or unpacked.

A pack is as large as its home, and read in pieces where it lies, not by the process
that reads files: so much more is said beforehand of what may be in it.
"""

from __future__ import annotations

import os
import struct
import zipfile
from typing import IO

from edge.portability.refusal import PackRefused
from exports.archive import ENCRYPTED, END, END_SIZE, METHODS, NAME

MOST_ENTRIES = 500
"""A home of a hundred meters has two hundred."""
LARGEST_DIRECTORY = 128 << 10
MOST_UNPACKED = 16 << 30
"""Ten years of three fluids are 0.6."""
STEEPEST = 200
"""To how many bytes one may unpack: a feed of nothing but zeros reaches 64."""
SMALL = 1 << 20
LARGER_END = b"PK\x06\x07"
LARGER_SIZE = 20
AGAIN = "copy it again from where it was made"


def judge_end(file: IO[bytes]) -> None:
    """Refuse a directory that is long, or isn't where the file's end says.

    Two programs see one and the same archive: nothing stands before it or after it,
    and it has no second end.
    """
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(max(0, size - END_SIZE - LARGER_SIZE))
    tail = file.read()
    file.seek(0)
    end = tail[-END_SIZE:]
    if len(end) < END_SIZE or not end.startswith(END):
        raise PackRefused("this is no pack of Relevé", hint=AGAIN)
    _, disk, first, here, count, length, start, comment = struct.unpack(
        "<4sHHHHIIH", end
    )
    if tail[:LARGER_SIZE].startswith(LARGER_END):
        raise PackRefused("the pack says that it is larger than a home's")
    if count > MOST_ENTRIES or length > LARGEST_DIRECTORY:
        raise PackRefused("the pack has more files than a home's")
    whole = start + length == size - END_SIZE and here == count
    if disk or first or comment or not whole:
        raise PackRefused("the pack's directory isn't where it says", hint=AGAIN)


def judge(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that are packed as none of ours is, or unpack to too much."""
    if len({one.filename for one in entries}) != len(entries):
        raise PackRefused("two files of the pack have one name")
    for one in entries:
        plain = NAME.fullmatch(one.orig_filename) and "/" not in one.orig_filename
        if not plain or one.flag_bits & ENCRYPTED or one.compress_type not in METHODS:
            raise PackRefused("a file of the pack isn't packed as ours are")
        steep = one.file_size > STEEPEST * max(1, one.compress_size)
        if steep and one.file_size > SMALL:
            raise PackRefused("a file of the pack unpacks to more than a home's")
    if sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise PackRefused("the pack unpacks to more than a home's")
