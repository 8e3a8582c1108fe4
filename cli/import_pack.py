"""Taking a home's pack, as `releve import` does with a file that is sealed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from cli import export_words as words
from cli.language import spoken
from cli.passphrase import passphrase
from cli.progress import shown
from edge.commands import CommandRefused
from edge.config import Config


def sealed(path: Path) -> bool:
    """Tell whether a file is a sealed pack; what can't be read is none."""
    from edge.portability.sealed import MAGIC, is_sealed  # noqa: PLC0415 - brings cryptography

    try:
        with path.open("rb") as file:
            return is_sealed(file.read(len(MAGIC)))
    except OSError:
        return False


def take(
    settings: Config, path: Path, passphrase_file: Path | None, *, as_json: bool
) -> bool:
    """Take a pack, and say what came of it; tell whether it was taken."""
    from edge.portability import door  # noqa: PLC0415 - other files need none of it
    from edge.portability.refusal import PackRefused  # noqa: PLC0415 - same

    secret = passphrase(passphrase_file, twice=False)
    try:
        with shown() as tell:
            taken = door.take(settings, path, secret, tell)
    except (PackRefused, CommandRefused) as error:
        if as_json:
            typer.echo(json.dumps({"file": str(path), "refused": str(error)}))
        else:
            said = words.REFUSED.said(spoken()).format(file=path, why=error)
            typer.echo(said, err=True)
        return False
    if as_json:
        typer.echo(json.dumps({"file": str(path), **asdict(taken)}))
        return True
    told = {"file": path, "rows": taken.rows, "kept": taken.kept}
    meters = ", ".join(taken.meters)
    typer.echo(words.TAKEN.said(spoken()).format(**told, meters=meters))
    typer.echo(words.WHAT_STAYS.said(spoken()))
    return True
