"""MQTT as the service runs it: a session, on a broker of others or on one of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.broker.accounts import EDGE, OWNER, home
from edge.broker.address import Address, Login, parse_listen, parse_url
from edge.broker.guests import Guests, Household
from edge.broker.line import Will
from edge.broker.managed import ManagedBroker, login, write_shell
from edge.broker.mosquitto import AUTOSAVE_S, Encrypted
from edge.broker.publisher import Output
from edge.broker.session import Session
from edge.config import Config
from edge.errors import BrokerError
from edge.health import PartHealth
from edge.lan.place import server_file

FOREIGN_S = 1800.0
"""What a broker of others may forget when it is killed: Mosquitto's default."""
SEEN = (
    "every client of this broker that may read there sees what is published: "
    "when you are at home, what you use"
)
CLEAR = "; and the password crosses the network unencrypted: mqtts:// would not"


@dataclass(frozen=True, slots=True)
class MqttParts:
    """One part to run, what to ask for its health, and what the broker may forget.

    `guests` is the door of the services, `forget` has the broker begin empty; None on
    a broker of others.
    """

    run: Callable[[], Awaitable[None]]
    health: Callable[[], tuple[PartHealth, ...]]
    forgets_s: float
    guests: Guests | None = None
    forget: Callable[[], Awaitable[None]] | None = None


def forgets_s(config: Config) -> float:
    """Give how much of what it acknowledged the broker may forget when killed."""
    return AUTOSAVE_S if config.mqtt.url == "managed" else FOREIGN_S


def open_parts(
    config: Config, outputs: Sequence[Output], household: Household | None = None
) -> MqttParts:
    """Give what [mqtt] asks for; raise BrokerError when it can't be understood.

    `household` decides who of the services comes in, on a broker of ours alone.
    """
    mqtt = config.mqtt
    will = Will(f"{mqtt.prefix}/status")
    if mqtt.url is None:
        raise BrokerError("no broker is configured", hint='set mqtt.url = "managed"')
    if mqtt.url != "managed":
        address, user = parse_url(mqtt.url, mqtt.ca_file)
        clear = user is not None and not address.tls and not address.is_here
        session = Session(
            address,
            user,
            client_id=mqtt.prefix,
            will=will,
            outputs=outputs,
            notice=SEEN + (CLEAR if clear else ""),
        )
        return MqttParts(session.run, lambda: (session.health(),), forgets_s(config))
    accounts = home(mqtt.prefix, mqtt.discovery_prefix)
    directory = broker_directory(config)
    address = parse_listen(mqtt.listen)
    host = mqtt.listen.rpartition(":")[0].strip("[]")
    guests = (
        Guests(directory, mqtt.prefix, address, household)
        if household is not None
        else None
    )
    broker = ManagedBroker(
        *(directory, host, address, accounts),
        guests=guests,
        encrypted=_encrypted(config),
    )
    session = Session(
        address,
        lambda: broker.login(EDGE),
        client_id=accounts.account(EDGE).client_id,
        will=will,
        outputs=outputs,
        ready=broker.ready,
    )
    return MqttParts(
        lambda: broker.run(session.run),
        lambda: (
            broker.health(),
            session.health(),
            *(() if guests is None else (guests.health(),)),
        ),
        forgets_s(config),
        guests,
        broker.forget,
    )


def _encrypted(config: Config) -> Encrypted | None:
    if not config.lan.open:
        return None
    host, _, port = config.lan.mqtt.rpartition(":")
    return Encrypted(host.strip("[]"), int(port), server_file(config.data_dir))


@dataclass(frozen=True, slots=True)
class OwnerLogin:
    """What the owner gives a program to read the home: Home Assistant, or a shell."""

    address: Address
    login: Login
    client_id: str
    shell: Path


def owner_login(config: Config) -> OwnerLogin | None:
    """Give the owner's login on a managed broker; None when the broker is another's."""
    mqtt = config.mqtt
    if mqtt.url != "managed":
        return None
    accounts = home(mqtt.prefix, mqtt.discovery_prefix)
    directory = broker_directory(config)
    address = parse_listen(mqtt.listen)
    return OwnerLogin(
        address,
        login(directory, OWNER),
        accounts.account(OWNER).client_id,
        write_shell(directory, address, accounts),
    )


def broker_directory(config: Config) -> Path:
    """Give where a managed broker keeps all that is its own."""
    return config.data_dir.absolute() / "broker"
