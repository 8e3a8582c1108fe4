"""InfluxDB 1.x, where one is there: the conformance suite again, and its databases.

RELEVE_INFLUXD1 names one; Debian's package `influxdb` has 1.6.7. Without it these tests
are skipped: 1.x is a courtesy, and its absence no failure.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
import urllib.request

import pytest

from edge.config import Config, InfluxConfig, MeterConfig, StoreConfig
from edge.errors import StoreError
from edge.stores.influx import InfluxStore
from edge.stores.influx.attach import open_server
from edge.stores.influx.names import Databases
from edge.stores.influx.parked import Parking
from edge.stores.influx.server1 import Influx1, prepare
from edge.stores.influx.setup import Bucket
from edge.stores.influx.token import keep_secret
from tests.edge.stores.test_conformance import *  # noqa: F403 - the whole suite
from tests.real.home import free_port
from tests.real.influxd import version

PROGRAM = os.environ.get("RELEVE_INFLUXD1") or shutil.which("influxd")
IS_1 = PROGRAM is not None and version(PROGRAM).startswith((b"v1", b"1"))
pytestmark = [
    pytest.mark.skipif(not IS_1, reason="there is no influxd 1.x"),
    pytest.mark.timeout(180),
]
NUMBERS = itertools.count(1)
SETTINGS = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{home}/meta"
[data]
  dir = "{home}/data"
  wal-dir = "{home}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  auth-enabled = true
  log-enabled = false
"""


def asked(url, question):
    urllib.request.urlopen(f"{url}/query?{question}", data=b"", timeout=5).close()  # noqa: S310 - ours


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    home = tmp_path_factory.mktemp("influxd1")
    port = free_port()
    (home / "conf").write_text(SETTINGS.format(home=home, port=port, rpc=free_port()))
    command = [PROGRAM, "run", "-config", str(home / "conf")]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    found = f"http://127.0.0.1:{port}"
    create = "q=CREATE+USER+admin+WITH+PASSWORD+'secret'+WITH+ALL+PRIVILEGES"
    until = time.monotonic() + 30
    while True:
        try:
            asked(found, create)
            break
        except OSError:
            assert time.monotonic() < until, "influxd 1.x doesn't start"
            time.sleep(0.05)
    yield found
    running.terminate()
    running.wait()


@pytest.fixture
def store(url, tmp_path):
    server = Influx1(url, lambda: "admin:secret")
    databases = Databases(f"home{next(NUMBERS)}")
    prepare(server, [Bucket(name, 0, 52 * 604_800) for name in databases.all])
    made = InfluxStore(server, databases, Parking(tmp_path / "parked.db"))
    yield made
    made.close()


def test_its_databases_are_made_once_and_kept_as_long_as_told(url, tmp_path):
    keep_secret(tmp_path / "influx.token", "admin:secret")
    influx = InfluxConfig(url=url, version=1, bucket="kept")
    config = Config(
        data_dir=tmp_path,
        store=StoreConfig(),
        influxdb=influx,
        meters=(MeterConfig(id="linky", port="/dev/null"),),
    )
    server = open_server(config, influx)
    for days in (20, 30):
        prepare(server, [Bucket("kept", days * 86_400, 604_800)])
    (found,) = server.ask("", 'SHOW RETENTION POLICIES ON "kept"')
    assert [row[:2] for row in found[0].rows] == [["autogen", "720h0m0s"]]
    server.close()


def test_a_wrong_password_is_told(url):
    server = Influx1(url, lambda: "admin:wrong")
    with pytest.raises(StoreError, match="token"):
        server.write("kept", ["m f=1i 5"])
    server.close()
