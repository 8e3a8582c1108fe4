"""Of a configuration the machine's own stays; whatever else it says goes."""

from __future__ import annotations

import os
import tomllib

import pytest

from edge.config import load_config
from edge.config.load import ConfigError, config_of
from edge.handover import machine

HOUSEHOLD = """
# the Duponts, 3 rue des Lilas
data_dir = "/var/lib/releve"
time_zone = "Indian/Reunion"

[api]
listen = "127.0.0.1:8081"
hosts = ["dupont.example"]
url = "https://dupont.example:8443"
cors = ["https://dupont.example"]

[lan]
open = true
name = "chez-dupont"
https = "0.0.0.0:9443"

[keep]
half_hours = 0

[backup]
to = "/media/dupont"
passphrase_file = "/etc/releve/phrase"

[influxdb]
url = "http://dupont.example:8086"
org = "dupont"

[store]
engine = "influxdb"
raw_days = 60

[mqtt]
url = "mqtt://dupont:secret@broker.example:1883"
prefix = "dupont"
language = "en"

[imports]
folder = "/home/dupont/import"

[[meters]]
id = "chez-dupont"
port = "/dev/serial/by-id/usb-tic"
mode = "standard"
identifier = "01234567890123"

[[meters]]
id = "gaz-dupont"
kind = "gazpar"
identifier = "21098765432104"
gpio = 17
active = "high"
index_m3 = 10380.42
conversion_kwh_m3 = { 2025-11-01 = 11.05 }

[[meters]]
id = "eau"
kind = "water"
mqtt = { preset = "wmbusmeters", ids = ["00aabb11"] }

[[meters]]
id = "second"
port = "/dev/ttyUSB1"

[[collectors]]
kind = "grdf"
secret_file = "/etc/releve/dupont.secret"

[[cloud]]
name = "dupont"
url = "mqtts://cloud.example:8883"
prefix = "dupont"
"""
MACHINE = {
    "data_dir": "/var/lib/releve",
    "time_zone": "Indian/Reunion",
    "api": {"listen": "127.0.0.1:8081"},
    "lan": {"https": "0.0.0.0:9443"},
    "store": {"raw_days": 60},
    "mqtt": {"language": "en"},
    "meters": [
        {"id": "linky", "port": "/dev/serial/by-id/usb-tic", "mode": "standard"},
        {"id": "gas", "kind": "gazpar", "gpio": 17, "active": "high"},
        {"id": "water", "kind": "water"},
        {"id": "linky-2", "port": "/dev/ttyUSB1"},
    ],
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text(HOUSEHOLD)
    load_config(path)
    return path


def test_what_names_or_lets_in_a_household_goes(path):
    assert machine.kept(tomllib.loads(HOUSEHOLD)) == MACHINE
    machine.write(path)
    text = path.read_text()
    for word in ("dupont", "Dupont", "0123", "2109", "00aabb11", "secret", "1038"):
        assert word not in text
    assert load_config(path).zone.key == "Indian/Reunion"


def test_a_key_that_nobody_thought_of_goes():
    assert machine.kept({**MACHINE, "owner": "Dupont", "notes": {"x": 1}}) == MACHINE


def test_done_again_it_is_the_same(path):
    machine.write(path)
    before = path.stat().st_mtime_ns
    machine.write(path)
    assert path.stat().st_mtime_ns == before


def test_a_broker_of_the_machines_own_stays():
    told = {"mqtt": {"url": "managed", "listen": "127.0.0.1:1884", "prefix": "dupont"}}
    left = {"url": "managed", "listen": "127.0.0.1:1884"}
    assert machine.kept(told) == {"mqtt": left}


def test_a_home_of_radio_meters_alone_can_be_gone_on_with():
    water = {"id": "eau", "kind": "water", "mqtt": {"preset": "wmbusmeters"}}
    assert config_of(machine.kept({"meters": [water]})).meters[0].id == "water"


def test_copies_of_it_beside_are_found(path):
    copies = ["releve.toml.before", "releve.toml.before-2", "releve.toml~"]
    copies += ["releve.toml.dpkg-old"]
    for one in [*copies, "releve.toml.d", "other.toml.before"]:
        path.with_name(one).write_text("")
    assert {one.name for one in machine.before(path)} == set(copies)


@pytest.mark.parametrize("text", ["data_dir = ", "[[meters]]\nid = 3\n", "x = [\n"])
def test_one_that_cant_be_used_afterwards_is_said_before(path, text):
    path.write_text(text)
    with pytest.raises(ConfigError):
        machine.look(path)


def test_one_that_isnt_ours_to_write_is_said_before(path, monkeypatch):
    machine.look(path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConfigError, match="sudo releve handover"):
        machine.look(path)
