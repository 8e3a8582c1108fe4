"""`releve export`: one file of all that the home has, or of what somebody is given."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import export_words as words
from cli.draft import draft
from cli.language import Words, spoken
from cli.options import ConfigFile
from cli.pack_options import (
    Contact,
    HowFine,
    Kind,
    Kinds,
    Meters,
    Profile,
    Profiled,
    Purpose,
    Recipient,
    Since,
    Step,
    Until,
)
from cli.passphrase import PassphraseFile, passphrase
from cli.progress import shown
from edge.calendar import Calendar
from edge.catalogue import ConsentClass
from edge.config import Config, load_config
from edge.consent.terms import Grain
from edge.portability.refusal import PackRefused

if TYPE_CHECKING:
    from edge.portability.extracting import Wanted

YEAR = timedelta(days=365)


def export(  # noqa: PLR0913 - each is one thing that the owner may say
    file: Annotated[Path, typer.Argument(help="Where to, as in home.releve.")],
    *,
    profile: Profiled = None,
    granularity: HowFine = None,
    since: Since = None,
    until: Until = None,
    meter: Meters = None,
    kind: Kinds = None,
    recipient: Recipient = None,
    contact: Contact = None,
    purpose: Purpose = None,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Add the readings as Parquet, in columns.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Write all that the home has into one file, for your next Pi; or an extract.

    The whole is sealed by a passphrase, and `releve import FILE` takes it. An extract
    is a ZIP that anybody reads, with a receipt beside it. The service may run.
    """
    settings = load_config(config)
    extract = (granularity, since, until, meter, kind, recipient, contact, purpose)
    if profile is Profile.HOME or (profile is None and not any(extract)):
        if any(extract):
            raise PackRefused(
                "the whole home is cut by nothing",
                hint="leave the other options out, or say --profile extract",
            )
        _whole(settings, file, passphrase_file, parquet=parquet)
        return
    if recipient is None:
        raise PackRefused("say who gets the extract", hint='--for "My coach"')
    from edge.portability.extract import Cut  # noqa: PLC0415 - `releve --help` needs none of it
    from edge.portability.extracting import Wanted  # noqa: PLC0415 - same

    language = spoken()
    grain = Grain((granularity or Step.DAY).value)
    asked = Wanted(
        recipient,
        contact or words.NOT_SAID.said(language),
        purpose or words.EXTRACT.said(language),
        Cut(grain, *span(settings, since, until)),
        meter or (),
        tuple(ConsentClass(one.value) for one in kind or [Kind.ENERGY]),
        language.value,
    )
    _extract(settings, file, asked)


def _whole(
    settings: Config, file: Path, passphrase_file: Path | None, *, parquet: bool
) -> None:
    from edge.portability import home, sealed, writing  # noqa: PLC0415 - `releve --help` needs none of it

    secret = passphrase(passphrase_file, twice=True)
    sealed.fit(secret)
    with shown() as tell, home.opened(settings) as found, draft(file) as to:
        sealing = sealed.Sealing(to, secret)
        pack = writing.HomePack(found, parquet)
        for step, part in pack.steps(sealing):
            tell(step, part)
        sealing.close()
    _say(words.WRITTEN, file, pack.rows)


def _extract(settings: Config, file: Path, asked: Wanted) -> None:
    from edge.portability.door import written  # noqa: PLC0415 - as above

    with shown() as tell, draft(file) as to:
        document = written(settings, asked, to, tell)
    _say(words.GIVEN, file, document["rows"])
    for number, one in enumerate(document["receipts"], 1):
        receipt = file.with_name(f"{file.name}.receipt-{number}.json")
        with draft(receipt) as to:
            to.write(json.dumps(one, indent=2).encode())
        typer.echo(words.RECEIPT.said(spoken()).format(file=receipt))


def _say(sentence: Words, file: Path, rows: dict[str, int]) -> None:
    size = file.stat().st_size / 1e6
    typer.echo(sentence.said(spoken()).format(file=file, size=size))
    for meter, count in sorted(rows.items()):
        typer.echo(words.METER.said(spoken()).format(meter=meter, rows=count))
    if not rows:
        typer.echo(words.NOTHING.said(spoken()))


def span(settings: Config, since: str | None, until: str | None) -> tuple[int, int]:
    """Give the instants of two dates of the home."""
    calendar, today = Calendar(settings.zone), datetime.now(settings.zone).date()
    try:
        end = today if until is None else datetime.fromisoformat(until).date()
        start = end - YEAR if since is None else datetime.fromisoformat(since).date()
        return calendar.day_start(start), calendar.day_start(end)
    except (ValueError, OverflowError) as error:
        raise PackRefused("a date is as 2026-01-31") from error
