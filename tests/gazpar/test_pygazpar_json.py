"""JSON that PyGazpar gives."""

from __future__ import annotations

import pytest

from exports import FileRefused, Nature


def row(label="13/10/2022", **said):
    return {
        "time_period": label,
        "start_index_m3": 15724.0,
        "end_index_m3": 15726.0,
        "volume_m3": 1.7,
        "energy_kwh": 17,
        "converter_factor_kwh/m3": 11.268,
        "temperature_degC": None,
        "type": "Mesuré",
        "timestamp": "2022-12-13T23:58:35.606763",
    } | said


def month(label, **said):
    kept = ("time_period", "volume_m3", "energy_kwh", "timestamp")
    return {key: value for key, value in row(label).items() if key in kept} | said


def test_a_reading_is_of_its_time_period_and_never_of_the_fetch(read, told):
    export = read([row()], "pygazpar-json")
    assert export.meter is None
    assert told(export, "volume_l") == [("2022-10-13T04Z", 1_700)]
    assert told(export, "conversion_wh_m3") == [("2022-10-13T04Z", 11_268)]
    assert export.amounts[0].index_end == 15_726_000
    assert export.amounts[0].place == "[0]"


def test_an_empty_list_is_an_empty_export(read):
    export = read([], "pygazpar-json")
    assert export.amounts == export.refused == export.absent == ()


def test_weeks_months_and_years_are_whole(read, told):
    rows = [
        month("Du 17/08/2020 au 23/08/2020"),
        month("Août 2019"),
        month("2018"),
    ]
    export = read(rows)
    assert [start for start, _ in told(export, "volume_l")] == [
        "2018-01-01T05Z",
        "2019-08-01T04Z",
        "2020-08-17T04Z",
    ]
    assert {a.nature for a in export.amounts} == {Nature.MEASURED}


def test_a_month_that_still_ran_when_it_was_fetched_is_no_measure(read):
    export = read([month("Novembre 2022"), month("Décembre 2022")])
    natures = [a.nature for a in export.amounts if a.quantity == "energy_wh"]
    assert natures == [Nature.MEASURED, Nature.ESTIMATED]


def test_a_week_of_zero_is_a_zero_for_it_never_has_an_index(read, told):
    rows = [month("Du 27/07/2020 au 02/08/2020", volume_m3=0.0, energy_kwh=0.0)]
    assert told(read(rows), "volume_l") == [("2020-07-27T04Z", 0)]


def test_of_several_frequencies_the_finest_is_read_for_it_sums_the_others(read, told):
    value = {"hourly": [], "daily": [row()], "monthly": [month("Octobre 2022")]}
    export = read(value, "pygazpar-json")
    assert told(export, "volume_l") == [("2022-10-13T04Z", 1_700)]
    assert export.amounts[0].place == "daily[0]"
    assert len(read({"daily": [], "yearly": [month("2021")]}).amounts) == 2
    assert read({"daily": None}).amounts == ()


def test_the_newer_keys_are_in_nobodys_way(read, told):
    new = row(start_date="2022-10-13", end_date="2022-10-14", frequency="daily")
    assert told(read([new]), "energy_wh") == [("2022-10-13T04Z", 17_000)]


def test_the_keys_of_before_0_2_are_read(read, told):
    old = {"date": "13/10/2019", "energy_kwh": 17.0, "converter_factor": "11,2"}
    old |= {"volume_m3": 1.5, "start_index_m3": 1.0, "end_index_m3": 3.0}
    export = read([old])
    assert told(export, "energy_wh") == [("2019-10-13T04Z", 17_000)]
    assert told(export, "conversion_wh_m3") == [("2019-10-13T04Z", 11_200)]


@pytest.mark.parametrize(
    ("word", "nature"),
    [
        ("MES", Nature.MEASURED),
        ("Mesuré", Nature.MEASURED),
        ("EST", Nature.ESTIMATED),
        ("Calculé", Nature.ESTIMATED),
        (None, Nature.MEASURED),
    ],
)
def test_its_type_is_its_nature(read, word, nature):
    assert read([row(type=word)]).amounts[0].nature is nature


def test_an_absent_day_is_no_zero(read):
    gone = row(type="Absence de Données", volume_m3=0, energy_kwh=0)
    empty = row("14/10/2022", volume_m3=None, energy_kwh=None)
    nan = row("15/10/2022", volume_m3=float("nan"), energy_kwh=float("nan"))
    export = read([gone, empty, nan])
    assert len(export.absent) == 3
    assert {a.quantity for a in export.amounts} == {"conversion_wh_m3"}


def test_an_index_that_stands_while_gas_flows_is_kept_as_given(read, told):
    export = read([row(start_index_m3=15726.0, volume_m3=7.7, energy_kwh=1.2)])
    assert told(export, "volume_l") == [("2022-10-13T04Z", 7_700)]
    assert told(export, "energy_wh") == [("2022-10-13T04Z", 1_200)]


def test_the_noise_of_summed_floats_is_no_litre_less(read, told):
    export = read([month("Mai 2019", volume_m3=20.299999999999997)])
    assert told(export, "volume_l") == [("2019-05-01T04Z", 20_300)]


def test_what_is_no_row_is_refused_alone(read):
    export = read([row(), {"time_period": "hier"}, 3, row("31/02/2022")])
    assert [(one.place, one.reason) for one in export.refused] == [
        ("[1]", "not-a-period"),
        ("[2]", "not-a-row"),
        ("[3]", "not-a-date"),
    ]


@pytest.mark.parametrize("value", [{}, {"daily": 3}, {"autre": []}, [1, 2], 3])
def test_other_json_is_not_pygazpars(read, value):
    with pytest.raises(FileRefused) as refusal:
        read(value)
    assert refusal.value.reason == "unknown-format"
