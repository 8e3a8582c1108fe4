"""Veolia: the CSVs of Île-de-France and of eau.veolia.fr, its JSON, the old SOAP."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from exports import FileRefused, Nature

IDF = (
    "\ufeffDate de relevé;Index relevé (litres);Consommation du jour (litres);"
    "Index Mesuré/Estimé\n"
)


def test_idf_amounts_are_of_their_row_s_day_and_indexes_are_confirmed_ones(read, days):
    found = read(
        IDF + "01/02/2024;1000;100;M\n02/02/2024;1100;201;E\n03/02/2024;1100;202;E\n"
        "04/02/2024;1503;90;M\n05/02/2024;1593;10;M\n"
    )
    assert found.format == "veolia_idf_csv"
    assert days(found) == {
        "2024-02-01": 100,
        "2024-02-02": 201,
        "2024-02-03": 202,
        "2024-02-04": 90,
        "2024-02-05": 10,
    }
    assert [a.nature for a in found.amounts[:3]] == [
        Nature.MEASURED,
        Nature.ESTIMATED,
        Nature.ESTIMATED,
    ]
    assert [a.index_end for a in found.amounts] == [1100, None, None, 1593, None]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (IDF, "01/02/2024 12:00;1000;100;Mesuré\n02/02/2024 12:00;1100;99;Estimé\n"),
        (IDF, "02/02/2024 00:00;1100;99;E\n01/02/2024 00:00;1000;100;M\n"),
        (
            "Date;Index;Consommation;Methode\n",
            "2024-02-01 00:00:00;1000;100;Mesure\n2024-02-02 00:00:00;1100;99;Estime\n",
        ),
        (
            "Date de relevé,Consommation,Index relevé,Index mesuré/estimé,Écoulement\n",
            "01/02/2024,100,1000,Mesuré,\n02/02/2024,99,1100,Estimé,\n",
        ),
        (
            "Date de relevé;Consommation (m³);Index relevé (m³);Index mesuré/estimé\n",
            '01/02/2024;"0,100";"1,000";M\n02/02/2024;"0,099";"1,100";E\n',
        ),
    ],
)
def test_every_header_and_order_of_columns_says_the_same(read, days, header, rows):
    found = read(header + rows)
    assert days(found) == {"2024-02-01": 100, "2024-02-02": 99}
    assert [a.index_end for a in found.amounts] == [1100, None]
    assert [a.nature for a in found.amounts] == [Nature.MEASURED, Nature.ESTIMATED]


def test_a_day_not_read_yet_is_an_absence_in_the_export(read, days):
    found = read(
        "Date de relevé,Consommation,Index relevé,Index mesuré/estimé,Écoulement\n"
        "01/02/2024,100,1000,Mesuré,\n02/02/2024,,,,\n03/02/2024,0,,Non mesuré,\n"
    )
    assert days(found) == {"2024-02-01": 100}
    assert len(found.absent) == 2


def test_a_quality_that_nobody_has_seen_claims_no_more_than_an_estimate(read):
    (amount,) = read(IDF + "01/02/2024;1000;100;Recalculé\n").amounts
    assert amount.nature is Nature.ESTIMATED


def test_weeks_without_a_year_are_refused(read):
    with pytest.raises(FileRefused) as caught:
        read(
            "Semaine;Index relevé fin de semaine (litres);"
            "Consommation de la semaine (litres);Index Mesuré/Estimé\n"
            "12/05-18/05;1944654;1517;Mesuré\n"
        )
    assert caught.value.reason == "not-daily"


def a_day(date, litres, index_m3, word="MESURE"):
    return {
        "date_releve": date,
        "consommation": {"litre": litres, "m3": litres and litres / 1000},
        "index": {"m3": index_m3},
        "fiabilite_index": word,
    }


DAYS = [
    a_day("2026-07-01", 100, 337.0),
    a_day("2026-07-02", 110, 337.11),
    a_day("2026-07-03", 130, 337.24),
]


@pytest.mark.parametrize(
    "content", [DAYS, {"DAILY_CONSUMPTION": DAYS}, {"any": {"thing": DAYS}}]
)
def test_days_are_read_bare_or_wrapped_and_tell_when_their_index_was_read(
    read, days, content
):
    found = read(content)
    assert found.format == "veolia_daily"
    assert days(found) == {"2026-07-01": 100, "2026-07-02": 110, "2026-07-03": 130}
    assert [a.index_end for a in found.amounts] == [337_000, 337_110, 337_240]


def test_indexes_of_the_day_s_start_are_told_by_the_days_that_follow(read):
    found = read(
        [
            a_day("2026-07-01", 100, 337.0),
            a_day("2026-07-02", 110, 337.1),
            a_day("2026-07-03", 130, 337.21),
        ]
    )
    assert [a.index_end for a in found.amounts] == [337_100, 337_210, None]


def test_an_index_whose_hour_nothing_tells_is_left_out(read):
    found = read([a_day("2026-07-01", 100, 337.0), a_day("2026-07-04", 100, 337.9)])
    assert [a.index_end for a in found.amounts] == [None, None]


def test_estimates_nulls_and_cubic_metres_alone(read, days):
    found = read(
        [
            a_day("2026-07-01", 100, 337.0, "ESTIME"),
            a_day("2026-07-02", None, None),
            {"date_releve": "2026-07-03", "consommation": {"m3": 0.0799999999999983}},
        ]
    )
    assert days(found) == {"2026-07-01": 100, "2026-07-03": 80}
    assert found.amounts[0].nature is Nature.ESTIMATED
    assert len(found.absent) == 1


def test_months_count_from_1_and_a_month_0_puts_all_in_doubt(read):
    months = [{"annee": 2025, "mois": 12, "consommation": {"m3": 3.2}}]
    (month,) = read(months).amounts
    assert month.value == 3_200
    assert month.start == datetime(2025, 11, 30, 23, tzinfo=UTC)
    assert month.end == datetime(2025, 12, 31, 23, tzinfo=UTC)
    with pytest.raises(FileRefused) as caught:
        read([*months, {"annee": 2026, "mois": 0, "consommation": {"m3": 1}}])
    assert caught.value.reason == "months-in-doubt"


def test_days_and_months_of_one_file_are_both_said(read, total):
    months = [{"annee": 2026, "mois": 7, "consommation": {"m3": 3.4}}]
    found = read({"DAILY_CONSUMPTION": DAYS, "MONTHLY_CONSUMPTION": months})
    assert total(found) == 340 + 3_400


def test_an_accent_that_a_spreadsheet_spoilt_changes_no_quality(read):
    header = "Date de relev\ufffd;Index relev\ufffd;Consommation;Index Mesur\ufffd\n"
    found = read(header + "01/02/2024;1;2;Mesur\ufffd\n02/02/2024;3;4;Estim\ufffd\n")
    assert [a.nature for a in found.amounts] == [Nature.MEASURED, Nature.ESTIMATED]


@pytest.mark.parametrize(
    "answer",
    [
        {"AuthenticationResult": {"AccessToken": "x", "ExpiresIn": 3600}},
        {"contacts": [{"id_contact": "1", "tiers": []}]},
        {"numero_pds": "1", "date_debut_abonnement": "2020-01-15"},
        {"seuils": {"journalier": {"valeur": 1, "moyen_contact": {}}}},
        {"content": {"clientCompteursPro": []}, "x": 1},
    ],
)
def test_answers_of_an_account_hold_no_reading_and_are_called_what_they_are(
    read, answer
):
    with pytest.raises(FileRefused) as caught:
        read(answer)
    assert caught.value.reason == "no-readings"
    assert "account" in str(caught.value)


@pytest.mark.parametrize("wrap", [lambda rows: {"return": rows}, lambda rows: rows])
def test_the_old_answer_s_amounts_run_to_the_next_index(read, days, wrap):
    rows = [
        ("2023-10-28T00:00:00+02:00", "422", "1000", "M", "00"),
        ("2023-10-29T00:00:00+02:00", "496", "1422", "E", 0),
        ("2023-10-30T00:00:00+01:00", "", "1918", "M", "00"),
        ("2023-10-31T00:00:00+01:00", "1", "1918", "M", "07"),
    ]
    found = read(
        wrap(
            [
                {
                    "dateReleve": at,
                    "consommation": litres,
                    "index": index,
                    "fiabiliteIndex": word,
                    "codeRetour": code,
                }
                for at, litres, index, word, code in rows
            ]
        )
    )
    assert days(found) == {"2023-10-28": 422, "2023-10-29": 496}
    assert [a.index_end for a in found.amounts] == [1422, 1918]
    assert found.amounts[1].end == datetime(2023, 10, 29, 23, tzinfo=UTC)
    assert (len(found.absent), len(found.refused)) == (1, 1)
