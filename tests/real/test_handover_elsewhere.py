"""What a home has put elsewhere goes too: at a Cozy, a cloud, a broker, in InfluxDB."""

from __future__ import annotations

import asyncio
import json

import pytest

from cli import handover as command
from edge.errors import JournalError, StoreDown
from edge.handover.begun import Begun
from edge.journal import Journal
from edge.outputs.cloud import account as clouds
from edge.outputs.cozy import account as cozys
from edge.outputs.cozy.account import Account
from edge.outputs.homeassistant import Announcing
from edge.outputs.topics import Topics
from edge.portability import sealed
from edge.stores.influx.http import Http
from edge.stores.influx.names import Databases
from edge.stores.influx.server import Influx2
from edge.stores.influx.setup import Bucket, Setup
from edge.stores.influx.token import ADMIN, TOKEN, keep_secret
from tests.attacks.twin_home import NOW_MS
from tests.cli.test_handover import NEW, Pi
from tests.real import influxd as real
from tests.real.brokers import MOSQUITTO, connected, running, until
from tests.real.cloud_house import PREFIX, Cloud, CloudHome
from tests.real.cozy_house import HERE, CozyHome, Server
from tests.real.erased_house import holding
from tests.real.home import free_port
from tests.real.mqtt_rig import kept

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(sealed, "LOG_N", 4)
    monkeypatch.setattr(command, "GUARD", HERE)


@pytest.fixture
def pi(tmp_path):
    """Give a home that has read nothing yet."""
    made = Pi(tmp_path / "home")
    assert made("import", made.secret).exit_code != 0  # which makes its journal
    return made


def handed_over(pi, *words):
    return asyncio.to_thread(pi.handover, "--yes", *words)


# a Cozy


@pytest.fixture
async def server(tmp_path):
    made = Server(tmp_path / "cozy")
    await made.start()
    yield made
    await made.end()


@pytest.fixture
async def connected_pi(tmp_path, server):
    """Give a home that has sent its days to a Cozy."""
    made = Pi(tmp_path / "home")
    home = CozyHome(made.config.parent, server, now_ms=NOW_MS)
    home.open()
    async with home.running():
        await home.connect()
        await home.quiet()
    home.close()
    assert await server.docs()
    return made


async def test_a_cozy_is_emptied_of_ours_and_forgets_us(connected_pi, server):
    said = await handed_over(connected_pi, "--cozy", "erase")
    assert said.exit_code == 0, said.output
    assert await server.docs() == {}
    assert (await server.told())["clients"] == []
    assert connected_pi.receipt["elsewhere"] == {"cozy erased": 1}


async def test_a_cozy_that_is_left_keeps_what_it_has(connected_pi, server):
    said = await handed_over(connected_pi, "--cozy", "leave")
    assert said.exit_code == 0, said.output
    assert await server.docs()
    assert connected_pi.receipt["elsewhere"] == {"cozy left": 1}


@pytest.fixture
def far(pi):
    """Give a home whose Cozy doesn't answer."""
    url = f"https://localhost:{free_port()}"
    cozys.keep(pi.data, Account("cozy", url, "client", "", "secret", "registration"))
    return pi


async def test_what_becomes_of_a_cozy_is_asked(far):
    said = await handed_over(far)
    assert "--cozy erase" in str(said.exception)
    assert Begun.of(far.data) is None
    await asyncio.to_thread(far.handover, typed="n\nhand over\n")
    assert Begun.of(far.data).cozys == {"cozy": "leave"}


async def test_one_that_doesnt_answer_is_waited_for_and_nothing_is_open(far):
    said = await handed_over(far, "--cozy", "erase")
    assert said.exit_code == 3, said.output
    assert "cozy:cozy didn't answer" in said.output
    assert cozys.names(far.data) == ["cozy"]
    with pytest.raises(JournalError, match="a handover was begun"):
        Journal.open(far.data)
    done = await asyncio.to_thread(far, "handover", "--without-reaching")
    assert done.exit_code == 0, done.output
    assert far.files() == NEW
    assert far.receipt["elsewhere"] == {"cozy unreached": 1}


# a cloud


@pytest.fixture
async def cloud(tmp_path, pi):
    """Give a cloud that a home is configured with."""
    if MOSQUITTO is None:
        pytest.skip("there is no Mosquitto")
    made = Cloud(tmp_path / "cloud")
    await made.start()
    with pi.config.open("a") as file:
        file.write(
            f'[[cloud]]\nname = "mine"\nurl = "{made.url}"\n'
            f'prefix = "{PREFIX}"\nca_file = "{made.ca_file}"\n'
        )
    yield made
    made.end()


async def claims(cloud):
    """Give what says there whose the prefix is."""
    async with cloud.ear(f"{PREFIX}/claim", "fence") as ear:
        await ear.connection.publish("fence", b"", qos=1)
        await until(lambda: "fence" in [one.topic for one in ear.told])
        return [one.payload for one in ear.told if one.topic != "fence"]


async def test_a_prefix_is_left_to_others_and_the_login_forgotten(pi, cloud):
    home = CloudHome(pi.config.parent, cloud)
    home.open()
    home.add()
    async with home.running(), cloud.ear(f"{PREFIX}/claim") as ear:
        await until(lambda: ear.told)
    home.close()
    said = await handed_over(pi)
    assert said.exit_code == 0, said.output
    assert await claims(cloud) == []
    assert "cloud" not in pi.config.read_text()
    assert pi.receipt["elsewhere"] == {"cloud left": 1}


async def test_a_prefix_that_another_home_has_by_now_stays_its_own(pi, cloud):
    clouds.keep(pi.data, "mine", clouds.Account("s1", "", ""))
    others = b'{"home": "another"}'
    async with cloud.ear() as ear:
        await ear.connection.publish(f"{PREFIX}/claim", others, qos=1, retain=True)
    said = await handed_over(pi)
    assert said.exit_code == 0, said.output
    assert await claims(cloud) == [others]
    assert pi.receipt["elsewhere"] == {"cloud left": 1}


# a broker of others


@pytest.mark.skipif(MOSQUITTO is None, reason="there is no Mosquitto")
async def test_what_stands_of_us_on_anothers_broker_goes_and_theirs_stays(tmp_path, pi):
    ours = Announcing(Topics("releve"), "homeassistant", "fr", "1")
    device = json.dumps(ours.document("chez-dupont", "linky", 0, ["power"], 60))
    stands = {
        "releve/status": "online",
        "releve/cursor": "{}",
        "releve/chez-dupont/live/apparent_power_va": "460",
        "releve/chez-dupont/day/import_total_wh": "{}",
        "releve/one-of-before/event/leak": "{}",
        ours.topic("releve_chez-dupont"): device,
    }
    theirs = {
        "zigbee2mqtt/lamp": "on",
        "releve/in/node/water": "17",
        "homeassistant/device/lamp/config": '{"o": {"name": "lamp"}}',
    }
    async with running(tmp_path) as broker:
        async with connected(broker.address) as connection:
            for topic, said in {**stands, **theirs}.items():
                await connection.publish(topic, said.encode(), qos=1, retain=True)
        with pi.config.open("a") as file:
            file.write(f'[mqtt]\nurl = "mqtt://127.0.0.1:{broker.port}"\n')
        said = await handed_over(pi)
        assert said.exit_code == 0, said.output
        left = await asyncio.to_thread(kept, broker.port)
    assert {topic: word.decode() for topic, word in left.items()} == theirs
    assert "mqtt" not in pi.config.read_text()
    assert pi.receipt["elsewhere"] == {"broker erased": 1}


# an InfluxDB


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    made = real.Influxd(real.need(), tmp_path_factory.mktemp("influxd"))
    made.start()
    made.set_up()
    yield made
    made.kill()


@pytest.fixture
def filled(influxd, pi):
    """Give a home whose InfluxDB has a point in each bucket."""
    names = Databases("releve").all
    setup = Setup(influxd.url, influxd.org, token=influxd.token)
    setup.prepare([Bucket(name, 0, 52 * 604_800) for name in names], pi.data / TOKEN)
    setup.close()
    server = Influx2(influxd.url, influxd.org, (pi.data / TOKEN).read_text().strip)
    for name in names:
        server.write(name, [f"electricity,meter=chez-dupont power=460 {NOW_MS}"])
    server.close()
    with pi.config.open("a") as file:
        file.write(f'[influxdb]\nurl = "{influxd.url}"\norg = "{influxd.org}"\n')
    return pi


def points(influxd, token):
    """Give what InfluxDB says that it holds, by whoever has a token."""
    server = Influx2(influxd.url, influxd.org, lambda: token)
    try:
        return [
            server.ask(name, "SHOW MEASUREMENTS")[0] for name in Databases("releve").all
        ]
    finally:
        server.close()


async def test_by_a_token_of_ours_all_that_is_in_its_buckets_goes(influxd, filled):
    said = await handed_over(filled)
    assert said.exit_code == 0, said.output
    assert points(influxd, influxd.token) == [[], [], []]
    assert "influxdb" not in filled.config.read_text()
    assert filled.receipt["elsewhere"] == {"influxdb erased": 1}


async def test_one_that_we_set_up_stays_the_machines_by_secrets_made_anew(
    influxd, filled
):
    before, token = influxd.token, (filled.data / TOKEN).read_text().strip()
    keep_secret(filled.data / ADMIN, json.dumps({"token": before}))
    assert holding(influxd.directory, [b"chez-dupont"])
    said = await handed_over(filled)
    assert said.exit_code == 0, said.output
    assert filled.files() == NEW | {ADMIN}
    after = json.loads((filled.data / ADMIN).read_text())["token"]
    for old in (before, token):
        with pytest.raises(StoreDown, match="doesn't take our token"):
            points(influxd, old)
    http = Http(influxd.url)
    said = http.exchange("GET", "/api/v2/buckets?limit=100", token=after)
    http.close()
    left = {one["name"] for one in json.loads(said.text)["buckets"]}
    assert not left & set(Databases("releve").all)
    assert holding(influxd.directory, [b"chez-dupont"]) == set()
    influxd.token = after
