"""`releve owner-token`: show the owner's credential for the API."""

from __future__ import annotations

import typer

from api.tokens import load_or_create
from cli.options import ConfigFile
from edge.config import load_config
from edge.journal.file import private_directory


def owner_token(config: ConfigFile = None) -> None:
    """Show the owner's token; made at first use, kept in the data directory, 0600."""
    found = load_config(config)
    private_directory(found.data_dir)
    typer.echo(load_or_create(found.data_dir / "owner.token"))
