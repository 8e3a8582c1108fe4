"""The owner's MQTT login as the command line shows it, and the demo's way to look."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli import demo
from cli.demo_place import Place
from cli.main import app
from edge.broker import mosquitto
from edge.config import load_config
from edge.errors import BrokerError
from house import VirtualHome

METER = '[[meters]]\nid = "linky"\nport = "/dev/null"\n'


@pytest.fixture
def show(tmp_path):
    """Show the login of a home with this [mqtt]."""

    def run(mqtt, language="C"):
        config = tmp_path / "releve.toml"
        config.write_text(f'data_dir = "{tmp_path}/data"\n[mqtt]\n{mqtt}\n{METER}')
        words = ["owner-token", "--mqtt", "--config", str(config)]
        return CliRunner().invoke(app, words, env={"LC_ALL": language})

    return run


def test_it_is_ready_to_be_typed_into_home_assistant(show, tmp_path):
    said = show('url = "managed"').output
    password = (tmp_path / "data/broker/owner.password").read_text().strip()
    for part in ("127.0.0.1", "1883", "owner", password, "releve-owner"):
        assert part in said
    assert "`releve lan on`" in said


def test_the_line_to_look_names_no_password_and_reads_the_homes_own_prefix(
    show, tmp_path
):
    said = show('url = "managed"\nprefix = "maison"').output
    (line,) = [each for each in said.splitlines() if "mosquitto_sub" in each]
    assert line.endswith("mosquitto_sub -v -t 'maison/#'")
    for path in (tmp_path / "data/broker").glob("*.password"):
        assert path.read_text().strip() not in line


def test_where_the_network_is_open_it_is_named_as_others_reach_it(show, tmp_path):
    said = show('url = "managed"\n[lan]\nopen = true\nname = "pi"').output
    assert "pi.local, port 8883" in said
    assert f"{tmp_path}/data/lan/ca.crt" in said
    assert "https://pi.local:8443/ca" in said
    assert "lan on" not in said


def test_it_is_said_in_french_where_french_is_spoken(show):
    said = show('url = "managed"', "fr_FR.UTF-8").output
    assert "Mot de passe" in said
    assert "ID client" in said


def test_a_broker_of_the_owner_has_the_owners_accounts(show):
    said = show('url = "mqtt://me:s3cret@10.0.0.1"').output
    assert "your own" in said
    assert "s3cret" not in said


def test_without_a_broker_it_says_what_makes_one(show):
    error = show("").exception
    assert isinstance(error, BrokerError)
    assert 'mqtt.url = "managed"' in str(error)


@pytest.fixture(scope="module")
def virtual():
    return VirtualHome(1_795_500_000_000)


def test_the_demo_has_a_broker_of_its_own(tmp_path, virtual):
    place = Place(tmp_path, virtual.anchor_ms)
    config = load_config(place.write_config(virtual))
    assert config.mqtt.url == "managed"
    said = demo._mqtt(config, place)
    assert config.mqtt.listen in said
    assert f"XDG_CONFIG_HOME={tmp_path}/data/broker/shell mosquitto_sub" in said


def test_the_demo_goes_without_where_there_is_no_mosquitto(
    tmp_path, virtual, monkeypatch
):
    monkeypatch.setattr(mosquitto, "PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    place = Place(tmp_path, virtual.anchor_ms)
    config = load_config(place.write_config(virtual))
    assert config.mqtt.url is None
    assert "apt install mosquitto" in demo._mqtt(config, place)
