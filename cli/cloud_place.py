"""What the commands of a cloud share: which it is, who we are to it, its end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cli import cloud_words as words
from cli.display import shown
from cli.lan import say
from cli.language import Words
from edge.config import CloudConfig, Config, ConfigError
from edge.consent.records import Service, Standing
from edge.consent.view import ledger_view
from edge.decisions import RemoveService
from edge.errors import BrokerError, EdgeError
from edge.outgoing.places import Guard
from edge.service.control import ask

if TYPE_CHECKING:
    from edge.broker.address import Address

GUARD = Guard()
"""Which addresses a destination may have: none of this machine."""


def said(sentence: Words, **values: object) -> None:
    """Say a sentence; what is put in is made fit for a terminal."""
    say(sentence, None, **{name: shown(str(one)) for name, one in values.items()})


@contextmanager
def as_owner(data_dir: Path) -> Iterator[None]:
    """As root, be whoever the data is meanwhile: what is made there is theirs."""
    whose = data_dir.stat()
    if os.geteuid() != 0 or whose.st_uid == 0:
        yield
        return
    os.setegid(whose.st_gid)
    os.seteuid(whose.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def address(cloud: CloudConfig) -> Address:
    """Give where a destination is; raise OutgoingRefused."""
    from edge.outputs.cloud.destination import address_of  # noqa: PLC0415 - not small

    return address_of(cloud, GUARD)


def named(config: Config, name: str) -> CloudConfig:
    """Give the cloud of a name; raise ConfigError when there is none."""
    for one in config.cloud:
        if one.name == name:
            return one
    raise ConfigError(
        f"no cloud is called {shown(name)!r}", hint="`releve cloud list` shows them"
    )


def service_of(
    config: Config, cloud: CloudConfig, standing: Standing
) -> Service | None:
    """Give the service whose grant a cloud has; None where there is none."""
    from edge.outputs.cloud import account  # noqa: PLC0415 - MQTT is not small

    try:
        mine = account.load(config.data_dir, cloud.name)
    except BrokerError:
        return None
    return standing.services.get(mine.service)


def withdraw(config: Config, cloud: CloudConfig) -> None:
    """Have nothing go to a cloud any more; raise NoService where none runs."""
    with ledger_view(config.data_dir) as view:
        service = service_of(config, cloud, view.standing)
    if service is not None:
        ask(config.data_dir, RemoveService(service.id))


def forget(config: Config, cloud: CloudConfig) -> None:
    """Leave the prefix to others and forget the login, once nothing is granted."""
    from edge.outputs.cloud import account, reach  # noqa: PLC0415 - MQTT is not small

    with suppress(BrokerError):
        mine = account.load(config.data_dir, cloud.name)
        try:
            topic = f"{cloud.prefix}/claim"
            asyncio.run(reach.release(address(cloud), mine, topic))
        except EdgeError as error:
            said(words.NOT_RELEASED, prefix=cloud.prefix, why=error)
    with as_owner(config.data_dir):
        account.forget(config.data_dir, cloud.name)
