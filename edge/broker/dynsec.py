"""Mosquitto's dynamic security: what its file says, and how it is put right.

The file is written whole while the broker is down, so that nobody comes in by what it
said before; what has to change later is asked for over the control topic, by a
connection of the admin's that does nothing else.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from edge.broker.accounts import (
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
GONE = "not found"
"""How the plugin ends what it says of a role or a client that it doesn't know."""
Command = dict[str, Any]


def prepare(path: Path, accounts: Accounts, passwords: Mapping[str, str]) -> bool:
    """Have the file say these accounts and no others; tell whether it did not.

    One that is right stays as it is. It is the broker's copy, and all of it is known
    here: one that is not right is set aside and written anew.
    """
    found = _read(path)
    hashes = {} if found is None else _hashes(found)
    wanted = document(accounts, passwords, hashes)
    if found is not None and _meaning(found) == _meaning(wanted):
        return False
    if path.exists():
        path.replace(path.with_name(f"{path.name}.damaged"))
        log.info("the broker's accounts were not what they should be: made anew")
    write_private(path, json.dumps(wanted).encode())
    return True


def _read(path: Path) -> Command | None:
    try:
        with path.open("rb") as file:
            found = orjson.loads(file.read(FILE_LIMIT_BYTES))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def document(
    accounts: Accounts,
    passwords: Mapping[str, str],
    hashes: Mapping[str, Hashed | None],
) -> Command:
    """Give a file's content; a hash that is of the right password is kept."""
    clients = []
    for account in accounts.accounts:
        password = passwords[account.user]
        hashed = hashes.get(account.user)
        if hashed is None or not hashed.is_of(password):
            hashed = Hashed.of(password)
        clients.append(client(account) | hashed.to_client())
    return {
        "defaultACLAccess": dict(DEFAULTS),
        "clients": clients,
        "groups": [],
        "roles": [role_of(role) for role in accounts.roles],
    }


def _meaning(found: Command) -> Any:
    """Give what a file says, whatever the order; None of one that says nothing."""
    try:
        return {
            "rest": {k: v for k, v in found.items() if k not in ("clients", "roles")},
            "counts": (len(found["clients"]), len(found["roles"])),  # no name twice
            "roles": {each["rolename"]: _acls(each) for each in found["roles"]},
            "clients": {
                each["username"]: (
                    each.get("clientid"),
                    bool(each.get("disabled")),
                    sorted(one["rolename"] for one in each.get("roles", [])),
                    each.get("groups") or [],
                    Hashed.from_client(each),
                )
                for each in found["clients"]
            },
        }
    except (KeyError, TypeError, AttributeError):
        return None


def _hashes(found: Command) -> dict[str, Hashed | None]:
    """Give each client's hash; nothing of a file that Mosquitto can't use."""
    try:
        return {one["username"]: Hashed.from_client(one) for one in found["clients"]}
    except (KeyError, TypeError, AttributeError):
        return {}


def client(account: Account) -> Command:
    """Give a client as a command and the file have it."""
    return {
        "username": account.user,
        "clientid": account.client_id,
        "roles": [{"rolename": name} for name in sorted(account.roles)],
    }


def role_of(role: Role) -> Command:
    """Give a role as a command and the file have it."""
    return {
        "rolename": role.name,
        "acls": [
            {"acltype": right.kind, "topic": right.topic, "priority": 0, "allow": True}
            for right in sorted(role.rights)
        ],
    }


async def put_right(
    control: Control, accounts: Accounts, passwords: Mapping[str, str]
) -> int:
    """Bring the broker's accounts to what they should be; give how many commands.

    Raises BrokerError when the broker doesn't answer, or refuses.
    """
    found = await control.ask(
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
        *_clients(accounts, clients.get("clients", []), passwords),
        *_strangers(accounts, roles.get("roles", [])),
    ]
    if commands:
        await control.ask(commands)
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
        wanted = role_of(role)
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
    accounts: Accounts, found: list[Command], passwords: Mapping[str, str]
) -> list[Command]:
    there = {each["username"]: each for each in found}
    commands: list[Command] = []
    for account in accounts.accounts:
        user, wanted = account.user, client(account)
        known = there.pop(user, None)
        password = {"password": passwords[user]}
        if known is None:
            commands.append({"command": "createClient"} | wanted | password)
            continue
        if known.get("disabled"):
            commands.append({"command": "enableClient", "username": user})
        if not _same(known, wanted):
            commands.append(
                {"command": "modifyClient"} | wanted | {"groups": []} | password
            )
    gone = ({"command": "deleteClient", "username": user} for user in there)
    return [*gone, *commands]


def _same(known: Command, wanted: Command) -> bool:
    names = {each["rolename"] for each in known.get("roles", [])}
    return (
        known.get("clientid") == wanted["clientid"]
        and names == {each["rolename"] for each in wanted["roles"]}
        and not known.get("groups")
    )


class Control:
    """The plugin's control topic, on a connection of the admin's: asks and hears."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._answers: AsyncIterator[Message] = publisher.messages()
        self._turn = asyncio.Lock()
        self._asked = 0

    @classmethod
    async def open(cls, publisher: Publisher) -> Control:
        """Give one that hears the answers; raise BrokerError."""
        control = cls(publisher)
        await publisher.subscribe(RESPONSE)
        return control

    async def ask(
        self, commands: Sequence[Command], *, gone: bool = False
    ) -> list[Command]:
        """Send commands and give their answers in order; raise BrokerError if refused.

        They are done one after the other, and each by itself. With `gone`, what is
        not there any more is as good as taken away.
        """
        async with self._turn:
            first, self._asked = self._asked, self._asked + len(commands)
            names = [str(first + place) for place in range(len(commands))]
            numbered = [
                command | {"correlationData": name}
                for name, command in zip(names, commands, strict=True)
            ]
            document = orjson.dumps({"commands": numbered})
            await self._publisher.publish(CONTROL, document, qos=1)
            told = await self._hear(set(names))
        found = [told.get(name, {"error": "no answer"}) for name in names]
        for command, answer in zip(commands, found, strict=True):
            error = answer.get("error")
            if error and not (gone and error.endswith(GONE)):
                raise BrokerError(f"the broker refused {command['command']}: {error}")
        return found

    async def _hear(self, names: set[str]) -> dict[str, Command]:
        told: dict[str, Command] = {}
        async for message in self._answers:
            for answer in orjson.loads(message.payload)["responses"]:
                if answer.get("correlationData") in names:
                    told[answer["correlationData"]] = answer
            if len(told) == len(names):
                break
        return told
