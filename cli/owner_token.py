"""`releve owner-token`: show the owner's credentials, for the API and for MQTT."""

from __future__ import annotations

from typing import Annotated

import typer

from api.tokens import load_or_create
from cli.language import spoken
from cli.options import ConfigFile
from edge.config import Config, load_config
from edge.errors import BrokerError
from edge.journal.file import private_directory


def owner_token(
    *,
    config: ConfigFile = None,
    mqtt: Annotated[
        bool, typer.Option("--mqtt", help="Show the login of the broker instead.")
    ] = False,
) -> None:
    """Show the owner's token; made at first use, kept in the data directory, 0600."""
    found = load_config(config)
    private_directory(found.data_dir)
    if mqtt:
        typer.echo(_broker(found))
    else:
        typer.echo(load_or_create(found.data_dir / "owner.token"))


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
