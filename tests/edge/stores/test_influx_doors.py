"""Which InfluxDB is spoken to: by the version that the configuration says."""

from __future__ import annotations

import pytest

from edge.config import Config, InfluxConfig, MeterConfig
from edge.stores.influx.attach import open_server
from edge.stores.influx.server import Influx2
from edge.stores.influx.server1 import Influx1


@pytest.mark.parametrize(("version", "kind"), [(1, Influx1), (2, Influx2)])
def test_a_door_is_opened_before_any_token_is_there(tmp_path, version, kind):
    influx = InfluxConfig(url="http://127.0.0.1:9", version=version, bucket="kept")
    config = Config(
        data_dir=tmp_path,
        influxdb=influx,
        meters=(MeterConfig(id="linky", port="/dev/null"),),
    )
    server = open_server(config, influx)
    assert type(server) is kind
    server.close()
