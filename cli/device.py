"""`releve device`: the physical meters behind a supply point."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from cli.options import ConfigFile
from edge.commands import ConfirmDevice
from edge.config import load_config
from edge.service.control import send

app = typer.Typer(
    help="The physical meters behind a supply point.", no_args_is_help=True
)


@app.callback()
def _group() -> None:
    """Keep `confirm` a command of its own, however many there are."""


@app.command()
def confirm(
    meter: Annotated[str, typer.Argument(help="The meter's id, as in linky.")],
    config: ConfigFile = None,
) -> None:
    """Yes, another physical meter was fitted: count on from its indexes."""
    asyncio.run(send(load_config(config).data_dir, ConfirmDevice(meter)))
    typer.echo("Confirmed; the published series goes on without a step.")
