"""Mosquitto and InfluxDB as our drop-ins run them, under a real systemd."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.influxd import need
from tests.real.machine import Machine, booted

pytestmark = [pytest.mark.machine, pytest.mark.timeout(300)]

DEPLOY = Path(__file__).parents[2] / "deploy"
DROP_IN = "etc/systemd/system/{}.service.d/releve.conf"
CLIENTS = ("mosquitto_ctrl", "mosquitto_pub", "mosquitto_sub")
INFLUXDB = """
[Unit]
Description=InfluxDB 2, as InfluxData's package starts it
[Service]
Type=forking
User=influxdb
ExecStart=/usr/lib/influxdb/scripts/influxd-systemd-start.sh
PIDFile=/var/lib/influxdb/influxd.pid
"""
ASK = """python3 -c 'import urllib.request as u; print(u.urlopen("{}").read())'"""


@pytest.fixture
def machine(clean: Path, tmp_path: Path) -> Iterator[Machine]:
    with booted(tmp_path / "disk", clean) as machine:
        yield machine


def place(machine: Machine, file: str, path: str) -> Path:
    target = machine.root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(DEPLOY / file, target)
    return target


def held(machine: Machine, service: str) -> dict[str, str]:
    """Give the status of a service's process, as the kernel has it."""
    main = machine.said(f"systemctl show --value --property=MainPID {service}")
    lines = machine.said(f"cat /proc/{main}/status").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def ports(machine: Machine) -> set[str]:
    """Give the addresses that anything listens at, as 127.0.0.1:1883."""
    found = set()
    for line in machine.said("tail -qn +2 /proc/net/tcp /proc/net/tcp6").splitlines():
        _, local, _, state, *_ = line.split()
        host, port = local.split(":")
        if state == "0A":
            short = ".".join(str(b) for b in reversed(bytes.fromhex(host[-8:])))
            found.add(f"{short if len(host) == 8 else host}:{int(port, 16)}")
    return found


@pytest.fixture
def broker(machine: Machine) -> Machine:
    """Give a machine whose own Mosquitto has our settings, and an administrator."""
    place(
        machine, "systemd/mosquitto.service.d/releve.conf", DROP_IN.format("mosquitto")
    )
    settings = place(
        machine, "mosquitto/releve.conf", "etc/mosquitto/conf.d/releve.conf"
    )
    triplet = next(Path("/usr/lib").glob("*-linux-gnu/mosquitto_dynamic_security.so"))
    text = settings.read_text().replace("@TRIPLET@", triplet.parent.name)
    settings.write_text(text)
    for name in CLIENTS:  # they and their library are this machine's own
        shutil.copy(f"/usr/bin/{name}", machine.root / "usr/bin")
    machine.run(
        "setpriv --reuid=mosquitto --regid=nogroup --clear-groups mosquitto_ctrl dynsec"
        " init /var/lib/mosquitto/dynamic-security.json admin a-word-for-a-test"
    )
    machine.run("systemctl daemon-reload && systemctl restart mosquitto")
    return machine


ADMIN = "-u admin -P a-word-for-a-test"


def test_mosquitto_runs_in_its_sandbox_and_lets_nobody_in_unknown(
    broker: Machine,
) -> None:
    assert broker.said("systemctl is-active mosquitto") == "active"
    status = held(broker, "mosquitto")
    user = broker.said("id --user mosquitto")
    assert status["Uid"].split() == [user] * 4
    assert status["Seccomp"] == "2"
    assert int(status["CapBnd"], 16) == 0
    assert ports(broker) == {"127.0.0.1:1883"}
    nobody = broker.run("mosquitto_pub -t x -m 1", check=False)
    assert "not authorised" in nobody.stderr
    listed = broker.run(f"mosquitto_ctrl {ADMIN} dynsec listClients")
    assert listed.stdout.split() == ["admin"]


def test_what_the_administrator_changes_is_kept_over_a_restart(broker: Machine) -> None:
    broker.run(f"mosquitto_ctrl {ADMIN} dynsec createRole reader")
    broker.run("systemctl restart mosquitto")
    roles = broker.run(f"mosquitto_ctrl {ADMIN} dynsec listRoles").stdout.split()
    assert sorted(roles) == ["admin", "reader"]


def test_influxdb_runs_in_its_sandbox_for_this_machine_alone(machine: Machine) -> None:
    shutil.copy(need(), machine.root / "usr/bin/influxd")
    (machine.root / "lib/systemd/system/influxdb.service").write_text(INFLUXDB)
    machine.run("adduser --system --group --quiet --no-create-home influxdb")
    place(machine, "systemd/influxdb.service.d/releve.conf", DROP_IN.format("influxdb"))
    place(machine, "influxdb/config.toml", "etc/influxdb/config.toml")
    machine.run("systemctl disable --now mosquitto && systemctl daemon-reload")
    machine.run("systemctl start influxdb")
    machine.until(
        ASK.format("http://127.0.0.1:8086/health") + " || systemctl status influxdb",
        lambda said: '"status":"pass"' in said,
    )
    assert ports(machine) == {"127.0.0.1:8086"}
    status = held(machine, "influxdb")
    assert status["Seccomp"] == "2"
    assert status["NoNewPrivs"] == "1"
    assert status["Uid"].split() == [machine.said("id --user influxdb")] * 4
    # nothing of ours is outside what systemd gave it
    found = machine.said("find /var/lib/influxdb -name influxd.bolt")
    assert found == "/var/lib/influxdb/influxd.bolt"
    machine.run("systemctl stop influxdb")
    assert (
        machine.said("systemctl show --value --property=Result influxdb") == "success"
    )


def test_the_log_is_in_memory_where_the_owner_spares_the_card(machine: Machine) -> None:
    place(machine, "journald/releve.conf", "etc/systemd/journald.conf.d/50-releve.conf")
    machine.run("systemctl restart systemd-journald")
    machine.run("systemd-run --quiet echo a-line-of-this-test")
    memory, card = "/run/log/journal", "/var/log/journal"
    machine.until(
        f"journalctl --directory={memory}", lambda said: "a-line-of-this-test" in said
    )
    assert "a-line-of-this-test" not in machine.said(f"journalctl --directory={card}")
