"""The pack that a household takes along: written, then read back from where it lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from edge.config import Config
from edge.handover.refusal import HandoverRefused
from edge.journal.file import wall_ms
from edge.portability import home, sealed, writing
from edge.portability.kept import HOME
from edge.portability.opening import opened

Tell = Callable[[str, float], None]


def write(config: Config, to: IO[bytes], passphrase: str, tell: Tell) -> dict[str, int]:
    """Write all that the home has, sealed; give the rows of each meter; EdgeError."""
    with home.opened(config) as found:
        sealing = sealed.Sealing(to, passphrase)
        pack = writing.HomePack(found)
        for step, part in pack.steps(sealing):
            tell(step, part)
        sealing.close()
        return dict(pack.rows)


def read_back(
    file: Path, passphrase: str, beside: Path, rows: Mapping[str, int]
) -> dict[str, Any]:
    """Read every byte of a pack again where it lies; give what a receipt says of it.

    What it holds must be what was written. Raises PackRefused, HandoverRefused.
    """
    with (
        sealed.unsealed(file, passphrase, beside) as whole,
        opened(whole) as pack,
    ):
        pack.verify()
        with pack.text(HOME) as text:
            meters = json.load(text)["meters"]
    if not rows.keys() <= meters.keys():
        raise HandoverRefused(f"{file.name} isn't what was written", hint="once more")
    with file.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
    return {
        "file": file.name,
        "bytes": file.stat().st_size,
        "sha256": digest,
        "rows": sum(rows.values()),
        "read_back_ms": wall_ms(),
    }
