"""`releve correct`: the owner's dated word on what a register counted."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from cli.options import ConfigFile
from edge.commands import CommandRefused, Correct
from edge.config import load_config
from edge.sample import millis
from edge.service.control import send


def correct(  # noqa: PLR0913 - a correction has these parts
    meter: Annotated[str, typer.Argument(help="The meter's id, as in linky.")],
    register: Annotated[str, typer.Argument(help="As in import_total_wh.")],
    start: Annotated[datetime, typer.Argument(help="Home's time, 2026-11-24T06:00.")],
    end: Annotated[datetime, typer.Argument(help="Home's time, not included.")],
    value: Annotated[
        int | None, typer.Option(help="What it counted; unknown if left out.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why, for your own later self.")] = "",
    config: ConfigFile = None,
) -> None:
    """Correct what a register counted over a period; dated, visible, never silent."""
    found = load_config(config)
    if end <= start:
        raise CommandRefused("the end is not after the start")
    zone = found.zone
    command = Correct(
        meter,
        register,
        millis(start.replace(tzinfo=zone)),
        millis(end.replace(tzinfo=zone)),
        value,
        note,
    )
    asyncio.run(send(found.data_dir, command))
    typer.echo("Corrected; what contains it is being counted anew.")
