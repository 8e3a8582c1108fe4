"""A broker of Relevé's own: kept running, its accounts kept right, ended with it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from paho.mqtt.client import Client

from edge.broker.child import MEMORY_BYTES, _started, end_orphan
from edge.broker.parts import owner_login
from edge.broker.wire import Wire
from edge.lan.certificates import Certificates
from edge.lan.names import Names
from tests.real.brokers import MOSQUITTO, Managed, connected, kept_up, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]


def of_process(pid, name):
    return Path(f"/proc/{pid}/{name}").read_bytes()


def alive(pid):
    """Tell whether a process runs; one that nobody has reaped does not."""
    try:
        return of_process(pid, "stat").rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


@pytest.fixture
def managed(tmp_path):
    return Managed(tmp_path)


async def retained(managed, topic):
    async with asyncio.timeout(20), managed.connected("owner") as owner:
        messages = owner.messages()
        await owner.subscribe(topic)
        return (await anext(messages)).payload


async def test_it_starts_with_the_service_and_ends_with_it(managed, caplog):
    async with kept_up(managed):
        await managed.up()
        pid = managed.pid
        assert await retained(managed, "releve/status") == b"online"
    assert not alive(pid)
    assert not (managed.directory / "mosquitto.pid").exists()
    assert "Traceback" not in caplog.text


async def test_what_it_may_hold_is_bounded_and_not_by_its_own_count(managed):
    async with kept_up(managed):
        await managed.up()
        limits = of_process(managed.pid, "limits").decode()
        assert f"Max data size             {MEMORY_BYTES}" in limits
    assert "memory_limit" not in (managed.directory / "mosquitto.conf").read_text()


async def test_the_owner_hears_offline_before_it_ends(managed, monkeypatch):
    def by_the_broker(wire, topic, _payload, **words):
        Client.will_set(wire, topic, b"by the broker", **words)

    # a broker that ends publishes the wills of all that are still there
    monkeypatch.setattr(Wire, "will_set", by_the_broker)
    task = asyncio.create_task(managed.run())
    await managed.up()
    async with managed.connected("owner") as owner:
        messages = owner.messages()
        await owner.subscribe("releve/status")
        assert (await anext(messages)).payload == b"online"
        task.cancel()
        assert (await anext(messages)).payload == b"offline"
        await owner.lost()
    await asyncio.gather(task, return_exceptions=True)


class Saying:
    """An output that leaves something on the broker, once."""

    def __init__(self):
        self.said = False

    async def run(self, publisher):
        if not self.said:
            await publisher.publish("releve/kept", b"kept", qos=1, retain=True)
            self.said = True


async def test_what_it_keeps_outlives_a_restart(tmp_path):
    managed = Managed(tmp_path, [Saying()])
    for _ in range(2):
        async with kept_up(managed):
            await managed.up()
            assert await retained(managed, "releve/kept") == b"kept"
        managed.again()


async def test_one_that_is_killed_is_started_again(managed):
    async with kept_up(managed):
        for starts in (1, 2, 3):
            await until(lambda: managed.broker.counters["starts"] == starts)  # noqa: B023
            await managed.up()
            os.kill(managed.pid, signal.SIGKILL)
            await until(lambda: not managed.broker.ok)
            await until(lambda: "(code -9)" in managed.broker.detail)
        await managed.up()
        await until(lambda: managed.session.counters["reconnects"] == 3)


async def test_all_its_files_are_the_services_alone_and_no_password_is_seen(
    managed, caplog
):
    caplog.set_level("DEBUG")
    old = os.umask(0)
    try:
        async with kept_up(managed):
            await managed.up()
            login = owner_login(managed.config)
            words = of_process(managed.pid, "cmdline")
            around = of_process(managed.pid, "environ")
    finally:
        os.umask(old)
    passwords = [path.read_text().strip() for path in secret_files(managed)]
    assert len(set(passwords)) == 4
    for path in (managed.directory, *managed.directory.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    seen = f"{caplog.text}{login!r}{words!r}{around!r}{managed.parts.health()!r}"
    seen += (managed.directory / "mosquitto.conf").read_text()
    seen += (managed.directory / "dynamic-security.json").read_text()
    for password in passwords:
        assert password not in seen


def secret_files(managed):
    return sorted(managed.directory.glob("*.password"))


def rubbish(path):
    path.write_bytes(b"\x00rubbish" * 99)


def cut(path):
    path.write_bytes(path.read_bytes()[:300])


def changed(change):
    def write(path):
        document = json.loads(path.read_text())
        change(document)
        path.write_text(json.dumps(document))

    return write


def client(document, user):
    return next(each for each in document["clients"] if each["username"] == user)


def role(document, name):
    return next(each for each in document["roles"] if each["rolename"] == name)


def without(kind, key, name):
    def change(document):
        document[kind] = [each for each in document[kind] if each[key] != name]

    return changed(change)


ALL = {"acltype": "subscribePattern", "topic": "#", "priority": 9, "allow": True}
HARM = {
    "deleted": Path.unlink,
    "rubbish": rubbish,
    "empty": lambda path: path.write_bytes(b""),
    "cut": cut,
    "a list": lambda path: path.write_text("[]"),
    "no clients": changed(lambda d: d.pop("clients")),
    "odd clients": changed(lambda d: d.update(clients=["x", 1, None])),
    "no admin": without("clients", "username", "releve-admin"),
    "admin disabled": changed(
        lambda d: client(d, "releve-admin").update(disabled=True)
    ),
    "admin's password": changed(
        lambda d: client(d, "releve-admin").update(password="AAAA")  # noqa: S106 - none
    ),
    "admin's salt": changed(lambda d: client(d, "releve-admin").update(salt="&")),
    "admin's role": without("roles", "rolename", "releve-admin"),
    "admin's rights": changed(lambda d: role(d, "releve-admin").update(acls=[])),
    "no edge": without("clients", "username", "releve-edge"),
    "edge's password": changed(
        lambda d: client(d, "releve-edge").update(password="AAAA")  # noqa: S106 - none
    ),
    "edge's client id": changed(
        lambda d: client(d, "releve-edge").update(clientid="else")
    ),
    "edge widened": changed(lambda d: role(d, "releve-edge")["acls"].append(ALL)),
    "owner disabled": changed(lambda d: client(d, "owner").update(disabled=True)),
    "owner freed": changed(lambda d: client(d, "owner").pop("clientid")),
    "owner widened": changed(
        lambda d: client(d, "owner")["roles"].append({"rolename": "releve-admin"})
    ),
    "a stranger": changed(
        lambda d: d["clients"].append({"username": "x", "roles": []})
    ),
    "a strange role": changed(
        lambda d: d["roles"].append({"rolename": "x", "acls": [ALL]})
    ),
    "a group": changed(
        lambda d: d["groups"].append(
            {"groupname": "x", "roles": [], "clients": [{"username": "owner"}]}
        )
    ),
    "defaults": changed(
        lambda d: d["defaultACLAccess"].update(
            publishClientReceive=True, publishClientSend=True, subscribe=True
        )
    ),
}


def meaning(document):
    """What a file says, without the salts that differ each time."""
    return {
        "defaults": document["defaultACLAccess"],
        "groups": document["groups"],
        "roles": {
            each["rolename"]: sorted(str(sorted(a.items())) for a in each["acls"])
            for each in document["roles"]
        },
        "clients": {
            each["username"]: (
                each.get("clientid"),
                each.get("disabled", False),
                sorted(a["rolename"] for a in each["roles"]),
                "password" in each,
            )
            for each in document["clients"]
        },
    }


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """The files of a home whose accounts are right, to be copied and harmed."""
    path = tmp_path_factory.mktemp("right")

    async def run():
        managed = Managed(path)
        async with kept_up(managed):
            await managed.up()

    asyncio.run(run())
    return path


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
async def test_accounts_that_were_harmed_are_put_right_at_the_next_start(
    harm, right, tmp_path
):
    shutil.copytree(right, tmp_path, dirs_exist_ok=True)
    managed = Managed(tmp_path)
    file = managed.directory / "dynamic-security.json"
    before = meaning(json.loads(file.read_text()))
    harm(file)
    async with kept_up(managed):
        await managed.up()
        assert managed.broker.counters["repairs"] > 0
        assert await retained(managed, "releve/status") == b"online"
        async with managed.connected("owner-shell"):
            pass
    assert meaning(json.loads(file.read_text())) == before


async def test_accounts_that_are_right_stay_as_they_are(managed):
    file = managed.directory / "dynamic-security.json"
    async with kept_up(managed):
        await managed.up()
    before = file.read_bytes()
    managed.again()
    async with kept_up(managed):
        await managed.up()
        assert managed.broker.counters["repairs"] == 0
    assert file.read_bytes() == before


async def test_a_password_that_is_lost_is_made_anew_and_the_old_one_is_worth_nothing(
    managed,
):
    async with kept_up(managed):
        await managed.up()
    old = managed.login("owner")
    (managed.directory / "owner.password").unlink()
    managed.again()
    async with kept_up(managed):
        await managed.up()
        assert managed.login("owner") != old
        async with managed.connected("owner"):
            pass
        with pytest.raises(Exception, match="authorise"):
            async with connected(managed.address, old, "releve-owner"):
                pass


async def test_what_it_kept_is_set_aside_when_it_is_damaged(managed):
    async with kept_up(managed):
        await managed.up()
    kept = managed.directory / "mosquitto.db"
    assert kept.exists()
    kept.write_bytes(b"\x00rubbish" * 999)
    managed.again()
    async with kept_up(managed):
        await managed.up()
        assert (managed.directory / "mosquitto.db.damaged").exists()


async def test_a_port_that_is_taken_is_said_with_what_to_do_and_tried_again(
    managed, caplog
):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", managed.port))
        other.listen()
        other.setblocking(False)
        async with kept_up(managed):
            await until(lambda: "another program listens" in managed.broker.detail)
            assert "mqtt.listen" in managed.broker.detail
            assert "systemctl disable --now mosquitto" in managed.broker.detail
            # nobody was told a password: nobody even called
            with pytest.raises(BlockingIOError):
                other.accept()
            other.close()
            await managed.up()
    assert "Traceback" not in caplog.text


SERVICE = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.real.brokers import Managed
managed = Managed(Path(sys.argv[1]))
print(managed.port, flush=True)
asyncio.run(managed.run())
"""


@pytest.mark.parametrize("with_setpriv", [True, False])
async def test_a_service_that_is_killed_leaves_no_broker_behind(tmp_path, with_setpriv):
    environment = dict(os.environ)
    if not with_setpriv:
        # as on a system that has none: the pid file must do
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "mosquitto").symlink_to(MOSQUITTO)
        environment["PATH"] = str(folder)
    pid_file = tmp_path / "data" / "broker" / "mosquitto.pid"
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, str(tmp_path), env=environment, stdout=-1
    )
    port = int(await first.stdout.readline())
    await until(lambda: pid_file.exists() and listens(port))
    pid = int(pid_file.read_text().split()[0])
    first.kill()
    await first.wait()
    first._transport.close()
    if with_setpriv:
        await until(lambda: not alive(pid))
        return
    assert listens(port)
    managed = Managed(tmp_path)
    async with kept_up(managed):
        await managed.up()
        assert not listens(port)
        assert managed.pid != pid


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_a_pid_that_is_anothers_now_is_left_alone(tmp_path):
    pid_file, conf = tmp_path / "mosquitto.pid", tmp_path / "mosquitto.conf"
    words = ["sh", "-c", "read _", str(conf)]
    with subprocess.Popen(  # noqa: ASYNC220 - at once
        words, stdin=subprocess.PIPE
    ) as other:
        began = _started(other.pid)
        try:
            for noted, named in (
                (f"{other.pid} {int(began) - 1}", conf),  # a pid that came round again
                (f"{other.pid} {began}", tmp_path / "another.conf"),
                (f"{other.pid}", conf),
                ("x y", conf),
                ("", conf),
                ("-1 1", conf),
            ):
                pid_file.write_text(noted)
                await end_orphan(pid_file, named)
                assert other.poll() is None
            # and what is ours is not
            pid_file.write_text(f"{other.pid} {began}")
            await end_orphan(pid_file, conf)
            assert not alive(other.pid)
        finally:
            other.kill()


async def test_the_line_that_is_shown_works_and_names_no_password(managed):
    async with kept_up(managed):
        await managed.up()
        shell = owner_login(managed.config).shell
        told = await asyncio.create_subprocess_exec(
            *("mosquitto_sub", "-v", "-C", "1", "-W", "20", "-t", "releve/#"),
            env={**os.environ, "XDG_CONFIG_HOME": str(shell)},
            stdout=-1,
        )
        said, _ = await told.communicate()
        assert said == b"releve/status online\n"


async def test_a_listening_address_of_another_machine_is_said(tmp_path):
    names = Names(("pi.local",))
    Certificates.open(tmp_path / "data", names, datetime.now(UTC))
    managed = Managed(tmp_path, lan={"open": True, "mqtt": "198.51.100.1:8883"})
    async with kept_up(managed):
        await until(lambda: "no address of this machine" in managed.broker.detail)


async def test_a_directory_that_is_none_is_said_and_the_service_goes_on(
    managed, caplog
):
    managed.directory.parent.mkdir()
    managed.directory.write_text("in the way")
    async with kept_up(managed):
        await until(lambda: "can't be used" in managed.broker.detail)
        managed.directory.unlink()
        await managed.up()
    assert "Traceback" not in caplog.text


async def test_it_is_given_nothing_of_our_environment(managed, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere")
    monkeypatch.setenv("RELEVE_MQTT__URL", "mqtt://me:s3cret@host")
    async with kept_up(managed):
        await managed.up()
        around = of_process(managed.pid, "environ")
    assert b"NOTIFY_SOCKET" not in around
    assert b"s3cret" not in around
