"""`releve erase`: what was read goes from every place of ours, and stays away."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from cli import erase_words as words
from cli.language import Language, spoken
from cli.options import ConfigFile
from cli.progress import shown
from edge.commands import CommandRefused, Erase
from edge.config import Config, load_config
from edge.erasure.door import erasing
from edge.journal.erased import Erased
from edge.sample import millis

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

    async def run() -> list[Erased] | None:
        async with erasing(settings) as door:
            places = await door.preview(Erase(meter, *span))
            for line in words.preview(places, language):
                typer.echo(line)
            if dry_run:
                return None
            if not yes:
                _ask(language)
            with shown() as tell:
                step = words.ERASING.said(language)
                return await door.erase(
                    Erase(meter, *span), lambda part: tell(step, part)
                )

    stones = asyncio.run(run())
    if stones is None:
        return
    for line in words.done(stones, language):
        typer.echo(line)
    if any(one.finished_ms is None for one in stones):
        raise typer.Exit(WAITS)


def _ask(language: Language) -> None:
    word = words.WORD.said(language)
    if typer.prompt(words.ASK.said(language)).strip() != word:
        typer.echo(words.NOT_DONE.said(language), err=True)
        raise typer.Exit(NOT_SAID)


def _ms(at: datetime | None, settings: Config, default: int) -> int:
    return default if at is None else millis(at.replace(tzinfo=settings.zone))
