"""`releve export`: one file of all that the home has, for its next Pi."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from cli import export_words as words
from cli.language import spoken
from cli.options import ConfigFile
from cli.passphrase import PassphraseFile, passphrase
from cli.progress import shown
from edge.config import load_config
from edge.journal.file import sync_directory
from edge.portability.refusal import PackRefused


def export(
    file: Annotated[Path, typer.Argument(help="Where to, as in home.releve.")],
    *,
    passphrase_file: PassphraseFile = None,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Add the readings as Parquet, in columns.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Write all that the home has into one file, sealed by a passphrase.

    For your next Pi: `releve import FILE` takes it there. The service may run.
    """
    from edge.portability import home, sealed, writing  # noqa: PLC0415 - `releve --help` needs none of it

    settings = load_config(config)
    secret = passphrase(passphrase_file, twice=True)
    sealed.fit(secret)
    with shown() as tell, home.opened(settings) as found, draft(file) as to:
        sealing = sealed.Sealing(to, secret)
        rows = writing.write_home(found, sealing, tell, columns=parquet)
        sealing.close()
    size = file.stat().st_size / 1e6
    typer.echo(words.WRITTEN.said(spoken()).format(file=file, size=size))
    for meter, count in sorted(rows.items()):
        typer.echo(words.METER.said(spoken()).format(meter=meter, rows=count))


@contextmanager
def draft(file: Path) -> Iterator[IO[bytes]]:
    """Lend what becomes a file once it is whole; for its owner's eyes alone."""
    aside = file.with_name(f".{file.name}.draft")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(aside, flags, 0o600), "wb") as to:
            yield to
            to.flush()
            os.fsync(to.fileno())
        aside.replace(file)
        sync_directory(file.parent)
    except OSError as error:
        why = error.strerror or str(error)
        raise PackRefused(f"{file} can't be written: {why}") from error
    finally:
        aside.unlink(missing_ok=True)
