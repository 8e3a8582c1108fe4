"""Mosquitto's dynamic security: what its file begins with, and how it is put right.

The file holds the admin alone at first; the rest is made over the control topic, by a
connection of the admin's that does nothing else and is closed after.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path
from typing import Any

import orjson

from edge.broker.accounts import (
    ADMIN,
    CONTROL,
    DEFAULTS,
    RESPONSE,
    Account,
    Accounts,
    Role,
)
from edge.broker.passwords import Hashed
from edge.broker.publisher import Message, Publisher
from edge.errors import BrokerError
from edge.private_file import write_private

log = logging.getLogger(__name__)

FILE = "dynamic-security.json"
FILE_LIMIT_BYTES = 4 << 20
Command = dict[str, Any]


def prepare(path: Path, accounts: Accounts, passwords: Mapping[str, str]) -> set[str]:
    """Make the file one that the admin can mend; give the users whose password holds.

    A file that is lost, unreadable, or doesn't know the admin is set aside and begun
    anew: it is the broker's copy, and all of it is known here.
    """
    hashes = _hashes(path)
    holding = {
        user
        for user, password in passwords.items()
        if (hashed := hashes.get(user)) is not None and hashed.is_of(password)
    }
    if ADMIN in holding:
        return holding
    if path.exists():
        path.replace(path.with_name(f"{path.name}.damaged"))
        log.warning("the broker's accounts were damaged; they are made anew")
    document = beginning(accounts, Hashed.of(passwords[ADMIN]))
    write_private(path, json.dumps(document).encode())
    return {ADMIN}


def _hashes(path: Path) -> dict[str, Hashed | None]:
    """Give each active client's hash; nothing of a file that Mosquitto can't use."""
    try:
        with path.open("rb") as file:
            clients = orjson.loads(file.read(FILE_LIMIT_BYTES))["clients"]
        return {
            client["username"]: Hashed.from_client(client)
            for client in clients
            if not client.get("disabled")
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def beginning(accounts: Accounts, hashed: Hashed) -> dict[str, object]:
    """Give a file's content that knows the admin alone."""
    admin = accounts.account(ADMIN)
    roles = [role for role in accounts.roles if role.name in admin.roles]
    client = _client(admin) | hashed.to_client()
    return {
        "defaultACLAccess": dict(DEFAULTS),
        "clients": [client],
        "groups": [],
        "roles": [_role(role) for role in roles],
    }


def _client(account: Account) -> Command:
    return {
        "username": account.user,
        "clientid": account.client_id,
        "roles": [{"rolename": name} for name in sorted(account.roles)],
    }


def _role(role: Role) -> Command:
    return {
        "rolename": role.name,
        "acls": [
            {"acltype": right.kind, "topic": right.topic, "priority": 0, "allow": True}
            for right in sorted(role.rights)
        ],
    }


async def put_right(
    publisher: Publisher,
    accounts: Accounts,
    passwords: Mapping[str, str],
    holding: Collection[str],
) -> int:
    """Bring the broker's accounts to what they should be; give how many commands.

    `holding` are the users whose password the broker has right. Raises BrokerError
    when the broker doesn't answer, or refuses.
    """
    answers = publisher.messages()
    await publisher.subscribe(RESPONSE)
    found = await _ask(
        publisher,
        answers,
        [
            {"command": "getDefaultACLAccess"},
            {"command": "listRoles", "verbose": True},
            {"command": "listClients", "verbose": True},
            {"command": "listGroups"},
        ],
    )
    default, roles, clients, groups = (each.get("data", {}) for each in found)
    commands = [
        *_defaults(default.get("acls", [])),
        *({"command": "deleteGroup", "groupname": n} for n in groups.get("groups", [])),
        *_roles(accounts, roles.get("roles", [])),
        *_clients(accounts, clients.get("clients", []), passwords, holding),
        *_strangers(accounts, roles.get("roles", [])),
    ]
    if commands:
        await _ask(publisher, answers, commands)
        for command in commands:
            name = command.get("username") or command.get("rolename") or ""
            log.info("broker: %s %s", command["command"], name)
    return len(commands)


def _defaults(acls: list[Command]) -> list[Command]:
    if {each["acltype"]: each["allow"] for each in acls} == DEFAULTS:
        return []
    wanted = [{"acltype": kind, "allow": allow} for kind, allow in DEFAULTS.items()]
    return [{"command": "setDefaultACLAccess", "acls": wanted}]


def _roles(accounts: Accounts, found: list[Command]) -> list[Command]:
    there = {each["rolename"]: _acls(each) for each in found}
    commands = []
    for role in accounts.roles:
        wanted = _role(role)
        if role.name not in there:
            commands.append({"command": "createRole"} | wanted)
        elif there[role.name] != _acls(wanted):
            commands.append({"command": "modifyRole"} | wanted)
    return commands


def _acls(role: Command) -> list[tuple[str, str, bool, int]]:
    return sorted(
        (acl["acltype"], acl["topic"], acl["allow"], acl.get("priority", 0))
        for acl in role.get("acls", [])
    )


def _strangers(accounts: Accounts, found: list[Command]) -> list[Command]:
    ours = {role.name for role in accounts.roles}
    return [
        {"command": "deleteRole", "rolename": each["rolename"]}
        for each in found
        if each["rolename"] not in ours
    ]


def _clients(
    accounts: Accounts,
    found: list[Command],
    passwords: Mapping[str, str],
    holding: Collection[str],
) -> list[Command]:
    there = {each["username"]: each for each in found}
    commands: list[Command] = []
    for account in accounts.accounts:
        user, wanted = account.user, _client(account)
        client = there.pop(user, None)
        password = {"password": passwords[user]}
        if client is None:
            commands.append({"command": "createClient"} | wanted | password)
            continue
        if client.get("disabled"):
            commands.append({"command": "enableClient", "username": user})
        if _same(client, wanted) and user in holding:
            continue
        commands.append(
            {"command": "modifyClient"}
            | wanted
            | {"groups": []}
            | ({} if user in holding else password)
        )
    gone = ({"command": "deleteClient", "username": user} for user in there)
    return [*gone, *commands]


def _same(client: Command, wanted: Command) -> bool:
    names = {each["rolename"] for each in client.get("roles", [])}
    return (
        client.get("clientid") == wanted["clientid"]
        and names == {each["rolename"] for each in wanted["roles"]}
        and not client.get("groups")
    )


async def _ask(
    publisher: Publisher, answers: AsyncIterator[Message], commands: list[Command]
) -> list[Command]:
    """Send commands and give their answers in order; raise BrokerError on a refusal."""
    numbered = [
        command | {"correlationData": str(number)}
        for number, command in enumerate(commands)
    ]
    await publisher.publish(CONTROL, orjson.dumps({"commands": numbered}), qos=1)
    told: dict[str, Command] = {}
    async for message in answers:
        for answer in orjson.loads(message.payload)["responses"]:
            told[answer.get("correlationData", "")] = answer
        if len(told) >= len(commands):
            break
    for number, command in enumerate(commands):
        error = told.get(str(number), {"error": "no answer"}).get("error")
        if error:
            raise BrokerError(f"the broker refused {command['command']}: {error}")
    return [told[str(number)] for number in range(len(commands))]
