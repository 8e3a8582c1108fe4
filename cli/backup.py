"""`releve backup`: one verified file of all that the home keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import backup_words as words
from cli.language import spoken
from cli.options import ConfigFile
from cli.passphrase import PassphraseFile, passphrase
from cli.progress import shown
from edge.backup import backup as make
from edge.config import load_config


def backup(
    file: Annotated[Path, typer.Argument(help="Where to, as in releve.tar.gz.")],
    *,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Seal it: it opens by a passphrase alone.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Back everything up, while the service runs; proved by restoring it aside."""
    data_dir = load_config(config).data_dir
    secret = _fit(passphrase_file) if encrypt or passphrase_file else None
    with shown() as tell:
        manifest = make(data_dir, file, tell, secret)
    size, language = file.stat().st_size / 1e6, spoken()
    said = words.SEALED if secret else words.MADE
    typer.echo(said.said(language).format(file=file, size=size))
    for one in manifest.databases:
        told = {
            "name": one.name,
            "schema": one.schema,
            "rows": sum(one.tables.values()),
        }
        typer.echo(words.DATABASE.said(language).format(**told))


def _fit(file: Path | None) -> str:
    """Give a passphrase that isn't guessed at once; raise PackRefused."""
    from edge.portability import sealed  # noqa: PLC0415 - brings cryptography

    secret = passphrase(file, twice=True)
    sealed.fit(secret)
    return secret
