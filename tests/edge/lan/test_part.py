"""The network as a part of the service: renewed in time, and plain about what isn't."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest

from edge.config import Config
from edge.lan.announcing import Announcer
from edge.lan.part import Lan
from edge.sample import HostInstant, millis

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HERE = (IPv4Address("192.168.1.20"),)


class Clock:
    def __init__(self):
        self.at = NOW

    def now(self):
        return HostInstant(millis(self.at), 0, True, "boot")


class Mute(Announcer):
    """One that has no way to the network."""

    async def say(self, addresses):
        raise OSError(101, f"no way out by {addresses[0]}")


@pytest.fixture(autouse=True)
def _addresses(monkeypatch):
    monkeypatch.setattr("edge.lan.names.addresses", lambda: HERE)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lan(tmp_path, clock):
    def made(*hosts):
        api, name = {"hosts": hosts}, {"name": "pi"}
        meters = [{"id": "cellar", "kind": "water"}]
        given = {"data_dir": tmp_path, "api": api, "lan": name, "meters": meters}
        return Lan(Config.model_validate(given), clock)

    return made


def mute():
    return Mute("pi.local", 8443)


def test_a_home_with_certificates_is_well_and_says_how_long(lan):
    one = lan()
    assert one.url == "https://pi.local:8443"
    assert one.context() is not None
    health = one.health()
    assert (health.ok, health.detail) == (True, "")
    assert health.counters == {"renewals": 0}
    assert health.gauges["certificate_days"] > 90


async def test_without_certificates_nothing_listens_and_health_says_why(
    lan, tmp_path, caplog
):
    (tmp_path / "lan" / "authority.pem").mkdir(parents=True)
    one = lan()
    assert one.context() is None
    await one.look(mute())  # nor is anything announced
    health = one.health()
    assert not health.ok
    assert "can't be used" in health.detail
    assert (health.counters, health.gauges) == ({}, {})
    assert "nothing listens safely" in caplog.text


async def test_a_certificate_is_renewed_before_it_ends_and_not_earlier(lan, clock):
    one = lan()
    days = one.health().gauges["certificate_days"]
    await one.look(mute())
    assert one.health().counters == {"renewals": 0}
    clock.at += timedelta(days=days - 30)
    await one.look(mute())
    health = one.health()
    assert health.counters == {"renewals": 1}
    assert health.gauges["certificate_days"] > 90


async def test_what_cannot_be_announced_is_told_and_leaves_it_well(lan):
    one = lan()
    await one.look(mute())
    health = one.health()
    assert health.ok
    assert "mDNS can't be spoken" in health.detail


async def test_a_renewal_that_fails_is_told_once_and_what_stood_stands(
    lan, clock, monkeypatch, caplog
):
    one = lan()
    clock.at += timedelta(days=one.health().gauges["certificate_days"] - 30)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edge.lan.certificates.write_private", full)
    for _ in range(2):
        await one.look(mute())
    health = one.health()
    assert not health.ok
    assert "No space left" in health.detail
    assert health.gauges["certificate_days"] >= 29
    assert caplog.text.count("nothing listens safely") == 1


def test_an_authority_that_ends_soon_is_told_a_year_before(lan, clock):
    one = lan()
    ends = one.certificates.authority_ends_ms
    clock.at += timedelta(milliseconds=ends - millis(clock.at)) - timedelta(days=364)
    assert "the authority ends soon: releve lan on --new-ca" in one.health().detail


def test_a_name_that_came_after_the_authority_is_not_vouched_for(lan):
    lan()
    detail = lan("house.example").health().detail
    assert "the authority is not for house.example" in detail
