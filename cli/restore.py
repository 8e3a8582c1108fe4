"""`releve restore`: put a backup back, on a machine where no service runs on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import backup_words as words
from cli.language import spoken
from cli.options import ConfigFile
from cli.passphrase import PassphraseFile, passphrase
from cli.progress import shown
from edge.backup import is_sealed
from edge.backup import restore as put_back
from edge.config import load_config


def restore(
    file: Annotated[Path, typer.Argument(help="A backup made by `releve backup`.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Keep what is there under another name.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Restore a backup; what is there already is refused, or kept with --force."""
    data_dir = load_config(config).data_dir
    secret = passphrase(passphrase_file, twice=False) if is_sealed(file) else None
    with shown() as tell:
        put_back(file, data_dir, force=force, progress=tell, passphrase=secret)
    typer.echo(words.RESTORED.said(spoken()).format(data_dir=data_dir))
