"""`releve cozy`: your Cozy, sent a document a day of what you grant it."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import consent_words
from cli import cozy_words as words
from cli.cloud_place import as_owner, said
from cli.consent_said import what_of
from cli.cozy_place import GUARD, details_of, redirect, terms_of, waited
from cli.display import shown
from cli.language import spoken
from cli.local_api import get
from cli.options import ConfigFile
from edge.config import Config, ConfigError, load_config
from edge.consent.terms import Channel
from edge.consent.view import ledger_view
from edge.decisions import CreateDestination, RemoveService, ShowReadings
from edge.errors import EdgeError
from edge.outgoing.destination import Destination
from edge.outputs.cozy import account as accounts
from edge.outputs.cozy.account import Account, Asked
from edge.outputs.cozy.shape import ECOLYO, OWN, scope
from edge.service.control import ask

app = typer.Typer(
    help="Your Cozy: sent a document a day of what you grant it.",
    no_args_is_help=True,
)
HOME = re.compile(r"[0-9a-f]{8}")
NAME = re.compile(r"[a-z0-9-]{1,30}")
WAIT_S = 60.0
Name = Annotated[str, typer.Option(help="What you call it.")]


@app.command()
def connect(  # noqa: PLR0913 - one option for each thing that is granted
    url: Annotated[str, typer.Argument(help="Where it is (https://you.cozy.example).")],
    *,
    grant: Annotated[
        list[str],
        typer.Option(
            help="FLUID/CLASS/GRAIN[/HISTORY], as in electricity/energy/day/P1Y;"
            " again for more."
        ),
    ],
    meter: Annotated[list[str], typer.Option(help="Of which meter; again for more.")],
    name: Name = "cozy",
    ecolyo: Annotated[
        bool, typer.Option("--ecolyo", help="In the documents that Ecolyo reads.")
    ] = False,
    ca: Annotated[
        Path | None, typer.Option(help="Whose certificates it may show.")
    ] = None,
    home: Annotated[
        str | None,
        typer.Option(
            help="What ids begin with of what this home sent there before its backup"
            " was restored: eight characters."
        ),
    ] = None,
    purpose: Annotated[str, typer.Option(help="What for, in your words.")] = "my Cozy",
    duration: Annotated[str, typer.Option(help="For how long: P1Y, P30D.")] = "P1Y",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing here.")] = False,
    config: ConfigFile = None,
) -> None:
    """Ask your Cozy for its consent, then send it what you grant, once you say so."""
    found = load_config(config)
    to = Destination.parse(url)
    details = details_of(grant, purpose, duration)
    data_dir = found.data_dir
    if not NAME.fullmatch(name) or name in accounts.names(data_dir):
        raise ConfigError(
            f"a Cozy can't be called {shown(name)!r}: it is taken, or no plain word",
            hint="`releve cozy disconnect` lets one go; --name gives another",
        )
    if unknown := sorted(set(meter) - {one.id for one in found.meters}):
        raise ConfigError(f"no meter is called {shown(unknown[0])!r}")
    shape = ECOLYO if ecolyo else OWN
    wanted = scope(shape, terms_of(details))
    ca_file = "" if ca is None else str(ca.absolute())
    if home is not None and not HOME.fullmatch(home):
        raise ConfigError(f"{shown(home)!r} is no beginning of an id of ours")
    ask(data_dir, ShowReadings("nobody"))  # is there a service to come back to?
    asked = asyncio.run(_register(to, redirect(found), name, (shape, wanted), ca_file))
    if home is not None:
        asked = replace(asked, account=replace(asked.account, home=home))
    with as_owner(data_dir):
        accounts.ask(data_dir, asked)
    try:
        _consented(found, asked)
        _granted(found, asked, details, meter, yes=yes)
    except BaseException:
        _give_up(found, asked)
        raise


async def _register(
    to: Destination, back: str, name: str, asked_for: tuple[str, str], ca_file: str
) -> Asked:
    from edge.outputs.cozy.stack import Stack  # noqa: PLC0415 - HTTP is not small

    async with Stack.open(str(to), ca_file, GUARD) as stack:
        made = await stack.register(back)
    account = Account(
        name=name,
        url=str(to),
        client=made["client_id"],
        redirect=back,
        secret=made["client_secret"],
        registration=made["registration_access_token"],
        shape=asked_for[0],
        scope=asked_for[1],
        ca_file=ca_file,
    )
    return Asked(account, time.time_ns() // 1_000_000)


def _consented(config: Config, asked: Asked) -> None:
    """Wait until the household's browser came back; raise ConfigError."""
    from edge.outputs.cozy.stack import authorize  # noqa: PLC0415 - same

    url, name = asked.account.url, asked.account.name
    said(words.OPEN, url=url, address=authorize(asked))
    waiting = accounts.ASKED_MS / 1000
    if not waited(lambda: name in accounts.names(config.data_dir), waiting):
        raise ConfigError(f"{url} gave no consent in ten minutes")
    said(words.CONNECTED, url=url)


def _granted(
    config: Config,
    asked: Asked,
    details: list[dict[str, Any]],
    meters: list[str],
    *,
    yes: bool,
) -> None:
    """Grant what was typed, once the owner said yes to it and where it goes."""
    data_dir, url, language = config.data_dir, asked.account.url, spoken()
    if not yes:
        what = ", ".join(consent_words.what(one, language) for one in terms_of(details))
        sentence = words.REALLY.said(language).format(url=shown(url), what=shown(what))
        typer.confirm(sentence, abort=True, err=True)
    declared = {
        "name": asked.account.name,
        "controller": consent_words.YOURSELF.said(language),
        "contact": consent_words.YOURSELF.said(language),
        "leaves_home": True,
        "recipients": url,
    }
    made = ask(
        data_dir,
        CreateDestination(
            *(declared, details, meters, language.value, Channel.CLOUD.value)
        ),
    )
    try:
        account = accounts.load(data_dir, asked.account.name)
        with as_owner(data_dir):
            accounts.keep(data_dir, accounts.granted(account, made["service"]))
    except (OSError, EdgeError):
        ask(data_dir, RemoveService(made["service"]))
        raise
    said(words.GRANTED)


def _give_up(config: Config, asked: Asked) -> None:
    """Leave nothing behind, here or there, as far as the Cozy answers."""
    from edge.outputs.cozy.stack import Stack  # noqa: PLC0415 - HTTP is not small

    async def unregister() -> None:
        account = asked.account
        async with Stack.open(account.url, account.ca_file, GUARD) as stack:
            await stack.unregister(account)

    with as_owner(config.data_dir):
        accounts.forget(config.data_dir, asked.account.name)
    with suppress(EdgeError):  # it forgets us by itself: we hold no token of it
        asyncio.run(unregister())
    said(words.GIVEN_UP)


@app.command()
def status(config: ConfigFile = None) -> None:
    """Ask the running service how your Cozy is reached, and what was sent."""
    found = load_config(config)
    parts = {one["name"]: one for one in get(found, "/api/v1/health")["parts"]}
    names = accounts.names(found.data_dir)
    if not names:
        said(words.NONE)
        return
    with ledger_view(found.data_dir) as view:
        for name in names:
            account = accounts.load(found.data_dir, name)
            part = parts.get(f"cozy:{name}", {})
            why = part.get("detail", "")
            said(words.STATES[not why], name=name, url=account.url, why=why)
            for one in view.standing.of(account.service):
                if one.live(view.now_ms):
                    typer.echo(f"  {shown(what_of(one))}")
            if part.get("counters"):
                said(words.COUNTS, **part["counters"])


@app.command()
def disconnect(
    *,
    name: Name = "cozy",
    erase: Annotated[
        bool | None,
        typer.Option(
            "--erase/--leave", help="What becomes of what is there; else it is asked."
        ),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Withdraw all that a Cozy was granted, and delete there what was sent, or not."""
    found = load_config(config)
    data_dir = found.data_dir
    account = accounts.load(data_dir, name)
    if not accounts.ending(data_dir, name):
        if erase is None:
            erase = typer.confirm(words.ERASE.said(spoken()), default=True)
        with as_owner(data_dir):
            how = accounts.ERASE if erase else accounts.LEAVE
            accounts.end(data_dir, name, how)
    if account.service:
        ask(data_dir, RemoveService(account.service))
    if not waited(lambda: accounts.ending(data_dir, name) in words.ENDS, WAIT_S):
        said(words.WAITS, url=account.url)
        return
    how = accounts.ending(data_dir, name)
    with as_owner(data_dir):
        accounts.forget(data_dir, name)
    said(words.ENDS[how], url=account.url)
