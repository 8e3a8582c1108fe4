"""Who may do what on a broker of Relevé's own, attacked login by login."""

from __future__ import annotations

import asyncio

import pytest

from edge.broker.accounts import CONTROL
from edge.broker.address import Login
from edge.broker.connection import Connection
from edge.errors import BrokerError, PublishRefused, SubscribeRefused
from tests.real.brokers import Managed, connected, kept_up, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]


class Publishing:
    """An output that publishes when a test says so."""

    publisher = None

    async def run(self, publisher):
        self.publisher = publisher
        await asyncio.Event().wait()


@pytest.fixture
async def managed(tmp_path):
    output = Publishing()
    managed = Managed(tmp_path, [output])
    async with kept_up(managed):
        await managed.up()
        managed.edge = await until(lambda: output.publisher)
        yield managed


USERS = ("owner", "owner-shell", "releve-edge", "releve-admin")


async def test_nobody_is_let_in_without_a_login(managed):
    for login in (None, Login("owner", ""), Login("", ""), Login("admin", "admin")):
        for client_id in ("", "releve-owner", "releve-edge"):
            with pytest.raises(BrokerError, match=r"authorise|know this"):
                await Connection.open(managed.address, login, client_id)


@pytest.mark.parametrize("user", USERS)
async def test_a_login_is_good_for_its_own_client_id_alone(managed, user):
    others = ["", "x", *("releve-owner", "releve-edge", "releve-admin")]
    own = {"owner": "releve-owner", "owner-shell": "releve-owner-shell"}.get(user, user)
    for client_id in others:
        if client_id == own:
            continue
        with pytest.raises(BrokerError, match="authorise"):
            await Connection.open(managed.address, managed.login(user), client_id)
    # nobody took the edge's session meanwhile
    assert managed.session.counters["reconnects"] == 0
    assert managed.session.ok


PUBLISHED = {
    "owner": ("homeassistant/status",),
    "owner-shell": (),
    "releve-admin": (),
}
TOPICS = (
    "releve/status",
    "releve/linky/live",
    "releve/linky/day/import_total_wh",
    "releve",
    "homeassistant/device/releve_linky/config",
    "homeassistant/sensor/x/config",
    "homeassistant/status",
    "elsewhere",
    CONTROL,
    f"{CONTROL}/response",
    "$SYS/broker/version",
    "$share/g/releve/x",
)


@pytest.mark.parametrize("user", PUBLISHED)
async def test_what_is_not_theirs_to_say_is_refused_and_reaches_nobody(managed, user):
    heard = []
    async with managed.connected(user) as attacker, managed.connected_else(user) as ear:
        messages = ear.messages()
        await ear.subscribe("releve/#")
        await ear.subscribe("homeassistant/#")

        async def listen():
            async for message in messages:
                heard.append(message)  # noqa: PERF401 - as they come

        listening = asyncio.create_task(listen())
        for topic in TOPICS:
            allowed = topic in PUBLISHED[user] or (
                user == "releve-admin" and topic == CONTROL
            )
            if allowed:
                await attacker.publish(topic, b"attack", qos=1)
                continue
            with pytest.raises(PublishRefused, match="authorise"):
                await attacker.publish(topic, b"attack", qos=1, retain=True)
            # at QoS 0 nothing is said, and nothing is done
            await attacker.publish(topic, b"attack", retain=True)
        await managed.edge.publish("releve/last", b"end", qos=1)
        await until(lambda: any(each.topic == "releve/last" for each in heard))
        listening.cancel()
    attacks = {each.topic for each in heard if each.payload == b"attack"}
    assert attacks == set(PUBLISHED[user])


async def test_the_edge_says_nothing_outside_its_tree(managed):
    for topic in TOPICS:
        if topic.startswith(("releve", "homeassistant/device/")):
            await managed.edge.publish(topic, b"{}", qos=1)
        else:
            with pytest.raises(PublishRefused):
                await managed.edge.publish(topic, b"{}", qos=1)


NOBODYS = (
    "#",
    "+/#",
    "+/+/live",
    "$CONTROL/#",
    CONTROL,
    f"{CONTROL}/response",
    "$SYS/#",
    "$SYS/broker/version",
    "$share/g/releve/#",
    "$share/g/#",
    "elsewhere",
)
READ = {
    "owner": (
        "releve/#",
        "releve/+/live",
        "homeassistant/#",
        "homeassistant/+/+/config",
    ),
    "owner-shell": ("releve/#", "homeassistant/device/+/config"),
    "releve-edge": ("homeassistant/status", "releve/status", "releve/cursor"),
    "releve-admin": (f"{CONTROL}/response",),
}


@pytest.mark.parametrize("user", ["owner", "owner-shell", "releve-admin"])
async def test_who_reads_what(managed, user):
    every = {topic for topics in READ.values() for topic in topics} | set(NOBODYS)
    async with managed.connected(user) as reader:
        for topic in sorted(every):
            within = user.startswith("owner") and topic.startswith(
                ("releve/", "homeassistant/")
            )
            if within or topic in READ[user]:
                await reader.subscribe(topic)
            else:
                with pytest.raises(SubscribeRefused, match="authorise"):
                    await reader.subscribe(topic)


async def test_the_edge_hears_home_assistant_start_and_its_own_last_words_only(managed):
    for topic in READ["releve-edge"]:
        await managed.edge.subscribe(topic)
    for topic in (*NOBODYS, "releve/#", "releve/+", "homeassistant/#"):
        with pytest.raises(SubscribeRefused, match="authorise"):
            await managed.edge.subscribe(topic)
    messages = managed.edge.messages()
    async with managed.connected("owner") as home_assistant:
        await home_assistant.publish("homeassistant/status", b"online", qos=1)
    async for message in messages:
        if message.topic == "homeassistant/status":
            assert message.payload == b"online"
            break


async def test_home_assistant_and_a_shell_read_at_the_same_time(managed):
    async with (
        managed.connected("owner") as one,
        managed.connected("owner-shell") as two,
    ):
        first, second = one.messages(), two.messages()
        for reader in (one, two):
            await reader.subscribe("releve/linky/live")
        assert managed.edge.post("releve/linky/live", b"{}")
        assert (await anext(first)).payload == (await anext(second)).payload == b"{}"


async def test_the_admin_is_gone_once_the_accounts_are_right(managed):
    # its client id is free: who comes with it takes over from nobody
    async with connected(
        managed.address, managed.login("releve-admin"), "releve-admin"
    ) as admin:
        messages = admin.messages()
        await admin.subscribe(f"{CONTROL}/response")
        await managed.edge.publish("releve/x", b"x", qos=1)
        asked = b'{"commands":[{"command":"listClients"}]}'
        await admin.publish(CONTROL, asked, qos=1)
        assert b"owner-shell" in (await anext(messages)).payload
