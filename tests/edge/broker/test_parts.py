"""What [mqtt] asks for, made into parts of the service."""

from __future__ import annotations

import subprocess
import sys

import pytest

from edge.broker import open_session
from edge.broker.dynsec import Control, put_right
from edge.broker.parts import owner_login
from edge.broker.publisher import Message
from edge.config import Config, ConfigError, load_config
from edge.errors import BrokerError


def config(path, **mqtt):
    meters = [{"id": "linky", "port": "/dev/null"}]
    return Config(data_dir=path / "data", mqtt=mqtt, meters=meters)


def test_without_a_broker_there_is_nothing_to_run(tmp_path):
    with pytest.raises(BrokerError, match=r"mqtt\.url"):
        open_session(config(tmp_path), [])


def test_a_broker_of_others_is_told_to_show_all(tmp_path):
    parts = open_session(config(tmp_path, url="mqtt://me:s3cret@10.0.0.1"), [])
    (health,) = parts.health()
    assert not health.ok
    assert "every client of this broker" in health.detail
    assert "unencrypted" in health.detail
    assert "s3cret" not in repr(health)
    assert parts.forgets_s == 1800
    assert owner_login(config(tmp_path, url="mqtt://10.0.0.1")) is None


@pytest.mark.parametrize(
    "url", ["mqtts://me:s3cret@10.0.0.1", "mqtt://10.0.0.1", "mqtt://me:x@localhost"]
)
def test_a_password_that_no_other_sees_is_not_complained_of(tmp_path, url):
    (health,) = open_session(config(tmp_path, url=url), []).health()
    assert "unencrypted" not in health.detail


def test_a_broker_of_ours_is_two_parts_and_shows_nobody_anything(tmp_path):
    parts = open_session(config(tmp_path, url="managed"), [])
    broker, session = parts.health()
    assert (broker.name, session.name) == ("broker", "mqtt")
    assert "every client" not in session.detail
    assert parts.forgets_s == 300


def test_the_owners_login_can_be_asked_for_before_the_broker_ever_ran(tmp_path):
    login = owner_login(config(tmp_path, url="managed"))
    assert login == owner_login(config(tmp_path, url="managed"))
    assert (login.login.user, login.client_id) == ("owner", "releve-owner")
    assert (login.shell / "mosquitto_sub").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "line",
    [
        'url = "mqtt://me:s3cret@host:99999"',
        'url = "mqtt://me:s3cret/x@host"',
        'url = "mqtt://me:s3cret[x@host"',
        'url = "mqtt://me:s3cret@host:0"',
        'listen = "unix:/run/mosquitto"',
        'listen = "127.0.0.1:0"',
    ],
)
def test_a_wrong_key_is_explained_without_the_password(tmp_path, line):
    path = tmp_path / "releve.toml"
    path.write_text(f'[mqtt]\n{line}\n[[meters]]\nid = "m"\nport = "/dev/null"\n')
    with pytest.raises(ConfigError) as told:
        load_config(path)
    assert "mqtt." in str(told.value)
    assert "s3cret" not in str(told.value)


def test_mqtt_is_not_loaded_where_nobody_asked_for_it():
    script = "import sys, edge.broker, edge.service.hub; print('paho' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr


class Refusing:
    """A control topic that refuses, or leaves out, one of the commands."""

    def __init__(self, answers):
        self._answers = answers

    async def subscribe(self, topic, qos=0):
        pass

    async def publish(self, topic, payload, *, qos=0, retain=False, expiry_s=None):
        pass

    async def messages(self):
        for answer in self._answers:
            yield Message("r", answer)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b'{"responses":[{"correlationData":"0","error":"No rights"}]}', "No rights"),
        (b'{"responses":[]}', "no answer"),
    ],
)
async def test_a_refused_command_is_said(answer, told):
    with pytest.raises(BrokerError, match=told):
        await put_right(Control(Refusing([answer])), None, {})
