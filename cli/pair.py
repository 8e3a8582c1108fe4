"""`releve pair`: show the code with which a browser becomes the owner's."""

from __future__ import annotations

import typer

from cli.language import Words, spoken
from cli.options import ConfigFile
from edge.commands import MakePairingCode
from edge.config import load_config
from edge.consent.pairing import LASTS_S, TRIES
from edge.service.control import ask

HOW = Words(
    fr="Ouvrez la page de Relevé dans un navigateur, « Première fois, ou mot de passe "
    "oublié », et tapez ce code. Il vaut {minutes} minutes, une fois ; {tries} essais.",
    en="Open Relevé's page in a browser, “First time, or password forgotten”, and type "
    "this code. It is good for {minutes} minutes, once; {tries} tries.",
)


def pair(config: ConfigFile = None) -> None:
    """Show a pairing code: with it, a browser sets the owner's password, or a new one.

    The running service makes it and keeps it in memory alone; it is in no log.
    """
    found = load_config(config)
    answer = ask(found.data_dir, MakePairingCode())
    typer.echo(answer["code"])
    said = HOW.said(spoken()).format(minutes=LASTS_S // 60, tries=TRIES)
    typer.echo(said, err=True)
