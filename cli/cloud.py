"""`releve cloud`: a broker of your own elsewhere, told what you grant it."""

from __future__ import annotations

import asyncio
import tomllib
from dataclasses import replace as replace_in
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import cloud_words as words
from cli import consent_words
from cli.cloud_place import address, as_owner, forget, named, said, service_of, withdraw
from cli.consent_said import what_of
from cli.display import show_table, shown
from cli.grants import detail
from cli.lan import installed, restart, the_file
from cli.language import spoken
from cli.local_api import get
from cli.options import ConfigFile
from edge.config import CloudConfig, Config, ConfigError, load_config
from edge.config.load import config_of
from edge.config.writing import replace, with_row, without_row
from edge.consent.records import Standing
from edge.consent.terms import Channel, Grain
from edge.consent.view import ledger_view
from edge.decisions import CreateDestination, RemoveService
from edge.errors import EdgeError
from edge.service.control import ask

if TYPE_CHECKING:
    from edge.outputs.cloud.account import Account

app = typer.Typer(
    help="A broker of yours elsewhere: told what you grant it, by MQTT over TLS.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="What you call it.")]


@app.command()
def add(  # noqa: PLR0913 - one option for each thing that a destination is
    name: Name,
    *,
    url: Annotated[str, typer.Option(help="mqtts://host:8883, without a user.")],
    grant: Annotated[
        list[str],
        typer.Option(
            help="FLUID/CLASS/GRAIN[/HISTORY], as in electricity/energy/30min/P1Y;"
            " again for more."
        ),
    ],
    meter: Annotated[list[str], typer.Option(help="Of which meter; again for more.")],
    prefix: Annotated[
        str, typer.Option(help="What its topics begin with: this home's alone.")
    ],
    user: Annotated[
        str, typer.Option(help="The user there; its password is asked for.")
    ] = "",
    ca: Annotated[
        Path | None, typer.Option(help="Whose certificates it may show.")
    ] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="The SHA-256 of its certificate, instead.")
    ] = None,
    purpose: Annotated[str, typer.Option(help="What for, in your words.")] = "my cloud",
    duration: Annotated[str, typer.Option(help="For how long: P1Y, P30D.")] = "P1Y",
    yes: Annotated[
        bool, typer.Option("--yes", help="Answer yes to the question about live power.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Grant it what you choose, once it was reached and its certificate checked."""
    path = the_file(config)
    table = {"name": name, "url": url, "prefix": prefix}
    table |= {} if ca is None else {"ca_file": str(ca.absolute())}
    table |= {} if fingerprint is None else {"fingerprint": fingerprint}
    text = path.read_text(encoding="utf-8")
    changed = with_row(text, "cloud", table)
    found = config_of(tomllib.loads(changed), path)
    cloud = found.cloud[-1]
    details = [_detail(one, purpose, duration) for one in grant]
    if any(one["granularity"] == Grain.LIVE for one in details) and not yes:
        typer.confirm(words.LIVE_OUT.said(spoken()), abort=True, err=True)
    password = _password(cloud, user) if user else ""
    _made(found, cloud, (user, password), details, meter)
    try:
        replace(path, changed)
    except ConfigError:
        withdraw(found, cloud)
        forget(found, cloud)
        raise
    if installed(path):
        said(words.WALLS)
    typer.echo(restart(path))


def _made(
    config: Config,
    cloud: CloudConfig,
    login: tuple[str, str],
    details: list[dict[str, Any]],
    meters: list[str],
) -> None:
    """Reach a destination, then grant it; what fails leaves nothing behind."""
    from edge.outputs.cloud import account, reach  # noqa: PLC0415 - MQTT is not small

    draft = account.Account("", *login)
    asyncio.run(reach.claim(address(cloud), draft, f"{cloud.prefix}/claim"))
    said(words.REACHED, url=cloud.url, prefix=cloud.prefix)
    language = spoken()
    declared = {
        "name": cloud.name,
        "controller": consent_words.YOURSELF.said(language),
        "contact": consent_words.YOURSELF.said(language),
        "leaves_home": True,
        "recipients": cloud.url,
    }
    channel = Channel.CLOUD.value
    asked = CreateDestination(declared, details, meters, language.value, channel)
    try:
        mine = _kept(config, cloud, asked, draft)
    except (OSError, EdgeError):
        # else nobody would know by whom the prefix was claimed
        asyncio.run(reach.release(address(cloud), draft, f"{cloud.prefix}/claim"))
        raise
    with ledger_view(config.data_dir) as view:
        held = ", ".join(what_of(one) for one in view.standing.of(mine.service))
    said(words.ADDED, name=cloud.name, what=held)


def _kept(
    config: Config, cloud: CloudConfig, asked: CreateDestination, draft: Account
) -> Account:
    """Grant it, and keep by which account; what can't be kept is granted nothing."""
    from edge.outputs.cloud import account  # noqa: PLC0415 - MQTT is not small

    made = ask(config.data_dir, asked)
    mine = replace_in(draft, service=made["service"])
    try:
        with as_owner(config.data_dir):
            account.keep(config.data_dir, cloud.name, mine)
    except (OSError, EdgeError):
        ask(config.data_dir, RemoveService(mine.service))
        raise
    return mine


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """Show where data goes, and what; a service need not run."""
    found = load_config(config)
    if not found.cloud:
        said(words.NONE)
        return
    with ledger_view(found.data_dir) as view:
        rows = [_row(found, one, view.standing, view.now_ms) for one in found.cloud]
    show_table([one.said(spoken()) for one in words.COLUMNS], rows)


def _row(
    config: Config, cloud: CloudConfig, standing: Standing, now_ms: int
) -> tuple[str, str, str]:
    service = service_of(config, cloud, standing)
    where = f"{cloud.url} {cloud.prefix}"
    if service is None:
        return cloud.name, where, words.NOTHING.said(spoken())
    if service.paused:
        return cloud.name, where, words.PAUSED.said(spoken())
    held = [what_of(one) for one in standing.of(service.id) if one.live(now_ms)]
    return cloud.name, where, "\n".join(held) or words.NOTHING.said(spoken())


@app.command()
def status(config: ConfigFile = None) -> None:
    """Ask the running service how each cloud is reached, and what was sent."""
    found = load_config(config)
    parts = get(found, "/api/v1/health")["parts"]
    ours = [one for one in parts if one["name"].startswith("cloud:")]
    if not ours:
        said(words.NONE)
    for one in ours:
        name, why = one["name"].partition(":")[2], shown(one.get("detail") or "…")
        well = bool(one["ok"] and one["gauges"].get("connected"))
        said(words.STATES[well], name=name, why=why)
        if one["counters"]:
            said(words.COUNTS, **one["counters"])


@app.command()
def remove(name: Name, config: ConfigFile = None) -> None:
    """Withdraw all that a cloud was granted, and forget its login."""
    path = the_file(config)
    found = load_config(path)
    cloud = named(found, name)
    withdraw(found, cloud)
    forget(found, cloud)
    text = path.read_text(encoding="utf-8")
    replace(path, without_row(text, "cloud", "name", name))
    said(words.REMOVED, name=name, where=cloud.url)
    typer.echo(restart(path))


@app.command()
def claim(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    config: ConfigFile = None,
) -> None:
    """Take a prefix over that another home has: this one, on its Pi of before."""
    from edge.outputs.cloud import account, reach  # noqa: PLC0415 - MQTT is not small

    found = load_config(config)
    cloud = named(found, name)
    if not yes:
        sentence = words.REALLY.said(spoken()).format(prefix=cloud.prefix)
        typer.confirm(sentence, abort=True)
    mine = account.load(found.data_dir, name)
    topic = f"{cloud.prefix}/claim"
    asyncio.run(reach.claim(address(cloud), mine, topic, over=True))
    said(words.CLAIMED, prefix=cloud.prefix)


def _detail(text: str, purpose: str, duration: str) -> dict[str, Any]:
    found = detail(text, purpose, duration)
    if "channels" in found:
        raise ConfigError(f"{text!r}: it goes to the cloud by no other channel")
    return found | {"channels": [Channel.CLOUD.value]}


def _password(cloud: CloudConfig, user: str) -> str:
    asked = words.PASSWORD.said(spoken()).format(user=shown(user), url=cloud.url)
    return str(typer.prompt(asked, hide_input=True, err=True))
