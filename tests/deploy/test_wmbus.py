"""The kit for meters that speak by radio: its files fit each other, and Relevé."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from edge.config import load_config
from edge.host import HostClock
from edge.sources.mqtt_in import MqttMeter
from edge.sources.plugins import build

KIT = Path(__file__).parents[2] / "deploy/wmbus"
UNIT = "releve-wmbus.service"


def settings(path: Path) -> dict[str, str]:
    """Give what a file of wmbusmeters says, as it reads it."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    said = [line for line in lines if line and not line.startswith("#")]
    assert all("=" in line for line in said)
    return dict(line.split("=", 1) for line in said)


def test_what_the_radio_hears_is_what_releve_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "releve.toml"
    shutil.copy(KIT / "releve.toml", path)
    path.chmod(0o600)
    config = load_config(path)
    listed = {meter.id: meter for meter in config.meters if "mqtt" in meter.model_extra}
    heard = {file.name: settings(file) for file in (KIT / "wmbusmeters.d").iterdir()}
    assert listed.keys() == heard.keys() == {"water", "gas"}
    for name, meter in listed.items():
        table = meter.model_dump() | {"data_dir": str(tmp_path)}
        source = build(table, HostClock())
        assert isinstance(source, MqttMeter)
        assert source.topic == "wmbusmeters/#"
        assert table["mqtt"]["ids"] == [heard[name]["id"]]
        assert heard[name]["driver"] != "auto"


def test_nothing_is_written_to_the_card_and_no_password_to_the_command_line() -> None:
    said = settings(KIT / "wmbusmeters.conf")
    assert said["format"] == "json"
    assert not said.keys() & {"meterfiles", "logfile"}
    assert said["logtelegrams"] == "false"
    assert not re.search(r"\s-(P|u|h)\s", said["shell"])
    assert said["shell"].endswith('-t wmbusmeters/$METER_ID -m "$METER_JSON"')


def test_only_the_radio_may_say_what_a_meter_shows() -> None:
    rights: dict[str, set[tuple[str, str]]] = {}
    for line in (KIT / "mosquitto.acl").read_text().splitlines():
        words = line.split()
        if words[:1] == ["user"]:
            rights[words[1]] = set()
            user = words[1]
        elif words[:1] == ["topic"]:
            rights[user].add((words[1], words[2]))
    writers = {
        user
        for user, given in rights.items()
        for how, topic in given
        if "write" in how and topic.startswith("wmbusmeters")
    }
    assert writers == {"wmbus"}
    assert ("read", "wmbusmeters/#") in rights["releve"]
    assert rights.keys() == {"wmbus", "releve", "owner"}


def test_each_file_of_the_kit_is_named_in_its_instructions() -> None:
    text = (KIT / "README.md").read_text()
    files = [path for path in KIT.rglob("*") if path.is_file()]
    missing = {p.name for p in files if p.name not in text} - {"README.md", "gas"}
    assert not missing
    assert not [p for p in files if p.stat().st_mode & stat.S_IXUSR]


def test_the_unit_is_understood_by_systemd_and_hardly_exposed(tmp_path: Path) -> None:
    system = tmp_path / "etc/systemd/system"
    system.mkdir(parents=True)
    shutil.copy(KIT / UNIT, system)
    for target in Path("/lib/systemd/system").glob("*.target"):
        shutil.copy(target, system, follow_symlinks=True)
    program = tmp_path / "usr/bin/wmbusmeters"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    words = ["systemd-analyze", "--no-pager", f"--root={tmp_path}"]
    verified = subprocess.run(
        [*words, "verify", "--recursive-errors=no", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    said = (verified.stdout + verified.stderr).splitlines()
    assert not [line for line in said if "Unknown" in line or UNIT in line]
    scored = subprocess.run(
        [*words, "security", "--offline=true", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", scored.stdout)
    assert found, scored.stdout + scored.stderr
    assert float(found[1]) <= 2.0


@pytest.mark.parametrize("name", ["mosquitto.conf", "mosquitto.acl", "mosquitto_pub"])
def test_no_real_secret_is_in_it(name: str) -> None:
    text = (KIT / name).read_text()
    assert not re.search(r"\b[0-9A-Fa-f]{32}\b", text)
