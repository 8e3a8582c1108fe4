"""Each unit as it will be on the Pi: read by systemd itself, its exposure measured."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy/systemd"
LIMIT = 1.5
# As the packages ship them, as far as the drop-ins build on it.
MOSQUITTO = Path("/lib/systemd/system/mosquitto.service")
INFLUXDB = """
[Unit]
Description=InfluxDB 2, as InfluxData's package starts it
After=network-online.target
[Service]
Type=forking
User=influxdb
Group=influxdb
LimitNOFILE=65536
EnvironmentFile=-/etc/default/influxdb2
ExecStart=/usr/lib/influxdb/scripts/influxd-systemd-start.sh
PIDFile=/var/lib/influxdb/influxd.pid
Restart=on-failure
StateDirectory=influxdb
TimeoutStartSec=0
[Install]
WantedBy=multi-user.target
"""
SERVICES = ("releve", "releve-backup", "releve-collect", "mosquitto", "influxdb")
PROGRAMS = (
    "/usr/bin/releve",
    "/usr/lib/releve/bin/backup",
    "/usr/sbin/mosquitto",
    "/usr/bin/influxd",
    "/bin/kill",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a machine's root with our units, drop-ins and what they build on."""
    system = tmp_path / "etc/systemd/system"
    shutil.copytree(UNITS, system)
    shutil.copy(MOSQUITTO, system)
    (system / "influxdb.service").write_text(INFLUXDB)
    for target in Path("/lib/systemd/system").glob("*.target"):
        shutil.copy(target, system, follow_symlinks=True)
    for program in PROGRAMS:
        path = tmp_path / program[1:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return tmp_path


def analyze(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", f"--root={root}", *words],
        capture_output=True,
        text=True,
        check=False,
    )


def exposure(root: Path, service: str) -> float:
    """Give systemd's own measure of a unit, 0 (safe) to 10."""
    limit = str(round(LIMIT * 10))
    done = analyze(
        root, "security", "--offline=true", f"--threshold={limit}", f"{service}.service"
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert (done.returncode == 0) == (float(found[1]) <= LIMIT)
    return float(found[1])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_hardly_exposed(root: Path, service: str) -> None:
    assert exposure(root, service) <= LIMIT


@pytest.mark.parametrize("service", ["mosquitto", "influxdb"])
def test_without_our_drop_in_it_would_be(root: Path, service: str) -> None:
    shutil.rmtree(root / f"etc/systemd/system/{service}.service.d")
    assert exposure(root, service) > 8


@pytest.mark.parametrize("unit", [*UNITS.glob("*.*")], ids=lambda path: path.name)
def test_systemd_understands_every_line(root: Path, unit: Path) -> None:
    name = unit.name.removesuffix(".d")
    said = analyze(root, "verify", "--recursive-errors=no", name)
    ours = [
        line
        for line in (said.stdout + said.stderr).splitlines()
        if "Unknown" in line or name in line
    ]
    assert not ours


def test_a_line_that_systemd_does_not_know_is_seen(root: Path) -> None:
    unit = root / "etc/systemd/system/releve.service"
    unit.write_text(unit.read_text().replace("UMask=", "Umaks="))
    said = analyze(root, "verify", "--recursive-errors=no", "releve.service")
    assert "Unknown key 'Umaks'" in said.stderr


def test_influxdb_listens_to_this_machine_alone_and_has_its_sizes() -> None:
    text = (ROOT / "deploy/influxdb/config.toml").read_text()
    said = dict(re.findall(r"^([a-z-]+) = (.+)$", text, re.MULTILINE))
    assert said["http-bind-address"] == '"127.0.0.1:8086"'
    assert int(said["storage-cache-max-memory-size"]) <= 64 << 20
    assert int(said["storage-max-concurrent-compactions"]) == 1
    assert said["reporting-disabled"] == "true"
