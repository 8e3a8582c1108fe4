"""The `releve` command: one file a command, registered here."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.metadata import version as installed_version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from collectors.errors import CollectorError
from edge.errors import EdgeError
from teleinfo.errors import TeleinfoError

COMMANDS: dict[str, str] = {
    "setup": "cli.setup:setup",
    "run": "cli.run:run",
    "demo": "cli.demo:demo",
    "watch": "cli.watch:watch",
    "doctor": "cli.doctor:doctor",
    "check-config": "cli.check_config:check_config",
    "owner-token": "cli.owner_token:owner_token",
    "pair": "cli.pair:pair",
    "lan": "cli.lan:app",
    "services": "cli.services:app",
    "consents": "cli.consents:app",
    "writers": "cli.writers:app",
    "cloud": "cli.cloud:app",
    "cozy": "cli.cozy:app",
    "decode": "cli.decode:decode",
    "record": "cli.record:record",
    "replay": "cli.replay:replay",
    "backup": "cli.backup:backup",
    "restore": "cli.restore:restore",
    "quarantine": "cli.quarantine:app",
    "consumers": "cli.consumers:consumers",
    "device": "cli.device:app",
    "correct": "cli.correct:correct",
    "erase": "cli.erase:erase",
    "handover": "cli.handover:handover",
    "set-index": "cli.set_index:set_index",
    "reconcile": "cli.reconcile:reconcile",
    "store": "cli.store:app",
    "import": "cli.import_files:app",
    "export": "cli.export:export",
    "transfer": "cli.transfer:app",
    "letters": "cli.letters:letters",
    "collect": "cli.collect:collect",
    "collectors": "cli.collectors:collectors",
    "simulate": "cli.simulate:app",
}
"""Where each command lives; a group of commands is a typer app of its own."""
SPELLINGS = {"devices": "writers"}
"""What else a command may be called: understood, and not listed a second time."""


class Commands(TyperGroup):
    """The commands by name, each imported once it is typed or listed.

    A Pi takes seconds to import them all, and the service needs none of the others.
    (Any: typer carries a click of its own, whose types have no public name.)
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names, as `--help` lists them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give a command; None when there is none of that name."""
        del ctx
        cmd_name = SPELLINGS.get(cmd_name, cmd_name)
        # All of them for a wrong name, so that a near one can be offered.
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands[name] = _load(name)
        return self.commands.get(cmd_name)


def _load(name: str) -> Any:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(importlib.import_module(module), attribute)
    outer = typer.Typer(add_completion=False, rich_markup_mode=None)
    if not isinstance(found, typer.Typer):
        outer.command(name)(found)
        return typer.main.get_command(outer)
    outer.add_typer(found, name=name)
    group = typer.main.get_command(outer)
    assert isinstance(group, TyperGroup)  # noqa: S101 - of a group, typer makes one
    return group.commands[name]


app = typer.Typer(
    name="releve",
    cls=Commands,
    help="Your own meters, read at home. Vos compteurs, relevés chez vous.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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


def main() -> None:
    """Run the command line; errors of ours are one sentence, never a traceback."""
    try:
        app()
    except (EdgeError, CollectorError, TeleinfoError) as error:
        typer.echo(f"releve: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is not an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
