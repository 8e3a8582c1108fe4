"""`releve owner-token`: show the owner's credentials, for the API and for MQTT."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from api.owner_tokens import DAYS_MOST, SHELL_FILE, add, end, listed, rotate
from api.tokens import load_or_create
from cli.language import Words, spoken
from cli.options import ConfigFile
from edge.config import Config, load_config
from edge.errors import BrokerError
from edge.journal.file import private_directory
from edge.sample import utc

YEAR_DAYS = 365
ROTATED = Words(
    fr="Le jeton d'avant n'ouvre plus rien.",
    en="The token before opens nothing any more.",
)
ADDED = Words(
    fr="« {} » ({}) vaut jusqu'au {}. Ce jeton n'est affiché que cette fois :",
    en="“{}” ({}) is good until {}. This token is never shown again:",
)
ENDED = Words(fr="« {} » n'ouvre plus rien.", en="“{}” opens nothing any more.")
LINE = Words(fr="{}  jusqu'au {}  {}", en="{}  until {}  {}")
EXPIRED = Words(fr="{}  expiré le {}  {}", en="{}  expired on {}  {}")


def owner_token(  # noqa: PLR0913 - each is an option of its own
    *,
    config: ConfigFile = None,
    mqtt: Annotated[
        bool, typer.Option("--mqtt", help="Show the login of the broker instead.")
    ] = False,
    new: Annotated[
        bool,
        typer.Option("--rotate", help="Put a new one in its place, at once."),
    ] = False,
    name: Annotated[
        str | None,
        typer.Option("--add", help="Make another one, for what is named so."),
    ] = None,
    days: Annotated[
        int,
        typer.Option(help="How long that is good.", min=1, max=DAYS_MOST),
    ] = YEAR_DAYS,
    show: Annotated[
        bool, typer.Option("--list", help="List the others, with what ends each.")
    ] = False,
    over: Annotated[
        str | None, typer.Option("--end", help="End another one, by its id.")
    ] = None,
) -> None:
    """Show the owner's token; made at first use, kept in the data directory, 0600.

    It and the others that --add makes see and change everything. A running service
    follows at once; a stream that is open goes on until it is closed.
    """
    found = load_config(config)
    private_directory(found.data_dir)
    if mqtt:
        typer.echo(_broker(found))
    elif new:
        typer.echo(rotate(found.data_dir))
        typer.echo(ROTATED.said(spoken()), err=True)
    elif name is not None:
        _add(found, name, days)
    elif show:
        for line in _listed(found):
            typer.echo(line)
    elif over is not None:
        typer.echo(ENDED.said(spoken()).format(end(found.data_dir, over).name))
    else:
        typer.echo(load_or_create(found.data_dir / SHELL_FILE))


def _add(config: Config, name: str, days: int) -> None:
    made, token = add(config.data_dir, name, days, _now_ms())
    until = _day(config, made.expires_ms)
    typer.echo(ADDED.said(spoken()).format(made.name, made.id, until), err=True)
    typer.echo(token)


def _listed(config: Config) -> list[str]:
    now_ms = _now_ms()
    return [
        (LINE if one.good(now_ms) else EXPIRED)
        .said(spoken())
        .format(one.id, _day(config, one.expires_ms), one.name)
        for one in listed(config.data_dir)
    ]


def _day(config: Config, at_ms: int) -> str:
    return utc(at_ms).astimezone(config.zone).date().isoformat()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _broker(config: Config) -> str:
    from cli.mqtt_words import FOREIGN, managed  # noqa: PLC0415 - MQTT, where asked for
    from edge.broker.parts import owner_login  # noqa: PLC0415 - same

    if config.mqtt.url is None:
        raise BrokerError(
            "no broker is configured",
            hint='set mqtt.url = "managed" for one of Relevé\'s own',
        )
    owner = owner_login(config)
    if owner is None:
        return FOREIGN.said(spoken()).format(prefix=config.mqtt.prefix)
    return managed(owner, config, spoken())
