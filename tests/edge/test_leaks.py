"""Water that never stops is told once, and once more when it has stopped."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bus import Bus
from edge.config import Config
from edge.event import EventKind
from edge.leaks import PAUSES, Flowing, Leaks
from edge.sample import Sample
from edge.service.service import _windows

MIN = 60_000
DAY_MS = 24 * 60 * MIN
PAUSE_MS = DAY_MS // PAUSES


def said(at_ms, index_l, meter="water"):
    return Sample(meter, at_ms, {"water_volume_l": index_l})


def told(readings, window_ms=DAY_MS):
    flowing = Flowing("water", window_ms)
    events = [flowing.take(said(*reading)) for reading in readings]
    return [event for event in events if event is not None]


def dripping(until_ms, every_ms, first_l=1_000):
    return [(n * every_ms, first_l + n) for n in range(until_ms // every_ms + 1)]


def test_a_litre_each_hour_for_a_day_is_a_leak_told_once():
    (event,) = told(dripping(3 * DAY_MS, 60 * MIN))
    assert event.kind is EventKind.LEAK
    assert event.at_ms == DAY_MS
    assert event.detail == {
        "state": "start",
        "litres": 24,
        "minutes": 1440,
        "flow_l_h": 1,
    }


def test_its_end_is_told_when_the_meter_has_stood_for_a_pause():
    leak = dripping(2 * DAY_MS, 30 * MIN)
    at_ms, index = leak[-1]
    standing = [(at_ms + n * MIN, index) for n in range(1, 200)]
    start, end = told([*leak, *standing])
    assert start.detail["state"] == "start"
    assert end.detail == {"state": "end"}
    assert PAUSE_MS < end.at_ms - at_ms <= PAUSE_MS + MIN


@given(
    st.lists(st.integers(1, PAUSE_MS), min_size=1, max_size=300),
    st.integers(PAUSE_MS + 1, DAY_MS),
)
def test_a_home_that_pauses_once_a_day_never_leaks(gaps, pause_ms):
    at_ms, index, busy, readings = 0, 5_000, 0, [(0, 5_000)]
    for gap in gaps:
        if busy + gap >= DAY_MS:
            at_ms, busy = at_ms + pause_ms, 0
        else:
            at_ms, busy = at_ms + gap, busy + gap
        index += 1
        readings.append((at_ms, index))
    assert not told(readings)


def test_a_leak_that_comes_back_is_told_again():
    first = dripping(DAY_MS, 60 * MIN)
    later = [
        (at_ms + 3 * DAY_MS, index + 100) for at_ms, index in dripping(DAY_MS, 60 * MIN)
    ]
    states = [event.detail["state"] for event in told([*first, *later])]
    assert states == ["start", "end", "start"]


def test_another_count_begins_anew():
    leak = dripping(DAY_MS - 60 * MIN, 60 * MIN)
    at_ms, _ = leak[-1]
    fitted = [(at_ms + n * 60 * MIN, n) for n in range(1, 20)]
    assert not told([*leak, *fitted])


def test_a_sample_that_lacks_the_index_says_nothing():
    flowing = Flowing("water", DAY_MS)
    assert flowing.take(Sample("water", 0, {"water_status": "OK"})) is None
    assert flowing.take(Sample("water", 0, {"water_volume_l": None})) is None


def test_a_home_watches_its_water_meters_each_with_its_patience():
    meters = [
        {"id": "linky", "port": "/dev/none"},
        {"id": "gas", "kind": "gazpar"},
        {"id": "water", "kind": "water", "leak_minutes": 2},
        {"id": "garden", "kind": "water"},
    ]
    windows = _windows(Config(meters=meters))
    assert windows == {"water": 2 * MIN, "garden": DAY_MS}


async def test_water_meters_on_the_bus_are_watched_and_no_others():
    bus, events, turns = Bus(), [], iter(dripping(4 * MIN, 5_000))

    async def sleep(_seconds):
        turn = next(turns, None)
        if turn is None:
            raise asyncio.CancelledError
        bus.publish(said(*turn))
        bus.publish(said(*turn, meter="neighbour"))

    watching = Leaks(bus, {"water": 2 * MIN, "mute": MIN}, events.append, sleep)
    with pytest.raises(asyncio.CancelledError):
        await watching.run()
    assert [event.meter for event in events] == ["water"]
