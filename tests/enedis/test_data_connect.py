"""Data Connect's JSON, as MyElectricalData and Conso API pass it on."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from exports import Civil, Nature

PARIS = ZoneInfo("Europe/Paris")


def answer(rows, *, wrapped=True, prm="21098765432104", **kind):
    inner = {
        "usage_point_id": prm,
        "start": "2026-01-01",
        "end": "2026-01-08",
        "quality": "BRUT",
        "reading_type": {"unit": "Wh", "measurement_kind": "energy", **kind},
        "interval_reading": rows,
    }
    return {"meter_reading": inner} if wrapped else inner


DAYS = [
    {"value": "42045", "date": "2026-03-28"},
    {"value": None, "date": "2026-03-29"},
    {"value": "0", "date": "2026-03-30 00:00:00"},
]
CURVE = {"unit": "W", "measurement_kind": "power", "aggregate": "average"}


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_day_is_the_day_that_it_says(wrapped, read, said):
    text = json.dumps(answer(DAYS, wrapped=wrapped, measuring_period="P1D"))
    export = read(text)
    assert export.format == "enedis-data-connect"
    assert export.meter == "21098765432104"
    assert said(export, "import_energy_wh") == [
        "27 23:00-28 23:00 42045",
        "29 22:00-30 22:00 0",
    ]
    (absent,) = export.absent
    assert (absent.end - absent.start).total_seconds() == 23 * 3600
    assert absent.place == "reading 2"


@pytest.mark.parametrize("length", ["PT30M", None])
@pytest.mark.parametrize(
    ("day", "steps"), [(date(2025, 10, 26), 50), (date(2025, 3, 30), 46)]
)
def test_a_curve_is_naive_and_stamped_at_the_end(length, day, steps, read):
    at, end = Civil(PARIS).span(day, day)
    rows = []
    while at < end:
        at += timedelta(minutes=30)
        row = {"value": str(len(rows)), "date": f"{at.astimezone(PARIS):%F %T}"}
        rows.append(row | ({"interval_length": length} if length else {}))
    export = read(json.dumps(answer(rows, **CURVE)))
    assert export.refused == ()
    assert len(export.amounts) == steps
    assert {one.quantity for one in export.amounts} == {"import_mean_power_w"}
    assert export.amounts[0].start == Civil(PARIS).midnight(day)
    assert all(a.end == b.start for a, b in pairwise(export.amounts))


def test_the_largest_power_is_of_its_day(read, said):
    rows = [{"value": "6123", "date": "2026-01-01 19:45:12"}]
    for kind in (
        {"unit": "VA", "aggregate": "maximum", "measuring_period": "P1D"},
        {"unit": "VA", "measurement_kind": "power"},
    ):
        export = read(json.dumps(answer(rows, **kind)))
        assert said(export, "max_power_va") == ["31 23:00-01 23:00 6123"]


def test_production_is_told_by_the_answer_or_by_the_files_name(read):
    text = json.dumps(answer(DAYS))
    assert read(text, "daily_production.json").amounts[0].quantity == "export_energy_wh"
    assert read(text, "daily.json").amounts[0].quantity == "import_energy_wh"
    said = json.dumps(answer(DAYS, flow_direction="reverse"))
    assert read(said, "x").amounts[0].quantity == "export_energy_wh"


def test_several_answers_of_one_meter_are_one_file(read, refusal):
    curve = answer(
        [
            {
                "value": "540",
                "date": "2026-01-01 00:30:00",
                "interval_length": "PT30M",
                "measure_type": "E",
            }
        ],
        **CURVE,
    )
    export = read(json.dumps([answer(DAYS), curve]))
    assert len(export.amounts) == 3
    assert export.amounts[-1].nature is Nature.ESTIMATED
    assert export.amounts[-1].start == datetime(2025, 12, 31, 23, tzinfo=UTC)
    lines = f"{json.dumps(answer(DAYS))}\n{json.dumps(curve)}"
    assert len(read(lines).amounts) == 3
    other = json.dumps([answer(DAYS), answer(DAYS, prm="98765432109876")])
    assert refusal(other).reason == "several-meters"


def test_rows_and_units_that_are_none_are_refused(read, refusal):
    rows = [*DAYS, "x", {"value": "1"}, {"value": {}, "date": "2026-04-01"}]
    export = read(json.dumps(answer(rows)))
    assert [one.reason for one in export.refused] == [
        "not-a-reading",
        "not-a-date",
        "not-a-number",
    ]
    curve = read(json.dumps(answer(["x", {"value": "1", "date": "?"}], **CURVE)))
    assert [one.reason for one in curve.refused] == ["not-a-reading", "not-a-time"]
    assert refusal(json.dumps(answer(DAYS, unit="m3"))).reason == "unknown-unit"
    assert refusal(json.dumps(answer([]))).reason == "no-readings"
    assert refusal(json.dumps(answer(DAYS))[:-40]).reason == "truncated"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"2026-03-01": "blue", "2026-03-02": "red"}, "Tempo"),
        ({"dateJour": "2026-09-30", "codeJour": 1, "libCouleur": "Bleu"}, "Tempo"),
        ({"2026-01-22": {"value": 1, "detail": {}}}, "EcoWatt"),
        ({"signals": [{"jour": "x", "values": [{"pas": 0, "hvalue": 1}]}]}, "EcoWatt"),
        ({"valid": False, "quota_limit": 50}, "quota"),
        ({"status": 404, "error": "no_data_found"}, "error"),
        (
            {"customer": {"usage_points": [{"usage_point": {}, "contracts": {}}]}},
            "contract",
        ),
        ({"usage_point_id": "x", "identity": {}}, "holder"),
    ],
)
def test_an_answer_without_readings_is_refused_by_what_it_is(value, words, refusal):
    error = refusal(json.dumps(value))
    assert error.reason == "no-readings"
    assert words in str(error)


@pytest.mark.parametrize(
    "value", [[], {}, 3, "x", {"contracts": []}, {"2026-01-01": 3.5}, [[1]]]
)
def test_any_other_json_is_unknown(value, refusal):
    assert refusal(f" {json.dumps([value])}").reason == "unknown-format"
