"""A field that InfluxDB has with another type costs that field, and nothing beside."""

from __future__ import annotations

import pytest

from edge.errors import LinesRefused
from edge.stores.influx.parked import Parking
from edge.stores.influx.sender import PROBE, Sender
from edge.stores.influx.server1 import prepare
from edge.stores.influx.setup import Bucket

BOTH = ["m a=1i,b=2i 1", "m a=3i 2", "m b=4i 3"]


class Typed:
    """A server that has a field with another type, and takes no line with it."""

    def __init__(self, field, named=None):
        self.field, self.named = field, named or field
        self.kept = []

    def write(self, _database, lines):
        if any(f"{self.field}=" in one for one in lines):
            raise LinesRefused(
                f'field type conflict: input field "{self.named}" on measurement "m"'
                " is type integer, already exists as type string"
            )
        self.kept += [one for one in lines if one != PROBE]


class Moody:
    """A server that refuses the first time what it takes the second."""

    def __init__(self):
        self.kept, self.refusals = [], 1

    def write(self, _database, lines):
        if lines != [PROBE] and self.refusals:
            self.refusals -= 1
            raise LinesRefused("unable to parse")
        self.kept += [one for one in lines if one != PROBE]


class Told:
    """An InfluxDB 1 that notes what it is asked."""

    def __init__(self):
        self.asked = []

    def ask(self, _database, question):
        self.asked.append(question)


@pytest.fixture
def parking(tmp_path):
    made = Parking(tmp_path / "parked.db")
    yield made
    made.close()


def parked(parking):
    return sorted(one.line for one in parking.all())


def test_the_other_fields_of_its_lines_are_written(parking):
    server = Typed("b")
    Sender(server, parking).send("raw", BOTH)
    assert server.kept == ["m a=1i 1", "m a=3i 2"]
    assert parked(parking) == ["m b=2i 1", "m b=4i 3"]


def test_lines_of_that_field_alone_are_parked_whole(parking):
    server = Typed("b")
    Sender(server, parking).send("raw", ["m b=1i 1", "m b=2i 2"])
    assert server.kept == []
    assert parked(parking) == ["m b=1i 1", "m b=2i 2"]


def test_a_conflict_over_a_field_that_no_line_has_is_looked_for_line_by_line(parking):
    server = Typed("b", named="other")
    Sender(server, parking).send("raw", BOTH)
    assert server.kept == ["m a=3i 2"]
    assert parked(parking) == ["m a=1i,b=2i 1", "m b=4i 3"]


def test_what_is_taken_the_second_time_is_not_parked(parking):
    server = Moody()
    sender = Sender(server, parking)
    sender.send("raw", ["m a=1i 1"])
    assert server.kept == ["m a=1i 1"]
    assert (sender.parked, parking.count()) == (0, 0)


def test_influxdb_1_is_told_how_long_each_database_is_kept():
    server = Told()
    wanted = [Bucket("raw", 86_400, 3600), Bucket("day", 0, 604_800)]
    said = prepare(server, wanted)
    assert [one.rpartition(" ")[2] for one in said] == ["86400s", "INF"]
    assert 'CREATE DATABASE "raw"' in server.asked
    assert "DURATION INF REPLICATION 1 SHARD DURATION 604800s" in server.asked[-1]
    assert prepare(server, []) == []
