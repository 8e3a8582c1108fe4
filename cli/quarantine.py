"""`releve quarantine`: what the gate refused, for the owner to let in or forget."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.options import ConfigFile
from edge.commands import AcceptQuarantined, DismissQuarantined
from edge.config import load_config
from edge.journal.quarantine import quarantined
from edge.sample import utc
from edge.service.control import send
from edge.service.lent import journal_view

app = typer.Typer(help="What the gate refused, with the reason.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="As `releve quarantine list` shows it.")]


@app.command("list")
def list_(
    *,
    settled: Annotated[
        bool, typer.Option("--settled", help="Those you settled as well.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Show what the gate refused: register, reason, how often, the last value."""
    found = load_config(config)
    with journal_view(found.data_dir) as view:
        entries = quarantined(view.database, settled=settled)
    if not entries:
        typer.echo("Nothing waits in the quarantine.")
        return
    table = Table("number", "meter", "register", "reason", "count", "last", "value", "")
    for one in entries:
        last = utc(one.last_ms).astimezone(found.zone).isoformat(timespec="seconds")
        value = one.values[-1][1] if one.values else None
        row = (one.number, one.meter, one.register, one.reason, one.count, last, value)
        table.add_row(*(Text(str(cell)) for cell in row), one.verdict or "")
    Console().print(table)


@app.command()
def accept(number: Number, config: ConfigFile = None) -> None:
    """Let the values in after all, if their neighbours in time allow it."""
    asyncio.run(send(load_config(config).data_dir, AcceptQuarantined(number)))
    typer.echo("Accepted; what contains it is being counted anew.")


@app.command()
def dismiss(number: Number, config: ConfigFile = None) -> None:
    """Forget the values: they were noise."""
    asyncio.run(send(load_config(config).data_dir, DismissQuarantined(number)))
    typer.echo("Dismissed.")
