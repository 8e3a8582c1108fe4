"""`releve store`: the database that readings are queried from."""

from __future__ import annotations

import asyncio

import typer

from cli.options import ConfigFile
from edge.commands import RebuildStore
from edge.config import load_config
from edge.service.control import send

app = typer.Typer(help="The database readings are queried from.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `rebuild` a command of its own, however many there are."""


@app.command()
def rebuild(config: ConfigFile = None) -> None:
    """Make the store anew from the journal."""
    asyncio.run(send(load_config(config).data_dir, RebuildStore()))
    typer.echo("The store is being rebuilt; /api/v1/health shows how far it is.")
