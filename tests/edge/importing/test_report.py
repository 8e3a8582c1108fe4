"""What is summed of a file: each register, and no day twice."""

from __future__ import annotations

import json


def veolia(*rows):
    return json.dumps(list(rows)).encode()


def day(date, litres):
    return {
        "date_releve": date,
        "consommation": {"litre": litres},
        "fiabilite_index": "MESURE",
    }


MONTH = {
    "annee": 2026,
    "mois": 7,
    "consommation": {"m3": 3.4},
    "fiabilite_conso": "MESURE",
}


async def test_days_and_the_month_that_has_them_are_summed_apart(house):
    report = await house.take(
        veolia(day("2026-07-01", 100), day("2026-07-03", 110), MONTH)
    )
    assert [(one.rows, one.total) for one in report.series] == [(2, 210), (1, 3400)]
    assert report.new == 3


async def test_days_before_a_month_are_of_one_series_with_it(house):
    report = await house.take(veolia(day("2026-06-30", 100), MONTH))
    assert [(one.rows, one.total) for one in report.series] == [(2, 3500)]
