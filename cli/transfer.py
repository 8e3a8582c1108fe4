"""`releve transfer`: readings straight to another Relevé, or from one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import transfer_place as place
from cli import transfer_taking
from cli import transfer_words as words
from cli.cloud_place import said
from cli.display import show_table
from cli.lan import silent, step_down
from cli.language import Language, spoken
from cli.options import ConfigFile
from cli.pack_options import (
    Contact,
    HowFine,
    Kinds,
    Meters,
    Profiled,
    Purpose,
    Recipient,
    Since,
    Until,
)
from cli.passphrase import PassphraseFile
from cli.progress import shown
from edge.config import Config, ConfigError, load_config

if TYPE_CHECKING:
    from edge.transfer.offer import Offer
    from edge.transfer.parcel import Parcel

app = typer.Typer(
    help="Readings straight to another Relevé, or from one.", no_args_is_help=True
)
WAITS = 3


@app.command()
def receive(
    *,
    max_size: Annotated[
        str, typer.Option(help="What may come at most: 256M, 1G.")
    ] = "256M",
    lasts: Annotated[
        str, typer.Option("--for", help="How long the code is good: 30m, 1h, 2d.")
    ] = "1h",
    config: ConfigFile = None,
) -> None:
    """Show a code under which another Relevé may send one pack to this one."""
    settings, language = load_config(config), spoken()
    if not settings.lan.open:
        raise ConfigError(
            words.NETWORK_SHUT.said(language), hint="`releve lan on` lets it in"
        )
    from edge.lan.certificates import present  # noqa: PLC0415 - brings cryptography

    step_down(settings.data_dir)
    held = present(settings.data_dir)
    if held is None:
        raise ConfigError(
            words.NETWORK_SHUT.said(language), hint="start the service: `releve run`"
        )
    most, lasts_ms = place.size_of(max_size), place.span_ms(lasts)
    offer, code = place.offers(settings).make(most, lasts_ms)
    port = settings.lan.https.rpartition(":")[2]
    names = [*held.names.hosts, *map(str, held.names.addresses)]
    urls = [f"https://{name}:{port}" for name in names]
    until = place.when(offer.until_ms, settings)
    size = place.sized(most, language)
    typer.echo(
        words.OFFERED.said(language).format(
            until=until, size=size, url=urls[0], code=code
        )
    )
    if urls[1:]:
        said(words.ALSO, urls=", ".join(urls[1:]))
    if (why := silent(settings, held)) is not None:
        said(words.SILENT, why=why)


@app.command()
def send(  # noqa: PLR0913 - each is one thing that the owner may say
    url: Annotated[
        str, typer.Argument(help="Where the other is: https://pi.local:8443")
    ],
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
    code_file: Annotated[
        Path | None, typer.Option(help="A file whose first line is the code.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> None:
    """Send this home, or an extract of it, to another Relevé that gave a code.

    What a cut interrupts, the same command goes on with, and makes nothing anew.
    Exit status: 0 it was handed over, 3 the other home doesn't answer now.
    """
    from cli import transfer_sending as sending  # noqa: PLC0415 - brings cryptography
    from cli.transfer_wanted import Wanted  # noqa: PLC0415 - same
    from edge.transfer.errors import TransferLost  # noqa: PLC0415 - same

    settings = load_config(config)
    wanted = Wanted(
        profile, granularity, since, until, meter, kind, recipient, contact, purpose
    )
    try:
        parcel = sending.ready(settings, url, wanted, code_file, passphrase_file)
        with shown() as tell:
            done = asyncio.run(sending.sent(settings, parcel, tell))
    except TransferLost as error:
        said(words.AWAY, url=url, why=error)
        raise typer.Exit(WAITS) from error
    size = place.sized(done.announced.size, spoken())
    said(words.SENT, size=size, url=done.url, id=done.id)


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """Show what comes and what goes: how far, and what waits for your word."""
    settings, language = load_config(config), spoken()
    step_down(settings.data_dir)
    place.tidy(settings)
    rows = [
        *(_comes(one, settings, language) for one in place.offers(settings).all()),
        *(_goes(one, settings, language) for one in place.parcels(settings).all()),
    ]
    if not rows:
        said(words.NONE)
        return
    show_table([one.said(language) for one in words.COLUMNS], rows)


def _comes(offer: Offer, config: Config, language: Language) -> tuple[str, ...]:
    what = size = ""
    part = 0
    if offer.announced is not None:
        what = words.PROFILES[offer.announced.profile].said(language)
        size = place.sized(offer.announced.size, language)
        part = 100 * offer.received // offer.announced.size
    state = words.STATES[offer.state].said(language)
    told = state.format(part=part, why=_why(offer.why, language))
    since = place.when(offer.made_ms, config)
    return (offer.id, words.COMES.said(language), told, what, size, since)


def _goes(parcel: Parcel, config: Config, language: Language) -> tuple[str, ...]:
    state = "sends" if parcel.sends else "over" if parcel.receipt is None else "sent"
    told = words.STATES[state].said(language).format(why=_why(parcel.why, language))
    what = words.PROFILES[parcel.announced.profile].said(language)
    size = place.sized(parcel.announced.size, language)
    since = place.when(parcel.made_ms, config)
    return (parcel.id, words.GOES.said(language), told, what, size, since)


def _why(why: str, language: Language) -> str:
    found = words.WHYS.get(why)
    return why if found is None else found.said(language)


@app.command()
def cancel(transfer: place.Transfer, config: ConfigFile = None) -> None:
    """Have a code be good no more, or give up what is under way."""
    from edge.transfer.offer import State  # noqa: PLC0415 - brings cryptography

    settings = load_config(config)
    step_down(settings.data_dir)
    comes, goes = place.offers(settings), place.parcels(settings)
    parcel_ids = [one.id for one in goes.all() if one.sends]
    offer_ids = [one.id for one in comes.all() if not one.ended]
    one = place.meant(transfer, [*offer_ids, *parcel_ids])
    parcel = goes.find(one) if one in parcel_ids else None
    if parcel is None:
        comes.end(one, State.OVER, "cancelled")
    else:
        goes.give_up(parcel, "cancelled")
    said(words.ENDED, id=one)


for command in transfer_taking.COMMANDS:
    app.command()(command)
