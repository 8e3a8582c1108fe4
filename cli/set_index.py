"""`releve set-index`: what the dial of a gas or water meter shows now."""

from __future__ import annotations

import asyncio
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from cli.options import ConfigFile
from edge.commands import CommandRefused, SetIndex
from edge.config import load_config
from edge.service.control import send


def set_index(
    meter: Annotated[str, typer.Argument(help="The meter's id, as in gas.")],
    index: Annotated[str, typer.Argument(help="Its dial in m³, as in 10380.42.")],
    config: ConfigFile = None,
) -> None:
    """Have a count of pulses go on from the meter's dial; tell what was missed."""
    command = SetIndex(meter, litres(index))
    done = asyncio.run(send(load_config(config).data_dir, command))
    typer.echo(f"Set: {meter} goes on from {cubic_metres(done['after'])} m³.")
    missed, placed = done["missed"], done["placed"]
    if missed > 0:
        typer.echo(f"{missed} L had not been counted.")
    elif missed < 0:
        typer.echo(f"{-missed} L too much had been counted.")
    if placed:
        typer.echo(f"{placed} L are placed where nothing ran; the rest is as counted.")
    elif missed:
        typer.echo("When that was isn't known: `releve correct` can say.")


def litres(text: str) -> int:
    """Read a dial in m³ as litres; raise CommandRefused on what is none."""
    try:
        value = Decimal(text.replace(",", ".")) * 1000
        whole = int(value)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise CommandRefused(
            f"{text!r} is no index", hint="write m³, as in 10380.42"
        ) from error
    if whole != value or whole < 0:
        raise CommandRefused(
            "a dial shows m³ and up to three decimals", hint="as in 10380.42"
        )
    return whole


def cubic_metres(index_l: int) -> str:
    """Write litres as a dial shows them."""
    return f"{index_l // 1000}.{index_l % 1000:03}"
