"""`releve reconcile`: how far the sources of a register agree, and what none knows."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from cli import reconcile_words
from cli.language import spoken
from cli.local_api import get
from cli.options import ConfigFile
from edge.config import Config, load_config
from edge.errors import AlreadyRunning, EdgeError
from edge.interval import Step


class Grain(StrEnum):
    """The steps of gaps."""

    HALF_HOUR = "30min"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class NotComparable(EdgeError):
    """Raised when a register or a span can't be compared; says which can."""


def reconcile(  # noqa: PLR0913 - each is one thing that the owner may say
    meter: Annotated[str, typer.Argument(help="The meter's id, as in linky.")],
    register: Annotated[str, typer.Argument(help="As in import_total_wh.")],
    *,
    since: Annotated[
        str | None, typer.Option("--from", help="A date; a year ago if left out.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="A date, not included; now if left out.")
    ] = None,
    step: Annotated[
        Grain, typer.Option(help="Of which intervals gaps are told.")
    ] = Grain.DAY,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, with every period.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Compare what files and portals say with what the home counted; list the gaps."""
    settings = load_config(config)
    asked = {"step": step.value}
    asked |= {} if since is None else {"from": since}
    asked |= {} if until is None else {"to": until}
    document = _document(settings, meter, register, asked)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    for line in reconcile_words.lines(document, spoken()):
        typer.echo(line)


def _document(
    settings: Config, meter: str, register: str, asked: dict[str, str]
) -> dict[str, Any]:
    """Give what the service answers; where none runs, what the journal and store do."""
    from api.errors import Problem  # noqa: PLC0415 - `releve --help` needs none of it
    from api.instants import Civil  # noqa: PLC0415 - same
    from api.query import Asked, build  # noqa: PLC0415 - same
    from api.reconciled import MOST, bounded, document, index  # noqa: PLC0415 - same
    from edge.registers import CATALOGUE  # noqa: PLC0415 - same
    from edge.service.reading import opened  # noqa: PLC0415 - same

    known = [one.id for one in settings.meters]
    if meter not in known:
        raise NotComparable(
            f"no meter is called {meter!r}", hint=f"there are {', '.join(known)}"
        )
    civil, now_ms = Civil(settings.zone), time.time_ns() // 1_000_000
    words = Asked(asked.get("from"), asked.get("to"), Step(asked["step"]), 1, None)
    try:
        what = index(CATALOGUE[register])
        question = bounded(build(words, meter, what, civil, now_ms))
    except Problem as error:
        raise NotComparable(error.detail) from error
    try:
        with opened(settings) as reads:
            span = (question.start_ms, question.end_ms, now_ms)
            report = reads.reconciled(meter, register, question.step, *span)
    except AlreadyRunning:
        path = f"/api/v1/meters/{meter}/registers/{register}/reconciliation"
        words_of = urlencode({**asked, "limit": MOST})
        found: dict[str, Any] = get(settings, f"{path}?{words_of}")
        return found
    return document(report, what.unit, civil)
