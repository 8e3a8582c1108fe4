"""A broker's passwords: made once, kept private, hashed as Mosquitto does."""

from __future__ import annotations

import json
import subprocess

import pytest

from edge.broker.passwords import Hashed, load_or_create
from edge.errors import BrokerError


def test_a_password_is_made_once_with_256_random_bits(tmp_path):
    path = tmp_path / "owner.password"
    password = load_or_create(path)
    assert len(password) == 43
    assert load_or_create(path) == password
    assert load_or_create(tmp_path / "other.password") != password
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "short", "x" * 400, "é" * 43])
def test_one_that_is_not_whole_is_made_anew(tmp_path, content):
    path = tmp_path / "owner.password"
    path.write_text(content)
    path.chmod(0o600)
    assert len(load_or_create(path)) == 43


def test_one_that_others_could_read_is_worth_nothing(tmp_path):
    path = tmp_path / "owner.password"
    password = load_or_create(path)
    path.chmod(0o640)
    assert load_or_create(path) != password
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_said(tmp_path):
    (tmp_path / "owner.password").mkdir()
    with pytest.raises(BrokerError, match="not a file"):
        load_or_create(tmp_path / "owner.password")


def test_a_link_is_not_followed(tmp_path):
    load_or_create(tmp_path / "other")
    (tmp_path / "owner.password").symlink_to(tmp_path / "other")
    with pytest.raises(BrokerError, match="can't be kept"):
        load_or_create(tmp_path / "owner.password")


def test_a_place_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BrokerError, match="can't be kept"):
        load_or_create(tmp_path / "none" / "owner.password")


def test_a_hash_is_of_its_own_password_alone():
    hashed = Hashed.of("one")
    assert hashed.is_of("one")
    assert not hashed.is_of("two")
    assert Hashed.of("one") != hashed
    assert Hashed.from_client(hashed.to_client()) == hashed


@pytest.mark.parametrize(
    "client",
    [
        {},
        {"salt": 1, "password": "AAAA", "iterations": 1},
        {"salt": "AAAA", "password": "&&", "iterations": 1},
        {"salt": "AAAA", "password": "AAAA", "iterations": 0},
        {"salt": "AAAA", "password": "AAAA", "iterations": 10**9},
        {"salt": "AAAA", "password": "AAAA", "iterations": "1"},
    ],
)
def test_what_is_no_hash_is_none(client):
    assert Hashed.from_client(client) is None


def test_a_hash_of_another_length_is_of_no_password():
    short = Hashed.from_client({"salt": "AAAA", "password": "AAAA", "iterations": 1})
    assert not short.is_of("")


@pytest.mark.real
def test_it_is_the_hash_that_mosquittos_own_tool_makes(tmp_path):
    file = tmp_path / "dynsec.json"
    subprocess.run(
        ["mosquitto_ctrl", "dynsec", "init", str(file), "admin", "a-password"],
        check=True,
        capture_output=True,
    )
    (client,) = json.loads(file.read_text())["clients"]
    hashed = Hashed.from_client(client)
    assert hashed.is_of("a-password")
    assert not hashed.is_of("another")
    assert hashed.iterations == Hashed.of("x").iterations
