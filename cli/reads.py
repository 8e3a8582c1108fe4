"""`releve services reads`: who read what, the service's newest lines among them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from cli import consent_words as words
from cli.consent_said import say
from cli.display import show_table
from cli.found import find_service
from cli.options import ConfigFile
from edge.commands import NoService
from edge.config import Config, load_config
from edge.consent.read_journal import OWNER, Line, ReadJournal
from edge.consent.records import Standing
from edge.consent.view import LedgerView, ledger_view
from edge.decisions import ShowReadings
from edge.sample import utc
from edge.service.control import ask


def lines_read(config: Config, view: LedgerView, service: str | None) -> list[Line]:
    """Give the read journal's lines, of a running service or out of the file."""
    try:
        told = ask(config.data_dir, ShowReadings(service))
    except NoService:
        return ReadJournal(view.ledger, config.zone).lines(service)
    return [Line(**one) for one in told["lines"]]


def reads(
    service: Annotated[
        str | None, typer.Argument(help="One service's id or name; all, if none.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    config: ConfigFile = None,
) -> None:
    """Show who read what: the day, by which way, of which period, how much."""
    found = load_config(config)
    with ledger_view(found.data_dir) as view:
        standing = view.standing
        wanted = service
        if service not in (None, OWNER):
            wanted = find_service(standing, str(service)).id
        lines = lines_read(found, view, wanted)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in lines]))
        return
    if not lines:
        say(words.NO_READS)
        return
    columns = words.headings(words.READS_COLUMNS)
    show_table(columns, (_cells(found, standing, one) for one in reversed(lines)))


def _cells(config: Config, standing: Standing, line: Line) -> tuple[str, ...]:
    known = standing.services.get(line.service)
    name = line.service if known is None else known.declared.name
    start, end = (
        f"{utc(ms).astimezone(config.zone):%Y-%m-%d %H:%M}"
        for ms in (line.start_ms, line.end_ms)
    )
    what = f"{line.meter}, {line.consent_class}, {line.grain}, {line.channel}"
    return line.day, name, what, f"{start} → {end}", str(line.rows)
