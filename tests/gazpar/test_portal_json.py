"""JSON of GRDF's portal."""

from __future__ import annotations

import pytest

from exports import Absence, FileRefused, Nature, Refused

PCE = "09999999999990"


def day(date, **said):
    return {
        "coeffConversion": 11.12,
        "dateDebutReleve": f"{date}T06:00:00+00:00",
        "dateFinReleve": None,
        "energieConsomme": 75,
        "frequenceReleve": None,
        "indexDebut": 500,
        "indexFin": 507,
        "journeeGaziere": date,
        "natureReleve": "Informative Journalier",
        "pcs": None,
        "pta": None,
        "qualificationReleve": "Mesuré",
        "status": None,
        "temperature": None,
        "volumeBrutConsomme": 7,
        "volumeConverti": None,
    } | said


def gap(date):
    return dict.fromkeys(day(date)) | {
        "journeeGaziere": date,
        "qualificationReleve": "Absence de Données",
    }


def published(first, until, **said):
    return (
        day(None, journeeGaziere=None, natureReleve="Publiée", volumeConverti=0)
        | {
            "dateDebutReleve": f"{first}T06:00:00+00:00",
            "dateFinReleve": f"{until}T06:00:00+00:00",
        }
        | said
    )


def answer(*readings, pce=PCE):
    return {pce: {"frequence": None, "idPce": pce, "releves": list(readings)}}


def test_a_gas_day_gives_litres_watt_hours_and_its_coefficient(read):
    export = read(answer(day("2019-11-30")), "grdf-portal-json")
    assert export.meter == PCE
    assert [(a.quantity, a.value, a.index_end) for a in export.amounts] == [
        ("volume_l", 7_000, 507_000),
        ("energy_wh", 75_000, None),
        ("conversion_wh_m3", 11_120, None),
    ]
    assert {a.place for a in export.amounts} == {"releves[0]"}
    assert {a.nature for a in export.amounts} == {Nature.MEASURED}


def test_the_portals_utc_is_local_six_o_clock_on_both_sides_of_both_changes(read):
    dates = ["2020-03-27", "2020-03-28", "2020-03-29", "2020-10-24", "2020-10-25"]
    export = read(answer(*(day(date) for date in dates)))
    days = [a for a in export.amounts if a.quantity == "energy_wh"]
    assert [f"{a.start:%m-%dT%H}" for a in days] == [
        "03-27T05",
        "03-28T05",
        "03-29T04",
        "10-24T04",
        "10-25T05",
    ]
    hours = [(a.end - a.start).total_seconds() / 3600 for a in days]
    assert hours == [24, 23, 24, 25, 24]


def test_a_day_is_that_of_journee_gaziere_whatever_its_times_say(read, told):
    odd = {
        "dateDebutReleve": "2026-07-20T22:00:00Z",
        "dateFinReleve": "2026-07-24T06:00:00+02:00",
        "status": "Définitive",
    }
    export = read(answer(day("2026-07-23", **odd)))
    assert told(export, "energy_wh") == [("2026-07-23T04Z", 75_000)]


def test_energy_is_kept_as_given_and_never_recomputed_from_whole_cubic_metres(
    read, told
):
    export = read(answer(day("2019-12-01", energieConsomme=146, volumeBrutConsomme=13)))
    assert told(export, "energy_wh") == [("2019-12-01T05Z", 146_000)]


def test_finer_volumes_and_energies_are_exact_to_the_unit(read, told):
    fine = {"volumeBrutConsomme": 0.28, "energieConsomme": 3.16}
    export = read(answer(day("2026-07-23", **fine)))
    assert told(export, "volume_l") == [("2026-07-23T04Z", 280)]
    assert told(export, "energy_wh") == [("2026-07-23T04Z", 3_160)]


def test_a_gap_is_an_absence_and_no_zero(read):
    export = read(answer(day("2021-08-09"), gap("2021-08-10")))
    assert len(export.absent) == 1
    assert isinstance(export.absent[0], Absence)
    assert export.absent[0].place == "releves[1]"
    assert f"{export.absent[0].start:%dT%H}" == "10T04"
    assert len(export.amounts) == 3


def test_the_zero_after_a_gap_is_unknown_where_the_index_moved_and_the_index_is_kept(
    read,
):
    after = day("2021-08-11", indexDebut=None, indexFin=512)
    after |= {"volumeBrutConsomme": 0, "energieConsomme": 0}
    export = read(answer(day("2021-08-09"), gap("2021-08-10"), after))
    assert [one.place for one in export.absent] == ["releves[1]", "releves[2]"]
    assert {a.place for a in export.amounts} == {"releves[0]"}
    assert export.facts == (
        {
            "kind": "index",
            "quantity": "volume_l",
            "at": "2021-08-12T04:00:00+00:00",
            "value": 512_000,
            "place": "releves[2]",
        },
    )


def test_the_zero_after_a_gap_is_true_where_the_index_stood_still(read, told):
    after = day("2021-08-11", indexDebut=None, indexFin=507)
    after |= {"volumeBrutConsomme": 0, "energieConsomme": 0}
    export = read(answer(day("2021-08-09"), gap("2021-08-10"), after))
    assert told(export, "volume_l")[-1] == ("2021-08-11T04Z", 0)
    assert len(export.absent) == 1


def test_an_amount_after_a_gap_is_taken_without_its_first_index(read, told):
    after = day("2021-11-12", indexDebut=None, indexFin=520, volumeBrutConsomme=8)
    export = read(answer(day("2021-11-10"), gap("2021-11-11"), after))
    assert told(export, "volume_l")[-1] == ("2021-11-12T05Z", 8_000)


def test_a_measured_zero_with_both_indexes_is_a_zero(read, told):
    still = {"indexDebut": 507, "volumeBrutConsomme": 0, "energieConsomme": 0}
    export = read(answer(day("2019-12-23", **still)))
    assert told(export, "energy_wh") == [("2019-12-23T05Z", 0)]
    assert export.absent == ()


@pytest.mark.parametrize("word", ["Estimé", "Calculé", "Corrigé", "Théorique"])
def test_what_was_not_measured_is_estimated(read, word):
    export = read(answer(day("2019-11-30", qualificationReleve=word)))
    assert {a.nature for a in export.amounts} == {Nature.ESTIMATED}


def test_a_published_period_is_definitive_and_runs_from_six_to_six(read):
    export = read(answer(published("2019-10-10", "2020-04-09", volumeBrutConsomme=900)))
    volume = export.amounts[0]
    assert volume.nature is Nature.DEFINITIVE
    assert volume.value == 900_000
    assert (volume.start.isoformat(), volume.end.isoformat()) == (
        "2019-10-10T04:00:00+00:00",
        "2020-04-09T04:00:00+00:00",
    )


def test_a_provisional_published_period_is_measured(read):
    export = read(answer(published("2020-01-01", "2020-02-01", status="Provisoire")))
    assert {a.nature for a in export.amounts} == {Nature.MEASURED}


def test_a_published_period_over_a_change_of_meter_may_fall(read, told):
    change = published("2020-01-01", "2020-02-01", indexDebut=9_000, indexFin=40)
    export = read(answer(change))
    assert told(export, "volume_l") == [("2020-01-01T05Z", 7_000)]
    assert export.refused == ()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"energieConsomme": -1}, "negative"),
        ({"volumeBrutConsomme": -7}, "negative"),
        ({"volumeBrutConsomme": 7_000_000}, "too-much"),
        ({"energieConsomme": 7_000_000}, "too-much"),
        ({"indexFin": 5_000_000}, "too-much"),
        ({"indexDebut": 508}, "index-falls"),
        ({"coeffConversion": 1112}, "bad-coefficient"),
        ({"energieConsomme": "abc"}, "not-a-number"),
        ({"energieConsomme": [1]}, "not-a-number"),
        ({"journeeGaziere": "2019-02-30"}, "not-a-date"),
        ({"journeeGaziere": "9999-12-31"}, "not-a-date"),
        ({"journeeGaziere": "0001-01-01"}, "not-a-date"),
        ({"journeeGaziere": 20191130}, "not-a-date"),
        ({"journeeGaziere": None}, "no-period"),
    ],
)
def test_a_row_that_cant_be_true_is_refused_alone(read, said, reason):
    export = read(answer(day("2019-11-29"), day("2019-11-30", **said)))
    assert [(one.place, one.reason) for one in export.refused] == [
        ("releves[1]", reason)
    ]
    assert len(export.amounts) == 3


def test_a_published_period_that_ends_before_it_starts_is_refused(read):
    export = read(answer(published("2020-02-01", "2020-01-01")))
    assert [one.reason for one in export.refused] == ["start-after-end"]


def test_a_period_of_no_day_is_refused(read):
    export = read(answer(published("2020-02-01", "2020-02-01")))
    assert [one.reason for one in export.refused] == ["start-after-end"]


def test_what_is_no_object_is_refused_alone(read):
    export = read(answer(day("2019-11-30"), "texte"))
    assert export.refused == (Refused("releves[1]", "not-a-row", "it is no reading"),)


def test_a_day_said_twice_counts_once(read):
    export = read(answer(day("2019-11-30"), day("2019-11-30")))
    assert len(export.amounts) == 3
    assert [(one.place, one.reason) for one in export.refused] == [
        ("releves[1]", "duplicate")
    ]


def test_a_day_with_two_values_keeps_the_first_and_refuses_the_other(read, told):
    export = read(answer(day("2019-11-30"), day("2019-11-30", energieConsomme=76)))
    assert told(export, "energy_wh") == [("2019-11-30T05Z", 75_000)]
    assert [one.reason for one in export.refused] == ["two-values"]


@pytest.mark.parametrize("late_first", [True, False])
def test_a_day_that_came_late_fills_its_gap_in_one_file(read, told, late_first):
    rows = [gap("2019-11-30"), day("2019-11-30")]
    export = read(answer(*(reversed(rows) if late_first else rows)))
    assert told(export, "energy_wh") == [("2019-11-30T05Z", 75_000)]
    assert export.absent == export.refused == ()


def test_days_come_out_in_order_whatever_theirs(read, told):
    export = read(answer(day("2019-12-01"), day("2019-11-30")))
    days = [start for start, _ in told(export, "energy_wh")]
    assert days == ["2019-11-30T05Z", "2019-12-01T05Z"]


def test_a_meter_overseas_has_its_own_six_o_clock(read):
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - one test's

    export = read(answer(day("2020-07-01")), zone=ZoneInfo("Indian/Reunion"))
    assert f"{export.amounts[0].start:%HZ}" == "02Z"


def test_an_account_without_readings_is_an_empty_export(read):
    export = read(answer())
    assert (export.meter, export.amounts, export.refused) == (PCE, (), ())


def test_a_reading_list_alone_or_several_answers_of_one_meter_are_read(read, told):
    bare = answer(day("2019-11-30"))[PCE]
    assert read(bare).meter == PCE
    both = [answer(day("2019-11-30")), answer(day("2019-12-01"))]
    assert len(told(read(both), "energy_wh")) == 2


def test_two_meters_in_one_file_are_refused_without_their_numbers(read):
    two = answer(day("2019-11-30")) | answer(day("2019-11-30"), pce="09999999999991")
    with pytest.raises(FileRefused) as refusal:
        read(two)
    assert refusal.value.reason == "several-meters"
    assert "0999" not in str(refusal.value)


def test_a_second_meter_without_readings_is_in_nobodys_way(read):
    two = answer(day("2019-11-30")) | answer(pce="GI000001")
    assert read(two).meter == PCE


def test_a_file_that_breaks_off_is_refused(read):
    with pytest.raises(FileRefused) as refusal:
        read('{"09999999999990": {"releves": [{"journeeGazi')
    assert refusal.value.reason == "truncated"
