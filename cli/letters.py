"""`releve letters`: ask Enedis, GRDF or the water service for what they hold of you."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from cli.language import Words, spoken
from cli.letter_dates import Due
from cli.letter_texts import BLANK, OPERATORS, Sender, letter
from edge.errors import EdgeError


class NoDay(EdgeError):
    """Raised when a day is written as none."""


class Who(StrEnum):
    """Who may be asked."""

    ENEDIS = "enedis"
    GRDF = "grdf"
    WATER = "water"


DUE = Words(
    "Reçue le {arrived}, la demande appelle une réponse au plus tard le {due} ; le"
    " {longer} si l'on vous écrit avant, avec les raisons. Gardez la preuve de la date"
    " de réception. Rien n'est envoyé ni gardé par cette commande.",
    "Received on {arrived}, the request is to be answered by {due}; by {longer} if you"
    " are written to before, with the reasons. Keep the proof of when it arrived."
    " Nothing is sent or kept by this command.",
)


def letters(  # noqa: PLR0913 - one option for each thing that is filled in
    who: Annotated[Who, typer.Argument(help="Whom to ask.")],
    *,
    name: Annotated[str, typer.Option(help="Yours.")] = BLANK,
    address: Annotated[str, typer.Option(help="Yours.")] = BLANK,
    point: Annotated[
        str, typer.Option(help="The PRM, PCE or contract; else left blank.")
    ] = BLANK,
    operator: Annotated[
        str | None, typer.Option(help="What the water service is called.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="The day it arrives: 2026-12-01; else today.")
    ] = None,
) -> None:
    """Write the letter that asks for your data (GDPR art. 15, 20), with the day due."""
    due = Due(_day(on))
    asked = OPERATORS[who.value]
    if operator is not None:
        asked = replace(asked, name=operator)
    typer.echo(letter(asked, Sender(name, address, point), due), nl=False)
    told = {"arrived": due.arrived, "due": due.answer, "longer": due.longer}
    typer.echo(DUE.said(spoken()).format(**told), err=True)


def _day(text: str | None) -> date:
    try:
        return date.today() if text is None else date.fromisoformat(text)  # noqa: DTZ011 - the household's own day
    except ValueError as error:
        raise NoDay(f"{text!r} is no day", hint="as in 2026-12-01") from error
