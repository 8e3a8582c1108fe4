"""A household opens its network by one command, and closes it by another."""

from __future__ import annotations

import socket
import tomllib
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from cli import lan
from cli.main import app
from edge.config import ConfigError, load_config
from edge.lan.certificates import Certificates, present
from edge.lan.names import Names

TEXT = """# a household's own words
data_dir = "{data}"
[lan]
name = "pi"
[mqtt]
url = "managed"
[[meters]]
id = "linky"
port = "/dev/null"
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "data").mkdir()
    path = tmp_path / "releve.toml"
    path.write_text(TEXT.format(data=tmp_path / "data"))
    return path


def run(config, *words, language="C"):
    line = ["lan", *words, "--config", str(config)]
    return CliRunner().invoke(app, line, env={"LC_ALL": language})


def test_it_is_closed_unless_it_is_opened(config):
    assert not load_config(config).lan.open
    said = run(config, "show").output
    assert "only programs of this machine" in said
    assert not (config.parent / "data" / "lan").exists()


def test_opened_it_shows_the_address_and_what_proves_it(config):
    said = run(config, "on").output
    held = present(config.parent / "data")
    assert load_config(config).lan.open
    assert "https://pi.local:8443/ca" in said
    assert held.fingerprint in said
    assert f"#sha256={held.fingerprint.replace(':', '')}" in said
    assert "pi.local, port 8883, TLS" in said
    assert f"releve run --config {config}" in said
    assert "PRIVATE" not in said


def test_the_rest_of_the_file_stays_as_it_was(config):
    before = config.read_text()
    run(config, "on")
    assert "# a household's own words" in config.read_text()
    wanted = tomllib.loads(before)
    wanted["lan"]["open"] = True
    assert tomllib.loads(config.read_text()) == wanted
    run(config, "off")
    assert load_config(config).lan.open is False


def test_closed_and_opened_again_devices_know_it_still(config):
    run(config, "on")
    first = present(config.parent / "data").fingerprint
    assert "closed" in run(config, "off").output
    assert first in run(config, "on").output
    assert first not in run(config, "on", "--new-ca").output


def test_shown_it_says_whether_anybody_answers(config):
    run(config, "on")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        text = config.read_text().replace(
            "open =", f'https = "127.0.0.1:{port}"\nopen ='
        )
        config.write_text(text)
        said = run(config, "show").output
    assert "Nobody answers there" in said
    assert f"https://pi.local:{port}" in said


def test_a_machine_that_was_moved_is_told_by_which_name_to_call_it(config, monkeypatch):
    data = config.parent / "data"
    Certificates.open(data, Names(("pi.local",)), datetime.now(UTC))
    from ipaddress import IPv4Address  # noqa: PLC0415 - of this test alone

    moved = Names(("pi.local",), (IPv4Address("192.168.1.77"),))
    monkeypatch.setattr(lan, "names_of", lambda *_: moved)
    said = run(config, "on").output
    assert "not for 192.168.1.77: call this machine pi.local" in said


def test_it_is_said_in_french(config):
    said = run(config, "on", language="fr_FR.UTF-8").output
    assert "Le réseau local est ouvert, chiffré" in said
    assert "Comparez cette empreinte" in said


def test_a_broken_configuration_is_not_touched(config):
    config.write_text("meters = 3\n")
    assert isinstance(run(config, "on").exception, ConfigError)
    assert config.read_text() == "meters = 3\n"


def test_without_a_configuration_it_says_what_makes_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lan, "DEFAULT_PATHS", ())
    with pytest.raises(ConfigError, match="releve setup"):
        lan.the_file(None)


def test_a_qr_code_is_drawn_where_a_person_looks(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    lan.draw("https://pi.local:8443/ca")
    assert "▄" in capsys.readouterr().out
