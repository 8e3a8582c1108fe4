"""`releve erase`: what was read goes from every place of ours, and stays away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import erase_words as words
from cli.language import Language, spoken
from cli.options import ConfigFile
from cli.progress import shown
from edge.commands import CommandRefused, Erase
from edge.config import Config, load_config
from edge.journal import erased
from edge.journal.erased import Erased
from edge.sample import millis
from edge.service.control import send
from edge.service.lent import journal_view

LOOK_S = 0.3
EVER_MS = 1 << 50
NOT_SAID, WAITS = 1, 3


def erase(  # noqa: PLR0913 - what, of when, and how
    meter: Annotated[
        str | None, typer.Option(help="Which meter, as in linky; all if left out.")
    ] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", help="Home's time, 2026-01-31.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--to", help="Home's time, not included.")
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="All meters, all that was ever read.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask for the word.")] = False,
    config: ConfigFile = None,
) -> None:
    """Erase a meter's readings, a period, or all, from every place of this home.

    Half-hours that are touched go whole. Nothing brings them back: no portal, no file,
    no backup. Exit status: 0 all is gone, 3 a place must still be reached.
    """
    settings, language = load_config(config), spoken()
    if everything == (meter is not None or start is not None or end is not None):
        raise CommandRefused(
            "say what to erase",
            hint="--meter, --from and --to, or --all by itself",
        )
    span = (_ms(start, settings, 0), _ms(end, settings, EVER_MS))
    preview = Erase(meter, *span, dry_run=True)
    told = asyncio.run(send(settings.data_dir, preview))
    for line in words.preview(told["places"], language):
        typer.echo(line)
    if dry_run:
        return
    if not yes:
        word = words.WORD.said(language)
        if typer.prompt(words.ASK.said(language)).strip() != word:
            typer.echo(words.NOT_DONE.said(language), err=True)
            raise typer.Exit(NOT_SAID)
    begun = asyncio.run(send(settings.data_dir, Erase(meter, *span)))
    numbers = begun["numbers"]
    stones = _followed(settings.data_dir, numbers, list(told["places"]), language)
    for line in words.done(stones, language):
        typer.echo(line)
    if any(one.finished_ms is None for one in stones):
        raise typer.Exit(WAITS)


def _ms(at: datetime | None, settings: Config, default: int) -> int:
    return default if at is None else millis(at.replace(tzinfo=settings.zone))


def _followed(
    data_dir: Path, numbers: Sequence[int], places: list[str], language: Language
) -> list[Erased]:
    """Show how it goes until each place has answered; give the tombstones then."""
    with shown() as tell:
        while True:
            with journal_view(data_dir) as view:
                stones = [
                    one for one in erased.read(view.database) if one.number in numbers
                ]
            answered = sum(len(one.places) for one in stones)
            part = answered / max(1, len(places) * len(stones))
            tell(words.ERASING.said(language), part)
            if all(one.finished_ms is not None for one in stones):
                return stones
            waits = any(isinstance(w, str) for s in stones for w in s.places.values())
            if waits and part >= 1:
                return stones
            time.sleep(LOOK_S)
