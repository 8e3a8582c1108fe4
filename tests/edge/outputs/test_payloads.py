"""What stands in the messages; nothing of a real meter's number."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import orjson
from hypothesis import given
from hypothesis import strategies as st

from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.outputs.past import Past
from edge.outputs.payloads import Payloads, shown
from edge.sample import Quality, Sample

PAYLOADS = Payloads(ZoneInfo("Europe/Paris"))
AT_MS = 1_792_888_201_000  # 2026-10-25, in the hour that comes twice


def test_a_sample_says_what_the_api_says_and_null_is_unknown():
    sample = Sample("linky", AT_MS, {"apparent_power_va": 0, "voltage_l1_v": None})
    assert orjson.loads(PAYLOADS.sample(sample)) == {
        "meter": "linky",
        "at": "2026-10-25T02:30:01+02:00",
        "quality": "raw",
        "origin": "tic",
        "values": {"apparent_power_va": 0, "voltage_l1_v": None},
    }


def test_both_passes_of_the_repeated_hour_differ_and_so_do_milliseconds():
    assert PAYLOADS.instant(AT_MS + 3_600_000) == "2026-10-25T02:30:01+01:00"
    assert PAYLOADS.instant(AT_MS + 7) == "2026-10-25T02:30:01.007+02:00"


def test_an_interval_carries_its_key_and_what_it_is_worth():
    row = Interval(
        "linky",
        "import_total_wh",
        Step.HOUR,
        AT_MS - 1_000,
        AT_MS + 3_599_000,
        214,
        coverage=0.333333,
        quality=Quality.INTERPOLATED,
        revision=3,
    )
    assert orjson.loads(PAYLOADS.interval(row)) == {
        "meter": "linky",
        "register": "import_total_wh",
        "step": "hour",
        "start": "2026-10-25T02:30:00+02:00",
        "end": "2026-10-25T02:30:00+01:00",
        "value": 214,
        "unit": "Wh",
        "quality": "interpolated",
        "coverage": 0.3333,
        "sources": "tic",
        "revision": 3,
    }


def test_an_instants_interval_has_its_extremes_and_its_mean():
    row = Interval(
        "linky", "voltage_l1_v", Step.DAY, 0, 1, 230, minimum=0, mean=229.6, maximum=241
    )
    document = orjson.loads(PAYLOADS.interval(row))
    assert [document[name] for name in ("min", "mean", "max")] == [0, 229.6, 241]


def test_a_register_of_another_version_has_no_unit_and_is_told_all_the_same():
    row = Interval("linky", "moonlight_lx", Step.DAY, 0, 1, None)
    document = orjson.loads(PAYLOADS.interval(row))
    assert (document["unit"], document["value"]) == (None, None)


def test_an_event_says_what_changed():
    event = Event("linky", AT_MS, EventKind.TARIFF, {"tariff_index": 2})
    assert orjson.loads(PAYLOADS.event(event)) == {
        "meter": "linky",
        "at": "2026-10-25T02:30:01+02:00",
        "kind": "tariff",
        "detail": {"tariff_index": 2},
    }


def test_the_past_is_told_in_the_order_of_the_catalogue():
    names = frozenset({"voltage_l1_v", "import_total_wh", "moonlight_lx"})
    document = orjson.loads(PAYLOADS.past(Past("linky", names, 0, 1000)))
    assert document["registers"] == ["import_total_wh", "voltage_l1_v", "moonlight_lx"]
    assert (document["from"], document["to"]) == (
        "1970-01-01T01:00:00+01:00",
        "1970-01-01T01:00:01+01:00",
    )


@given(st.text(max_size=40), st.integers(10**11, 10**14 - 1), st.text(max_size=40))
def test_no_text_carries_a_number_as_long_as_a_meters(before, number, after):
    text = f"{before}{number}{after}"
    assert str(number) not in str(shown(text))
    sample = Sample("linky", AT_MS, {"message_short": text})
    event = Event("linky", AT_MS, EventKind.MESSAGE, {"message_short": text})
    for payload in (PAYLOADS.sample(sample), PAYLOADS.event(event)):
        assert str(number).encode() not in payload


def test_a_short_text_is_left_as_it_is():
    assert shown("PAS DE          MESSAGE") == "PAS DE          MESSAGE"
    assert shown("00004001 06004002 NONUTILE") == "00004001 06004002 NONUTILE"
