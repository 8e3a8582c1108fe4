"""Taking a home's pack, as `releve import` does with a file that is sealed."""

from __future__ import annotations

from pathlib import Path

import typer

from cli import export_words as words
from cli.language import spoken
from cli.passphrase import passphrase
from cli.progress import shown
from edge.config import Config


def sealed(path: Path) -> bool:
    """Tell whether a file is a sealed pack; what can't be read is none."""
    from edge.portability.sealed import MAGIC, is_sealed  # noqa: PLC0415 - brings cryptography

    try:
        with path.open("rb") as file:
            return is_sealed(file.read(len(MAGIC)))
    except OSError:
        return False


def take(settings: Config, path: Path, passphrase_file: Path | None) -> None:
    """Take a pack, and say what came of it; raise PackRefused."""
    from edge.portability import door  # noqa: PLC0415 - other files need none of it

    secret = passphrase(passphrase_file, twice=False)
    with shown() as tell:
        taken = door.take(settings, path, secret, tell)
    told = {"file": path, "rows": taken.rows, "kept": taken.kept}
    meters = ", ".join(taken.meters)
    typer.echo(words.TAKEN.said(spoken()).format(**told, meters=meters))
    typer.echo(words.WHAT_STAYS.said(spoken()))
