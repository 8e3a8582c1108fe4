"""`releve collectors`: what each collector last did, and when it tries again."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.language import Language, Words, spoken
from cli.options import ConfigFile
from collectors import past, words
from collectors.past import Past
from edge.config import load_config
from edge.sample import utc


def collectors(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a collector.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Show what each collector last did, why it brought nothing, and what is next."""
    settings = load_config(config)
    directory = past.directory_of(Path(settings.data_dir))
    for one in settings.collectors:
        found = past.read(directory, one.name)
        if as_json:
            document = {"collector": one.name, "kind": one.kind, **found.plain()}
            del document["stamp"]
            typer.echo(json.dumps(document, ensure_ascii=False))
        else:
            typer.echo(line(one.name, found, settings.zone, spoken()))
    if not settings.collectors and not as_json:
        typer.echo(NONE.said(spoken()))


def line(name: str, found: Past, zone: ZoneInfo, language: Language) -> str:
    """Give the lines on one collector."""
    why = found.why
    first = f"{name}: {_state(found).said(language)}"
    if why is not None:
        code = f" (HTTP {found.status})" if found.status else ""
        first += f" — {words.said(why, language.value)}{code}"
    success = _at(found.success_ms, zone) or NEVER.said(language)
    lines = [first, f"  {LAST.said(language)} {success}"]
    if found.success_ms is not None:
        newest = _at(found.newest_ms, zone) or "-"
        lines[-1] += COUNTS.said(language).format(
            new=found.new,
            changed=found.changed,
            unchanged=found.unchanged,
            refused=found.refused,
            newest=newest,
        )
    if found.next_ms is not None:
        lines.append(f"  {NEXT.said(language)} {_at(found.next_ms, zone)}")
    return "\n".join(lines)


def _state(found: Past) -> Words:
    if found.attempt_ms is None and found.reason is None:
        return UNTRIED
    if found.reason is not None:
        return PARTLY if found.partly else FAILED
    return NOTHING if found.nothing else WELL


def _at(at_ms: int | None, zone: ZoneInfo) -> str | None:
    if at_ms is None:
        return None
    at: datetime = utc(at_ms).astimezone(zone)
    return at.strftime("%d/%m/%Y %H:%M")


NONE = Words(
    "Aucun portail n'est configuré ([[collectors]]).",
    "No portal is configured ([[collectors]]).",
)
UNTRIED = Words("pas encore essayé", "not tried yet")
FAILED = Words("rien n'est venu", "nothing came")
PARTLY = Words("une partie est venue", "a part came")
NOTHING = Words(
    "le site a répondu, sans aucun relevé", "the site answered, without any reading"
)
WELL = Words("tout va bien", "all is well")
NEVER = Words("jamais", "never")
LAST = Words("dernier succès :", "last success:")
NEXT = Words("prochain essai :", "next attempt:")
COUNTS = Words(
    " ({new} nouvelles valeurs, {changed} changées, {unchanged} inchangées, {refused}"
    " refusées ; relevés jusqu'au {newest})",
    " ({new} new values, {changed} changed, {unchanged} unchanged, {refused} refused;"
    " readings up to {newest})",
)
