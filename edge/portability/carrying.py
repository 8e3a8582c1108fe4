"""The running service writes an extract, or takes a pack, for its owner's shell."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge.catalogue import ConsentClass
from edge.commands import CommandRefused, WriteExtract
from edge.consent.terms import Grain
from edge.importing.staged import STAGED
from edge.journal.file import private_directory
from edge.portability.extract import Cut
from edge.portability.extracting import Extracting, Wanted
from edge.portability.opening import opened
from edge.portability.taking import Taker
from edge.private_file import FLAGS
from edge.turn import in_turn

ASIDE = "exporting"
"""Where an export copies a running service's databases to, while it reads them."""
EXTRACTS = "extracts"
"""Where the service writes extracts, in its data directory; gone once taken."""


def wanted_of(asked: WriteExtract) -> Wanted:
    """Read what is wanted; raise CommandRefused."""
    try:
        grain = Grain(asked.granularity)
        classes = [ConsentClass(str(one)) for one in asked.classes]
    except ValueError as error:
        raise CommandRefused(str(error)[:200]) from error
    meters = [str(one) for one in asked.meters]
    cut = Cut(grain, asked.start_ms, asked.end_ms)
    who = (asked.recipient, asked.contact, asked.purpose)
    return Wanted(*who, cut, meters, classes, asked.language)


async def carried_out(
    extracting: Extracting, asked: WriteExtract, data_dir: Path
) -> Mapping[str, Any]:
    """Write an extract to where who asked takes it, others computing between steps."""
    if len(asked.name) != 32 or not asked.name.isalnum():
        raise CommandRefused("this is no name of an extract")
    directory = data_dir / EXTRACTS
    private_directory(directory)
    path = directory / asked.name
    extraction = await in_turn(extracting.begin, wanted_of(asked))
    try:
        with os.fdopen(os.open(path, FLAGS, 0o600), "wb") as to:
            steps = extraction.steps(to)
            while await in_turn(next, steps, None) is not None:
                pass
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return await in_turn(extraction.document)


async def taken(taker: Taker, staged: str, data_dir: Path) -> dict[str, Any]:
    """Take a pack that was unsealed into the data directory; raise PackRefused."""
    if len(staged) != 32 or not staged.isalnum():
        raise CommandRefused("this is no staged file")
    path = data_dir / STAGED / staged
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise CommandRefused("the staged file can't be read") from error
    with os.fdopen(handle, "rb") as file, opened(file) as pack:
        return asdict(await taker.take(pack, lambda _step, _part: None))


def clear(data_dir: Path) -> None:
    """Remove what exports that were cut off left: each holds readings."""
    for name in (ASIDE, EXTRACTS):
        shutil.rmtree(data_dir / name, ignore_errors=True)
