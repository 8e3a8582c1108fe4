"""`releve writers`: the pulse nodes and gateways that may send readings.

Not `devices`: `releve device` is already the physical meter behind a supply point, and
one letter more would have been another thing altogether.
"""

from __future__ import annotations

from typing import Annotated

import typer

from cli import consent_words as words
from cli.consent_said import day, say
from cli.display import show_table, shown
from cli.found import find_writer
from cli.language import spoken
from cli.options import ConfigFile
from edge.config import load_config
from edge.consent.records import Writer
from edge.consent.view import ledger_view
from edge.decisions import AddWriter, ConfirmWriters, RemoveWriter
from edge.service.control import ask

app = typer.Typer(
    help="Pulse nodes and gateways that may send readings.", no_args_is_help=True
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What you call it: garage.")],
    *,
    writes: Annotated[str, typer.Option(help="The meter whose readings it sends.")],
    config: ConfigFile = None,
) -> None:
    """Let one send a meter's readings; its token is shown this once, alone on its line.

    It may do that and nothing else: no reading, no other meter. Of what it sends it is
    told whether it was well formed, never what the home made of it.
    """
    made = ask(load_config(config).data_dir, AddWriter(name, writes))
    told = words.WRITER_ONCE.said(spoken()).format(shown(name), made["writer"], writes)
    typer.echo(told, err=True)
    typer.echo(made["token"])


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """Show who may send readings, and of which meter; a service need not run."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        writers = view.standing.writers.values()
    if not writers:
        say(words.NO_WRITER)
        return
    show_table(
        words.headings(words.WRITERS_COLUMNS),
        (
            (one.id, one.name, one.meter, day(found, one.added_ms), _state(one))
            for one in writers
        ),
    )


def _state(writer: Writer) -> str:
    return words.HELD.said(spoken()) if writer.held else ""


@app.command()
def confirm(
    writers: Annotated[
        list[str] | None, typer.Argument(help="Ids or names; none: every one.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Hear those again that came out of a backup: you may have removed one since."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        named = [find_writer(view.standing, one).id for one in writers or ()]
    done = ask(found.data_dir, ConfirmWriters(named))
    say(words.CONFIRMED, ", ".join(done["confirmed"]) or "–")


@app.command()
def remove(
    writer: Annotated[str, typer.Argument(help="Its id, or its name.")],
    config: ConfigFile = None,
) -> None:
    """Have one be refused from now on."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        known = find_writer(view.standing, writer)
    ask(found.data_dir, RemoveWriter(known.id))
    say(words.WRITER_REMOVED, shown(known.name))
