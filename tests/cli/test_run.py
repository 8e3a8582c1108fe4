"""`releve run` has its process for itself, and sets its interpreter for live values."""

from __future__ import annotations

import gc

import pytest

from cli import compose
from edge.config import Config, MeterConfig
from edge.health import PartHealth
from edge.service.interpreter import SELDOM
from tests.edge.service.service_home import Source, reading


class Capture(Source):
    def health(self):
        return PartHealth("source:linky", ok=True)


@pytest.fixture
def config(tmp_path):
    meter = MeterConfig(id="linky", kind="linky", port="/dev/null")
    return Config(data_dir=tmp_path, meters=[meter], api={"listen": "127.0.0.1:0"})


async def test_it_is_set_while_a_home_runs_and_back_afterwards(config, monkeypatch):
    found = []
    monkeypatch.setattr(compose, "settle", lambda: found.append(gc.get_threshold()[2]))
    before = gc.get_threshold()
    source = Capture([reading(n, import_total_wh=1000 + n) for n in range(60)])
    await compose.run_service(config, sources=[source], replay=True)
    assert found == [SELDOM], "once, when all parts run"
    assert gc.get_threshold() == before
