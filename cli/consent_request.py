"""A request as the household reads it, and its answer, class by class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import typer

from cli import consent_words as words
from cli.consent_preview import preview
from cli.consent_said import declared_lines, say, terms_lines
from cli.display import shown
from cli.language import Language, spoken
from edge.config import Config
from edge.consent.records import Declared
from edge.consent.terms import Grain, Terms, read
from edge.decisions import ApproveRequest, ShowRequest
from edge.service.control import ask

YES, NO = ("oui", "o", "yes", "y"), ("", "non", "n", "no")


def show(request: dict[str, Any], language: Language) -> Iterator[str]:
    """Give a pending request, line by line."""
    yield words.ASKS.said(language)
    yield from declared_lines(Declared.read(request["declared"]), language)
    if request["service"] is not None:
        yield words.KNOWN_ALREADY.said(language).format(request["service"])


def decide(config: Config, code: str, *, only_show: bool) -> None:
    """Show the request of a code and ask of each class; nothing is granted unasked."""
    language = spoken()
    request = ask(config.data_dir, ShowRequest(code))
    for line in show(request, language):
        typer.echo(line)
    declared = Declared.read(request["declared"])
    choices = []
    for number, one in enumerate(request["lines"], 1):
        terms = read(one["terms"])
        typer.echo(f"\n{number}/{len(request['lines'])}")
        for line in terms_lines(terms, language):
            typer.echo(line)
        for line in preview(config, terms, one["meters"], language):
            typer.echo(line)
        if not one["meters"]:
            say(words.NO_SUCH_METER)
        elif not only_show:
            chosen = _choose(terms, one["meters"], declared, language)
            choices += [] if chosen is None else [chosen]
    if only_show:
        return
    if not choices:
        say(words.LEFT_WAITING, shown(code))
        return
    approved = ApproveRequest(
        request["request"], request["digest"], choices, language.value
    )
    made = ask(config.data_dir, approved)
    say(words.GRANTED, shown(declared.name), ", ".join(made["consents"]))


def _choose(
    terms: Terms, meters: list[str], declared: Declared, language: Language
) -> dict[str, Any] | None:
    """Ask of one class; give the choice, or None where it isn't granted."""
    grain = _grain(terms, language)
    if grain is None:
        return None
    chosen = meters if len(meters) == 1 else _meters(meters, language)
    out = grain is Grain.LIVE and declared.leaves_home
    if not chosen or (out and not typer.confirm(words.LIVE_OUT.said(language))):
        return None
    return {"terms": replace(terms, grain=grain).plain(), "meters": chosen}


def _grain(terms: Terms, language: Language) -> Grain | None:
    """Ask how fine, the refusal first; None where it is refused."""
    coarser = words.coarser(terms)
    asked = words.ASK if coarser else words.ASK_PLAIN
    question = asked.said(language).format(", ".join(coarser))
    no = words.NO.said(language)
    while True:
        said = str(typer.prompt(question, default=no)).strip().lower()
        if said in YES:
            return terms.grain
        if said in NO:
            return None
        if said in coarser:
            return Grain(said)


def _meters(meters: list[str], language: Language) -> list[str]:
    """Ask which meters; none unless they are named."""
    question = words.ASK_METERS.said(language).format(", ".join(meters))
    while True:
        said = str(typer.prompt(question, default="", show_default=False))
        named = [one.strip() for one in said.split(",") if one.strip()]
        if all(one in meters for one in named):
            return named
