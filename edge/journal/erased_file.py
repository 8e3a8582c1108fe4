"""What was erased, noted a second time: in a file beside the journal.

The journal may be damaged, lost, or replaced by an older one; what its owner had erased
must stay away all the same. Whoever opens a home has each know what the other does.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from edge import private_file  # whole, for it begins by importing this package
from edge.journal import erased
from edge.journal.database import Database
from edge.journal.erased import Erased
from edge.journal.migration import all_or_nothing

log = logging.getLogger(__name__)

FILE = "erased.json"
MOST_BYTES = 8 << 20
WORDS = ("meter", "start_ms", "end_ms", "at_ms")


def read(directory: Path) -> list[Erased]:
    """Give what is noted, oldest first; of a file that can't be read, nothing."""
    try:
        with (directory / FILE).open("rb") as file:
            return [_stone(one) for one in json.loads(file.read(MOST_BYTES))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, RecursionError) as error:
        log.warning("%s can't be read: %s", FILE, type(error).__name__)
        return []


def _stone(given: Sequence[Any]) -> Erased:
    meter, *instants = given
    if not isinstance(meter, str) or [type(one) for one in instants] != [int] * 3:
        raise ValueError("it is no tombstone")
    return Erased(0, meter, *instants)


def write(directory: Path, stones: Iterable[Erased]) -> None:
    """Note them, durably; where the disk won't, the next start does."""
    told = [[getattr(one, word) for word in WORDS] for one in stones]
    try:
        private_file.write_private(directory / FILE, json.dumps(told).encode())
    except OSError as error:
        log.warning("%s can't be written: %s", FILE, error.strerror)


def missing(known: Iterable[Erased], directory: Path) -> list[Erased]:
    """Give what is noted in the file and isn't known."""
    keys = {_key(one) for one in known}
    return [one for one in read(directory) if _key(one) not in keys]


def agree(database: Database, directory: Path) -> bool:
    """Have journal and file know the same; tell whether the journal learned of any.

    What it learns is to be looked for again, in every place.
    """
    known = erased.read(database)
    lost = missing(known, directory)
    if lost:
        log.warning("the journal lost what was erased: it is erased again")
        with all_or_nothing(database):
            erased.put(database, lost)
    if {_key(one) for one in known} - {_key(one) for one in read(directory)}:
        write(directory, erased.read(database))
    return bool(lost)


def _key(one: Erased) -> tuple[str, int, int, int]:
    return one.meter, one.start_ms, one.end_ms, one.at_ms
