"""The door is there where a collector is configured, and nowhere else."""

from __future__ import annotations

import pytest

from edge.config import Config
from edge.host import HostClock
from edge.service.hub import Hub


@pytest.mark.parametrize("tables", [(), ({"kind": "tempo"},)])
def test_a_home_opens_a_door_for_the_collectors_that_it_configures(tmp_path, tables):
    config = Config(
        data_dir=tmp_path / "data",
        meters=({"id": "linky", "port": "/dev/null"},),
        collectors=tables,
    )
    hub = Hub.open(config, HostClock(trust=True), ("linky",))
    try:
        assert (hub.collected is None) is (not tables)
        names = [part.name for part in hub.health().parts]
        assert ("collectors" in names) is bool(tables)
        if hub.collected is not None:
            assert list(hub.collected.taker.collectors) == ["tempo"]
            assert hub.collected.taker.known("tempo").kind == "tempo"
    finally:
        hub.close()
