"""What the first connection tells of the past: each meter's, from its first word on."""

from __future__ import annotations

import pytest

from edge.bus import Bus
from edge.config import Config, MeterConfig, MqttConfig
from edge.journal.journal import Journal
from edge.outputs.mqtt import MqttPart
from edge.outputs.past import Past
from edge.sample import Quality, Slice

INDEX = "import_total_wh"
DAY, NOON = 86_400_000, 1_780_000_000_000


class Told:
    """Reads of one meter: what was heard of it, and the days that a file told."""

    def __init__(self, heard=None, days=()):
        self._heard, self._days = heard, days

    def meters(self):
        return {"linky": (INDEX,)}

    def heard(self, _meter):
        return self._heard

    def slices(self, meter, register, start_ms, end_ms, limit=1_000):
        return [
            Slice(meter, register, at, at + DAY, 7, Quality.RAW, "file", at)
            for at in self._days
            if start_ms < at + DAY and at < end_ms
        ][:limit]


@pytest.fixture
def part_of(tmp_path):
    journal = Journal.open(tmp_path)
    config = Config(
        data_dir=tmp_path,
        meters=(MeterConfig(id="linky", port="/dev/null"),),
        mqtt=MqttConfig(url="mqtt://127.0.0.1:1883"),
    )
    yield lambda reads: MqttPart(config, journal, reads, Bus(), {})
    journal.close()


@pytest.mark.parametrize(
    ("reads", "span"),
    [
        (Told(heard=(NOON, NOON + 9)), (NOON, NOON + 10)),
        (Told(days=(NOON - DAY, NOON)), (NOON - DAY, NOON + DAY)),
        (Told((NOON, NOON + 2 * DAY), (NOON - DAY,)), (NOON - DAY, NOON + 2 * DAY + 1)),
    ],
)
def test_a_meters_past_is_all_that_was_heard_or_told(part_of, reads, span):
    known = list(part_of(reads).outputs._known())
    assert known == [Past("linky", frozenset({INDEX}), *span)]


def test_a_meter_of_which_nothing_stands_has_no_past(part_of):
    assert list(part_of(Told()).outputs._known()) == []


async def test_a_broker_that_is_not_ours_is_not_asked_to_forget(part_of):
    part = part_of(Told())
    await part.forget()
    assert part.service_login("cozy") is None
