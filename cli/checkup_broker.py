"""What `releve doctor` looks at of the broker: there, ours, and closed to strangers."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import orjson

from cli.checkup import Finding, Level
from cli.language import Words
from edge.broker.accounts import ADMIN, CONTROL, DEFAULTS, RESPONSE, home
from edge.broker.address import Address, Login, parse_listen, parse_url
from edge.broker.connection import Connection
from edge.broker.mosquitto import find
from edge.broker.parts import broker_directory
from edge.broker.reasons import said
from edge.config import Config, MqttConfig
from edge.errors import BrokerError

ANSWER_S = 10.0
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What an answer raises that is not what dynamic security would say."""
REFUSED = tuple(said(code)[0] for code in (0x86, 0x87))
"""How a refusal to let somebody in begins, in our own words."""


def broker(config: Config) -> list[Finding]:
    """Look at the broker that the configuration names, as one more client of it."""
    if config.mqtt.url == "managed":
        return [_program(), *asyncio.run(_managed(config))]
    return asyncio.run(_foreign(config.mqtt))


def _program() -> Finding:
    try:
        found = find()
    except BrokerError as error:
        return Finding(
            Level.BAD,
            Words(
                f"MQTT : Mosquitto ne convient pas : {error}",
                f"MQTT: Mosquitto won't do: {error}",
            ),
        )
    return Finding(
        Level.GOOD,
        Words(
            f"MQTT : {found.program} ≥ 2.0, avec son module de sécurité dynamique",
            f"MQTT: {found.program} ≥ 2.0, with its dynamic-security plugin",
        ),
    )


async def _managed(config: Config) -> list[Finding]:
    mqtt = config.mqtt
    address = parse_listen(mqtt.listen)
    try:
        strangers = await _strangers(address)
    except BrokerError as error:
        return [_away(address, error)]
    file = broker_directory(config) / f"{ADMIN}.password"
    if not file.is_file():
        return [
            strangers,
            Finding(
                Level.BAD,
                Words(
                    f"MQTT : ce qui répond en {address} n'est pas le courtier de"
                    " Relevé, qui n'a jamais démarré : un autre tient son port (sudo"
                    " systemctl disable --now mosquitto, ou changez mqtt.listen)",
                    f"MQTT: what answers at {address} is not Relevé's broker, which has"
                    " never started: another Mosquitto holds its port (sudo systemctl"
                    " disable --now mosquitto, or change mqtt.listen)",
                ),
            ),
        ]
    login = Login(ADMIN, file.read_text().strip())
    accounts = home(mqtt.prefix, mqtt.discovery_prefix)
    users = {account.user for account in accounts.accounts}
    try:
        connection = await Connection.open(
            address, login, accounts.account(ADMIN).client_id
        )
        try:
            found = _accounts(await _ask(connection), users)
        finally:
            await connection.close()
    except (BrokerError, TimeoutError, *UNREADABLE) as error:
        return [strangers, _refused(address, error)]
    return [strangers, _network(config), *found]


async def _strangers(address: Address) -> Finding:
    """Knock without a login; raise BrokerError when nobody answers."""
    name = f"releve-doctor-{secrets.token_hex(4)}"
    try:
        connection = await Connection.open(address, None, name)
    except BrokerError as error:
        if str(error).startswith(REFUSED):
            return Finding(
                Level.GOOD,
                Words(
                    f"MQTT : {address} répond, et refuse les inconnus",
                    f"MQTT: {address} answers, and refuses strangers",
                ),
            )
        raise
    await connection.close()
    return Finding(
        Level.BAD,
        Words(
            f"MQTT : {address} laisse entrer sans mot de passe : mettez"
            " allow_anonymous false dans sa configuration",
            f"MQTT: {address} lets anyone in without a password: set"
            " allow_anonymous false in its configuration",
        ),
    )


async def _ask(connection: Connection) -> list[dict[str, Any]]:
    """Ask how rights stand; change nothing."""
    answers = connection.messages()
    await connection.subscribe(RESPONSE)
    commands = ("getDefaultACLAccess", "getAnonymousGroup", "listClients")
    asked = {"commands": [{"command": command} for command in commands]}
    await connection.publish(CONTROL, orjson.dumps(asked), qos=1)
    async with asyncio.timeout(ANSWER_S):
        async for message in answers:
            found = orjson.loads(message.payload).get("responses", [])
            if [one.get("command") for one in found] == list(commands):
                return [one.get("data", {}) for one in found]
    return []


def _accounts(told: list[dict[str, Any]], users: set[str]) -> list[Finding]:
    default, _, clients = told
    acls = {one["acltype"]: one["allow"] for one in default.get("acls", [])}
    lax = sorted(kind for kind, allow in DEFAULTS.items() if acls.get(kind) != allow)
    there = set(clients.get("clients", []))
    findings = []
    if lax:
        findings.append(
            Finding(
                Level.BAD,
                Words(
                    f"MQTT : les droits par défaut ont été changés ({', '.join(lax)}) :"
                    " redémarrez le service, il les remet",
                    f"MQTT: default rights were changed ({', '.join(lax)}): restart the"
                    " service, which puts them right",
                ),
            )
        )
    if there != users:
        odd = ", ".join(sorted(there ^ users))
        findings.append(
            Finding(
                Level.WARN,
                Words(
                    f"MQTT : des comptes manquent ou sont de trop ({odd}) : redémarrez"
                    " le service, il les remet",
                    f"MQTT: accounts are missing or strange ({odd}): restart the"
                    " service, which puts them right",
                ),
            )
        )
    return findings or [
        Finding(
            Level.GOOD,
            Words(
                "MQTT : tout est refusé par défaut, et les comptes sont les nôtres",
                "MQTT: everything is denied by default, and the accounts are ours",
            ),
        )
    ]


def _network(config: Config) -> Finding:
    if not config.lan.open:
        return Finding(
            Level.GOOD,
            Words(
                "MQTT : il n'écoute que cette machine",
                "MQTT: only this machine is heard",
            ),
        )
    return Finding(
        Level.GOOD,
        Words(
            f"MQTT : il écoute le réseau par TLS seulement ({config.lan.mqtt})",
            f"MQTT: the network is heard by TLS alone ({config.lan.mqtt})",
        ),
    )


async def _foreign(mqtt: MqttConfig) -> list[Finding]:
    assert mqtt.url is not None  # noqa: S101 - who calls has looked
    try:
        address, login = parse_url(mqtt.url, mqtt.ca_file)
    except BrokerError as error:
        return [Finding(Level.BAD, Words(f"MQTT : {error}", f"MQTT: {error}"))]
    name = f"{mqtt.prefix}-doctor-{secrets.token_hex(4)}"
    try:
        connection = await Connection.open(address, login, name)
    except BrokerError as error:
        return [_away(address, error)]
    await connection.close()
    return [
        Finding(
            Level.GOOD,
            Words(
                f"MQTT : {address} répond et nous laisse entrer",
                f"MQTT: {address} answers and lets us in",
            ),
        ),
        Finding(
            Level.WARN,
            Words(
                "MQTT : ce courtier n'est pas celui de Relevé : tous ses clients"
                " peuvent lire ce qui y est publié",
                "MQTT: this broker is not Relevé's own: all its clients can read what"
                " is published there",
            ),
        ),
    ]


def _away(address: Address, error: Exception) -> Finding:
    return Finding(
        Level.BAD,
        Words(
            f"MQTT : {address} ne répond pas comme il faut ({error})",
            f"MQTT: {address} doesn't answer as it should ({error})",
        ),
    )


def _refused(address: Address, error: Exception) -> Finding:
    return Finding(
        Level.BAD,
        Words(
            f"MQTT : {address} ne connaît pas notre administrateur ({error}) : un autre"
            " courtier tient peut-être ce port ; redémarrez le service",
            f"MQTT: {address} does not know our administrator ({error}): another broker"
            " may hold this port; restart the service",
        ),
    )
