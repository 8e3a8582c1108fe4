"""The tree; nothing in it is a meter's own number."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from edge.config import MeterConfig
from edge.config.model import NO_METERS
from edge.event import EventKind
from edge.interval import INTERVAL_STEPS, Step
from edge.outputs.topics import Topics

TOPICS = Topics("releve")


def test_each_thing_has_its_place_under_the_prefix():
    assert TOPICS.status == "releve/status"
    assert TOPICS.cursor == "releve/cursor"
    assert TOPICS.live("linky") == "releve/linky/live"
    assert TOPICS.bare("linky", "voltage_l1_v") == "releve/linky/live/voltage_l1_v"
    assert TOPICS.interval("linky", Step.DAY, "import_total_wh") == (
        "releve/linky/day/import_total_wh"
    )
    assert TOPICS.event("linky", EventKind.TARIFF) == "releve/linky/event/tariff"
    assert TOPICS.history("linky") == "releve/linky/event/history"


def test_no_kind_of_event_takes_the_place_of_the_past():
    assert "history" not in set(EventKind)


def test_no_step_takes_the_place_of_live_values_or_events():
    assert {"live", "event"}.isdisjoint(set(Step))


@pytest.mark.parametrize("name", NO_METERS)
def test_no_meter_takes_the_place_of_what_stands_beside_them(name):
    with pytest.raises(ValidationError, match="a topic of its own"):
        MeterConfig(id=name, port="/dev/null")


def test_a_topic_tells_whose_it_is():
    assert TOPICS.meter("releve/linky/live/voltage_l1_v") == "linky"
    for topic in ("releve/status", "elsewhere/linky/live", "releve", ""):
        assert TOPICS.meter(topic) is None


def test_each_topic_stands_in_the_documentation():
    page = (Path(__file__).parents[3] / "docs" / "mqtt.md").read_text()
    meter, register = "<meter>", "<register>"
    for topic in (
        TOPICS.status,
        TOPICS.cursor,
        TOPICS.live(meter),
        TOPICS.bare(meter, register),
        TOPICS.interval(meter, "<step>", register),
        TOPICS.event(meter, "<kind>"),
        TOPICS.history(meter),
    ):
        assert f"| `{topic}` |" in page, topic
    for word in (*EventKind, *INTERVAL_STEPS):
        assert f"`{word}`" in page, word
