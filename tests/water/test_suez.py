"""Suez: telemetry by day, month and year, readings by hand, CSV."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from exports import FileRefused, Nature


def answer(*measures, code="00"):
    return {"content": {"measures": list(measures)}, "code": code, "message": "OK"}


def measure(date, index, volume, **more):
    return {"date": f"{date} 00:00:00", "index": index, "volume": volume, **more}


def test_days_are_litres_with_the_index_at_their_end(read, days):
    found = read(
        answer(
            measure("2026-04-30", 100.0, 0.08),
            measure("2026-05-01", 100.0, 0.0),
            measure("2026-05-02", None, 0),
            measure("2026-05-03", 0, 0),
        )
    )
    assert found.format == "suez_telemetry"
    assert days(found) == {"2026-04-30": 80, "2026-05-01": 0}
    assert [a.index_end for a in found.amounts] == [100_000, 100_000]
    assert len(found.absent) == 2


def test_the_noise_of_floats_is_no_part_of_an_amount(read, days):
    found = read(answer(measure("2026-04-30", 100.08, 100.08 - 100.0)))
    assert days(found) == {"2026-04-30": 80}
    assert found.amounts[0].index_end == 100_080


def test_months_reach_as_far_as_their_days(read):
    found = read(
        answer(
            measure("2026-03-01", 97.5, 3.0, numberOfDays=31),
            measure("2026-04-01", 100.0, 2.5, numberOfDays=30),
            measure("2026-05-01", 100.9, 0.9, numberOfDays=10),
            measure("2026-06-01", None, 0, numberOfDays=0),
        )
    )
    assert [a.value for a in found.amounts] == [3_000, 2_500, 900]
    assert found.amounts[1].end == datetime(2026, 4, 30, 22, tzinfo=UTC)
    assert found.amounts[2].end == datetime(2026, 5, 10, 22, tzinfo=UTC)
    assert len(found.absent) == 1


def test_years_are_years(read):
    found = read(
        answer(
            measure("2024-01-01", 150.0, 50.0, numberOfDays=366),
            measure("2025-01-01", 210.0, 60.0, numberOfDays=365),
        )
    )
    assert [a.value for a in found.amounts] == [50_000, 60_000]
    assert found.amounts[0].end == datetime(2024, 12, 31, 23, tzinfo=UTC)


def test_readings_by_hand_span_from_the_one_before(read):
    found = read(
        answer(
            {
                "date": "23/09/2024",
                "index": 549,
                "volume": 53,
                "type": "R",
                "previousDateMeasure": "12/03/2024",
                "numberOfDays": 195,
            },
            {
                "date": "12/03/2024",
                "index": 496,
                "volume": 57,
                "type": "E",
                "previousDateMeasure": "27/09/2023",
            },
            {
                "date": "27/09/2023",
                "index": 439,
                "volume": 58,
                "type": "R",
                "previousDateMeasure": None,
            },
        )
    )
    assert found.format == "suez_readings"
    estimated, measured = found.amounts
    assert (estimated.value, estimated.nature) == (57_000, Nature.ESTIMATED)
    assert (measured.value, measured.index_end) == (53_000, 549_000)
    assert measured.start == estimated.end == datetime(2024, 3, 11, 23, tzinfo=UTC)
    assert [one.reason for one in found.refused] == ["no-period"]


@pytest.mark.parametrize(
    ("code", "reason"), [("02", "no-readings"), ("03", "portal-error")]
)
def test_an_answer_without_measures_is_refused_with_why(read, code, reason):
    with pytest.raises(FileRefused) as caught:
        read({"content": [], "code": code, "message": "?"})
    assert caught.value.reason == reason


def test_a_csv_of_cubic_metres_is_read_as_litres(read, days):
    found = read(
        "Date;Index (m3);Volume (m3)\n2026-04-29 00:00:00;99,920;0,075\n"
        "2026-04-30 00:00:00;100,000;0,080\n"
    )
    assert found.format == "suez_csv"
    assert days(found) == {"2026-04-29": 75, "2026-04-30": 80}
    assert [a.index_end for a in found.amounts] == [99_920, 100_000]
