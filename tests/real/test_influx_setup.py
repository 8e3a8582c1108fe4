"""An InfluxDB as we ship it is strict about passwords: ours must always do."""

from __future__ import annotations

import secrets

import pytest

from edge.stores.influx.setup import Setup
from tests.real.influxd import Influxd, need

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.fixture
def strict(tmp_path):
    server = Influxd(need(), tmp_path / "influxd")
    server.start("--strong-passwords=true")
    yield server
    server.end()


def test_a_secret_drawn_of_small_letters_alone_is_taken_and_so_is_the_next(
    strict, tmp_path, monkeypatch
):
    """One draw in eight hundred has letters and no digit or sign: it was refused."""
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: "a" * (size * 4 // 3))
    setup = Setup(strict.url, strict.org)
    try:
        setup.begin("first", tmp_path / "admin")
        setup.renew(tmp_path / "admin")
    finally:
        setup.close()
