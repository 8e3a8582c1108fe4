"""Grand Lyon: the CSV of 2018, the `ws` indexes, the REST answers of 2026."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from exports import FileRefused, Nature


def daily(*rows, **units):
    return {"unites": units or {"consommation": "l"}, "postes": [{"data": list(rows)}]}


def day(number, litres, **more):
    return {"annee": 2026, "mois": 0, "jour": number, "consommation": litres, **more}


def test_a_day_missing_in_the_csv_is_unknown_and_not_zero(read, days):
    found = read("date;consommation(litre)\n31/03/2018;707\n02/04/2018;337\n")
    assert days(found) == {"2018-03-31": 707, "2018-04-02": 337}
    assert found.absent == ()


def test_an_empty_cell_of_the_csv_is_an_absence(read, days):
    found = read("date;consommation(litre)\r\n31/03/2018;\r\n01/04/2018;5\r\n")
    assert days(found) == {"2018-04-01": 5}
    assert len(found.absent) == 1


def test_a_row_that_can_t_be_read_is_refused_with_its_line(read, total, reasons):
    found = read(
        "date;consommation(litre)\n31/02/2018;5\n01/04/2018;abc\n02/04/2018;7\n"
    )
    assert total(found) == 7
    assert reasons(found) == [("line 2", "not-a-date"), ("line 3", "not-a-number")]


def test_the_csv_is_read_in_a_spreadsheet_s_encoding_and_with_capitals(read, total):
    data = "Date;Consommation(litre)\n31/03/2018;1 207\n".encode("cp1252")
    assert total(read(data)) == 1207


def test_a_csv_with_a_header_and_no_row_is_refused(read):
    with pytest.raises(FileRefused) as caught:
        read("date;consommation(litre)\n")
    assert caught.value.reason == "no-readings"


def test_a_csv_of_hours_is_refused_since_its_rows_name_no_day(read):
    with pytest.raises(FileRefused) as caught:
        read("heure;consommation(litre)\n00:00;3\n")
    assert caught.value.reason == "not-daily"


def test_ws_indexes_are_differenced_between_the_instants_that_they_say(read):
    found = read(
        {
            "codeRetour": 100,
            "libelleRetour": "ok",
            "resultatRetour": [
                {
                    "DateReleve": f"2020-10-{at:02}T00:00:00+{zone:02}:00",
                    "TypeAgregat": kind,
                    "ValeurIndex": index,
                }
                for at, zone, kind, index in [
                    (25, 2, "R", 1000),
                    (26, 1, "R", 1300),
                    (27, 1, "E", 1500),
                    (30, 1, "R", 2100),
                ]
            ],
        }
    )
    assert [(a.value, a.index_end, a.nature) for a in found.amounts] == [
        (300, 1300, Nature.MEASURED),
        (200, 1500, Nature.ESTIMATED),
        (600, 2100, Nature.ESTIMATED),
    ]
    assert found.amounts[0].start == datetime(2020, 10, 24, 22, tzinfo=UTC)
    assert found.amounts[0].end == datetime(2020, 10, 25, 23, tzinfo=UTC)


def test_a_ws_index_of_zero_in_between_is_a_failed_reading(read, total, reasons):
    rows = [(1, 562000), (2, 562300), (3, 0), (4, 562700), (5, 562900)]
    found = read(
        {
            "codeRetour": 100,
            "resultatRetour": [
                {"DateReleve": f"2020-07-{at:02}T00:00:00+02:00", "ValeurIndex": index}
                for at, index in rows
            ],
        }
    )
    assert total(found) == 900
    assert [reason for _, reason in reasons(found)] == ["index-falls"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"codeRetour": 3, "resultatRetour": None}, "portal-error"),
        ({"codeRetour": 100, "resultatRetour": []}, "no-readings"),
        (
            {
                "codeRetour": 100,
                "resultatRetour": [
                    {"DateReleve": "2020-07-01T00:00:00+02:00", "ValeurIndex": 1}
                ],
            },
            "one-index",
        ),
    ],
)
def test_a_ws_answer_that_says_no_amount_is_refused_with_why(read, answer, reason):
    with pytest.raises(FileRefused) as caught:
        read(answer)
    assert caught.value.reason == reason


def test_month_0_is_january_and_the_index_is_of_the_day_s_start(read, days):
    found = read(daily(day(15, 300, index=20_000), day(16, 250, index=20_300)))
    assert days(found) == {"2026-01-15": 300, "2026-01-16": 250}
    assert [a.index_end for a in found.amounts] == [20_300, None]


def test_null_is_not_yet_and_not_zero(read, days):
    found = read(daily(day(1, 0, index=9), day(2, None, index=None)))
    assert days(found) == {"2026-01-01": 0}
    assert len(found.absent) == 1


def test_the_leak_and_the_smallest_flow_stand_beside_the_volume(read, days):
    found = read(daily(day(1, 408, debitMin=25, volumeEstimeFuite=150)))
    assert days(found, "leak_l") == {"2026-01-01": 150}
    assert days(found, "flow_min_l_h") == {"2026-01-01": 25}


def test_units_are_read_and_not_supposed(read, days):
    found = read(
        daily(
            day(1, 0.408, index=20.99, debitMin=0.25, volumeEstimeFuite=0.5),
            consommation="m3",
            index="m3",
            debitMin="m3/h",
            volumeEstimeFuite="L",
        )
    )
    assert days(found) == {"2026-01-01": 408}
    assert days(found, "flow_min_l_h") == {"2026-01-01": 250}
    with pytest.raises(FileRefused) as caught:
        read(daily(day(1, 1), consommation="gal"))
    assert caught.value.reason == "unknown-unit"


def test_a_month_12_puts_the_whole_answer_in_doubt(read):
    with pytest.raises(FileRefused) as caught:
        read({"postes": [{"data": [{"annee": 2026, "mois": 12, "consommation": 9}]}]})
    assert caught.value.reason == "months-in-doubt"


def test_a_day_that_does_not_exist_is_refused_alone(read, days, reasons):
    found = read(
        daily(day(31, 5), {**day(31, 6), "mois": 1}, {**day(1, 7), "mois": -1})
    )
    assert days(found) == {"2026-01-31": 5}
    assert [reason for _, reason in reasons(found)] == ["not-a-date"] * 2


def test_months_are_whole_cubic_metres_over_civil_months(read):
    found = read(
        {
            "postes": [
                {
                    "data": [
                        {"annee": 2025, "mois": 11, "consommation": 9},
                        {"annee": 2026, "mois": 2, "consommation": None},
                    ]
                }
            ]
        }
    )
    (month,) = found.amounts
    assert month.value == 9_000
    assert month.start == datetime(2025, 11, 30, 23, tzinfo=UTC)
    assert month.end == datetime(2025, 12, 31, 23, tzinfo=UTC)
    (absent,) = found.absent
    assert absent.end == datetime(2026, 3, 31, 22, tzinfo=UTC)


def test_an_answer_that_breaks_off_is_refused_as_such(read):
    with pytest.raises(FileRefused) as caught:
        read('{"postes":[{"data":[{"annee":2026,"mois":0,"cons')
    assert caught.value.reason == "truncated"


def test_a_refused_day_takes_its_leak_with_it(read, days, reasons):
    found = read(
        daily(
            day(1, -90_000, volumeEstimeFuite=5),
            day(2, 90_300, volumeEstimeFuite=6),
            day(3, 200, volumeEstimeFuite=7),
        )
    )
    assert [reason for _, reason in reasons(found)] == ["negative", "compensates"]
    assert days(found, "leak_l") == {"2026-01-03": 7}


def test_days_of_a_bare_poste_without_units_are_litres(read, days):
    found = read({"postes": [{"data": [day(1, 312)]}], "unites": None})
    assert days(found) == {"2026-01-01": 312}


@pytest.mark.parametrize(
    "cell", ["NA", "-", "null", "N/A", "#N/A", "n.d.", "Non mesur\u00e9"]
)
def test_a_word_for_no_value_is_an_absence(read, days, cell):
    found = read(f"date;consommation(litre)\n31/03/2018;{cell}\n01/04/2018;5\n")
    assert (days(found), found.refused) == ({"2018-04-01": 5}, ())
    assert len(found.absent) == 1


def test_a_csv_may_count_in_cubic_metres_if_it_says_so(read, days):
    found = read("date;consommation (m3)\n31/03/2018;0,250\n01/04/2018;1\n")
    assert days(found) == {"2018-03-31": 250, "2018-04-01": 1000}


def test_answers_of_several_windows_keep_their_indexes_apart(read):
    first = daily(day(1, 10, index=100), day(2, 20, index=110))
    second = daily(day(11, 30, index=900), day(12, 40, index=930))
    found = read([first, second])
    assert [a.index_end for a in found.amounts] == [110, None, 930, None]
    assert len({a.place for a in found.amounts}) == 4


def test_days_and_months_in_one_file_are_both_read(read):
    month = {"annee": 2025, "mois": 11, "consommation": 9}
    found = read([daily(day(1, 10, debitMin=3)), {"postes": [{"data": [month]}]}])
    assert [a.value for a in found.amounts] == [10, 3, 9_000]
    assert found.refused == ()


def test_days_that_only_exist_if_months_count_from_1_put_the_answer_in_doubt(read):
    with pytest.raises(FileRefused) as caught:
        read(daily({**day(31, 5), "mois": 1}, {**day(1, 5), "mois": 2}))
    assert caught.value.reason == "months-in-doubt"
