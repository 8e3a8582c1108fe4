"""Dynamic security: a broker that says other than it should is put right, no more."""

from __future__ import annotations

import orjson
import pytest

from edge.broker.accounts import (
    CONTROL,
    DEFAULTS,
    RESPONSE,
    Account,
    Accounts,
    Right,
    Role,
)
from edge.broker.dynsec import Control, client, put_right, role_of
from edge.broker.publisher import Message
from edge.errors import BrokerError

ROLE = Role("reader", frozenset({Right("subscribePattern", "home/#")}))
ALICE = Account("alice", "alice-1", frozenset({"reader"}))
ACCOUNTS = Accounts((ROLE,), (ALICE,))
PASSWORDS = {"alice": "a password"}
RIGHT = {
    "getDefaultACLAccess": {
        "acls": [{"acltype": kind, "allow": allow} for kind, allow in DEFAULTS.items()]
    },
    "listRoles": {"roles": [role_of(ROLE)]},
    "listClients": {"clients": [client(ALICE)]},
    "listGroups": {"groups": []},
}


class Plugin:
    """A connection to a plugin that says `told`, and refuses what is in `refused`."""

    def __init__(self, told=None, refused=None):
        self.told, self.refused = RIGHT | (told or {}), refused or {}
        self.asked, self.waiting, self.silent = [], [], False

    async def subscribe(self, topic, qos=0):  # noqa: ARG002 - as a publisher
        assert topic == RESPONSE

    async def publish(self, topic, payload, *, qos):  # noqa: ARG002 - same
        assert topic == CONTROL
        commands = orjson.loads(payload)["commands"]
        self.asked += commands
        if not self.silent:
            self.waiting.append([self._answer(each) for each in commands])

    def _answer(self, command):
        name = command["command"]
        answer = {"command": name, "correlationData": command["correlationData"]}
        if name in self.refused:
            return answer | {"error": self.refused[name]}
        return answer | {"data": self.told.get(name, {})}

    def messages(self):
        return self

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.waiting:
            raise StopAsyncIteration
        answers = self.waiting.pop(0)
        return Message(RESPONSE, orjson.dumps({"responses": answers}))

    def changes(self):
        """Give what was asked for beyond the four questions, without numbers."""
        return [
            {k: v for k, v in each.items() if k != "correlationData"}
            for each in self.asked[len(RIGHT) :]
        ]


async def changed(**told):
    plugin = Plugin(told)
    count = await put_right(await Control.open(plugin), ACCOUNTS, PASSWORDS)
    assert count == len(plugin.changes())
    return plugin.changes()


async def test_a_broker_that_is_right_is_left_alone():
    assert await changed() == []


async def test_defaults_that_allow_more_are_closed():
    open_to_all = [{"acltype": kind, "allow": True} for kind in DEFAULTS]
    (change,) = await changed(getDefaultACLAccess={"acls": open_to_all})
    assert change["command"] == "setDefaultACLAccess"
    assert {each["acltype"]: each["allow"] for each in change["acls"]} == DEFAULTS


async def test_what_is_missing_is_made():
    changes = await changed(listRoles={"roles": []}, listClients={"clients": []})
    assert changes == [
        {"command": "createRole"} | role_of(ROLE),
        {"command": "createClient"} | client(ALICE) | {"password": "a password"},
    ]


async def test_what_is_a_stranger_s_goes():
    stranger = {"username": "mallory", "roles": []}
    changes = await changed(
        listRoles={"roles": [role_of(ROLE), {"rolename": "all"}]},
        listClients={"clients": [client(ALICE), stranger]},
        listGroups={"groups": ["friends"]},
    )
    assert changes == [
        {"command": "deleteGroup", "groupname": "friends"},
        {"command": "deleteClient", "username": "mallory"},
        {"command": "deleteRole", "rolename": "all"},
    ]


async def test_a_role_that_allows_more_is_what_it_was():
    more = role_of(Role("reader", frozenset({Right("subscribePattern", "#")})))
    changes = await changed(listRoles={"roles": [more]})
    assert changes == [{"command": "modifyRole"} | role_of(ROLE)]


@pytest.mark.parametrize(
    "other",
    [
        {"clientid": "another's"},
        {"roles": []},
        {"groups": [{"groupname": "friends"}]},
    ],
)
async def test_a_client_that_was_changed_is_what_it_was(other):
    (change,) = await changed(listClients={"clients": [client(ALICE) | other]})
    assert change["command"] == "modifyClient"
    assert change["clientid"] == "alice-1"
    assert change["roles"] == [{"rolename": "reader"}]
    assert change["groups"] == []


async def test_a_client_that_was_disabled_comes_in_again():
    changes = await changed(listClients={"clients": [client(ALICE) | {"disabled": 1}]})
    assert changes == [{"command": "enableClient", "username": "alice"}]


async def test_another_s_answer_is_not_taken_for_ours():
    plugin = Plugin()
    plugin.waiting.append([{"correlationData": "another's", "error": "not yours"}])
    control = await Control.open(plugin)
    (answer,) = await control.ask([{"command": "listGroups"}])
    assert answer["data"] == {"groups": []}


async def test_a_refusal_and_a_silence_are_told_apart_from_a_yes():
    refusing = await Control.open(Plugin(refused={"deleteRole": "no such right"}))
    with pytest.raises(BrokerError, match="refused deleteRole: no such right"):
        await refusing.ask([{"command": "deleteRole"}], gone=True)
    silent = Plugin()
    silent.silent = True
    with pytest.raises(BrokerError, match="no answer"):
        await (await Control.open(silent)).ask([{"command": "listRoles"}])


async def test_to_take_away_what_is_gone_is_no_error_where_it_is_said():
    control = await Control.open(Plugin(refused={"deleteRole": "Role not found"}))
    (answer,) = await control.ask([{"command": "deleteRole"}], gone=True)
    assert answer["error"] == "Role not found"
    with pytest.raises(BrokerError):
        await control.ask([{"command": "deleteRole"}])
