"""`releve cloud`: a destination added, looked at, claimed and removed from a shell."""

from __future__ import annotations

import stat
import tomllib

import orjson
import pytest

from cli import cloud as cli_cloud
from cli import cloud_place
from edge.config import ConfigError, load_config
from edge.outputs.cloud import account, reach
from tests.cli.test_consent_commands import House, serving
from tests.real.cloud_house import HERE, PREFIX, Cloud

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

GRANT = ("--grant", "electricity/energy/30min/P1M", "--meter", "linky")


class CloudHouse(House):
    """A home's shell, and a cloud that it may send to."""

    def __init__(self, path, cloud):
        super().__init__(path)
        self.cloud = cloud

    def add(self, *more, ca=None, called=None, **words):
        called = called or self.told
        return called(
            *("cloud", "add", "mine", "--url", self.cloud.url, "--prefix", PREFIX),
            *("--ca", str(ca or self.cloud.ca_file), *(more or GRANT)),
            **words,
        )

    def held(self):
        consents = self.consents.standing.consents.values()
        return [one for one in consents if one.ended_ms is None]

    @property
    def account(self):
        return self.data / "cloud" / "mine.json"


@pytest.fixture
async def cloud(tmp_path):
    made = Cloud(tmp_path / "cloud")
    await made.start()
    yield made
    made.end()


@pytest.fixture
def house(tmp_path, cloud, monkeypatch):
    monkeypatch.setattr(cloud_place, "GUARD", HERE)
    monkeypatch.setattr(reach, "SETTLE_S", 0.2)  # a broker of this machine's
    made = CloudHouse(tmp_path, cloud)
    with serving(made):
        yield made
    made.consents.close()


def test_a_cloud_that_was_reached_is_granted_and_stands_in_the_configuration(house):
    said = house.add()
    assert "its certificate is right" in said
    assert "can't be called back" in said
    (one,) = house.held()
    assert sorted(one.terms.channels) == ["cloud"]
    assert house.consents.standing.services[one.service].declared.leaves_home
    (table,) = load_config(house.config).cloud
    assert (table.name, table.prefix) == ("mine", PREFIX)
    assert stat.S_IMODE(house.account.stat().st_mode) == 0o600
    assert "electricity" in house.told("cloud", "list")
    french = house.told("cloud", "list", language="fr")
    assert "quantités" in french


def test_the_password_stands_in_its_file_alone(house):
    said = house.add(*GRANT, "--user", "me", said="open sesame\n")
    assert b"open sesame" in house.account.read_bytes()
    assert "sesame" not in said + house.config.read_text()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_power_each_second_goes_out_after_a_second_yes_alone(house, language):
    live = ("--grant", "electricity/live_power/live", "--meter", "linky")
    house.add(*live, said="n\n", called=house.refused, language=language)
    assert not house.held()
    house.add(*live, said="y\n", language=language)
    assert house.held()


def test_what_is_not_to_be_trusted_is_granted_nothing(house, tmp_path):
    other = Cloud(tmp_path / "elsewhere", house.cloud.port)
    before = house.config.read_text()
    why = house.add(ca=other.ca_file, called=house.refused)
    assert "not to be trusted" in why
    assert not house.held()
    assert house.config.read_text() == before
    assert not house.account.exists()


def test_this_machine_is_no_cloud(house, monkeypatch):
    monkeypatch.undo()
    assert "this machine itself" in house.add(called=house.refused)
    assert not house.held()


def test_what_is_granted_by_another_channel_does_not_go_out(house):
    wrong = ("--grant", "electricity/energy/day/rest", "--meter", "linky")
    assert "no other channel" in house.add(*wrong, called=house.refused)


def test_a_prefix_of_another_home_is_refused_and_can_be_taken_over(house, tmp_path):
    house.add()
    (tmp_path / "other").mkdir()
    other = CloudHouse(tmp_path / "other", house.cloud)
    with serving(other):
        assert "another home" in other.add(called=other.refused)
        assert not other.held()
        house.told("cloud", "remove", "mine")
        other.add()
    other.consents.close()


def test_what_fails_leaves_the_prefix_to_the_next_try(house, monkeypatch):
    elsewhere = ("--grant", "electricity/energy/day", "--meter", "nowhere")
    assert "no meter is called" in house.add(*elsewhere, called=house.refused)
    assert not house.held()
    with monkeypatch.context() as full:
        full.setattr(account, "write_private", _full)
        house.add(called=house.refused)
    assert not house.held()
    with monkeypatch.context() as full:
        full.setattr(cli_cloud, "replace", _unwritten)
        house.add(called=house.refused)
    assert not house.held()
    assert not house.account.exists()
    house.add()
    assert house.held()


def _full(*_):
    raise OSError(28, "No space left on device")


def _unwritten(*_):
    raise ConfigError("it can't be written")


def test_a_removed_cloud_holds_nothing_and_leaves_no_login(house):
    before = tomllib.loads(house.config.read_text())
    house.add()
    said = house.told("cloud", "remove", "mine")
    assert "could not be called back" in said
    assert not house.held()
    assert not list(house.account.parent.iterdir())
    assert tomllib.loads(house.config.read_text()) == before
    assert "no cloud is configured" in house.told("cloud", "list")
    assert "called 'mine'" in house.refused("cloud", "remove", "mine")


def test_the_homes_old_claim_is_taken_over_by_its_owners_word(house):
    house.add()
    account = orjson.loads(house.account.read_bytes())
    house.account.write_bytes(orjson.dumps(account | {"home": "f" * 32}))
    assert "other publishes there no more" in house.told(
        "cloud", "claim", "mine", "--yes"
    )
