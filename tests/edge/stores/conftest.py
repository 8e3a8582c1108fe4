"""Every engine, made anew for a test: the conformance suite runs on each."""

from __future__ import annotations

import itertools

import pytest

from edge.stores.influx import InfluxStore
from edge.stores.influx.names import Databases
from edge.stores.influx.parked import Parking
from edge.stores.influx.server import Influx2
from edge.stores.influx.setup import Bucket, Setup
from edge.stores.sqlite import SqliteStore
from tests.real import influxd as real

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def influxd(tmp_path_factory):
    """Start one InfluxDB for all: each test has buckets of its own."""
    running = real.Influxd(real.need(), tmp_path_factory.mktemp("influxd"))
    running.start()
    running.set_up()
    yield running
    running.end()


@pytest.fixture
def databases(influxd, tmp_path):
    """Make buckets that keep everything, whatever the year of the test.

    They go with the test: each question in InfluxQL looks through all that there are.
    """
    made = Databases(f"home{next(NUMBERS)}")
    setup = Setup(influxd.url, influxd.org, token=influxd.token)
    wanted = [Bucket(name, 0, 52 * 604_800) for name in made.all]
    setup.prepare(wanted, tmp_path / "influx.token")
    yield made
    setup.unmake(made.all)
    setup.close()


@pytest.fixture
def server(influxd, databases, tmp_path):  # noqa: ARG001 - they make its token
    token = (tmp_path / "influx.token").read_text().strip()
    made = Influx2(influxd.url, influxd.org, lambda: token)
    yield made
    made.close()


@pytest.fixture
def influx_store(server, databases, tmp_path):
    made = InfluxStore(server, databases, Parking(tmp_path / "parked.db"))
    yield made
    made.close()


@pytest.fixture
def sqlite_store(tmp_path):
    made = SqliteStore(tmp_path / "store.db")
    yield made
    made.close()


@pytest.fixture(params=["influxdb", "sqlite"])
def store(request):
    name = {"influxdb": "influx_store", "sqlite": "sqlite_store"}[request.param]
    return request.getfixturevalue(name)
