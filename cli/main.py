"""The `releve` command: one file a command, registered here."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from edge.errors import EdgeError
from teleinfo.errors import TeleinfoError

app = typer.Typer(
    name="releve",
    help="Your own meters, read at home. Vos compteurs, relevés chez vous.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS: dict[str, str] = {
    "run": "cli.run:run",
    "demo": "cli.demo:demo",
    "watch": "cli.watch:watch",
    "doctor": "cli.doctor:doctor",
    "check-config": "cli.check_config:check_config",
    "owner-token": "cli.owner_token:owner_token",
    "decode": "cli.decode:decode",
    "record": "cli.record:record",
    "replay": "cli.replay:replay",
    "backup": "cli.backup:backup",
    "restore": "cli.restore:restore",
    "quarantine": "cli.quarantine:app",
    "consumers": "cli.consumers:consumers",
    "device": "cli.device:app",
    "correct": "cli.correct:correct",
    "store": "cli.store:app",
    "simulate": "cli.simulate:app",
}
"""Where each command lives; a group of commands is a typer app of its own."""


def _register() -> None:
    for name, place in COMMANDS.items():
        module, _, attribute = place.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer's callback form
    if asked:
        typer.echo(f"releve {installed_version('releve')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Say it."
        ),
    ] = False,
) -> None:
    """Your own meters, read at home. Vos compteurs, relevés chez vous."""
    del version


_register()


def main() -> None:
    """Run the command line; errors of ours are one sentence, never a traceback."""
    try:
        app()
    except (EdgeError, TeleinfoError) as error:
        typer.echo(f"releve: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is not an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
