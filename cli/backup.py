"""`releve backup`: one verified file of all that the home keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigFile
from cli.progress import shown
from edge.backup import backup as make
from edge.config import load_config


def backup(
    file: Annotated[Path, typer.Argument(help="Where to, as in releve.tar.gz.")],
    config: ConfigFile = None,
) -> None:
    """Back everything up, while the service runs; proved by restoring it aside."""
    with shown() as tell:
        manifest = make(load_config(config).data_dir, file, tell)
    size = file.stat().st_size / 1e6
    typer.echo(f"{file}: {size:.1f} MB, restored aside and found equal.")
    for one in manifest.databases:
        rows = sum(one.tables.values())
        typer.echo(f"  {one.name}: schema {one.schema}, {rows} rows")
