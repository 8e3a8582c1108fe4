"""Daily indexes, the calendar and the largest powers, in one file."""

from __future__ import annotations

from datetime import timedelta

HEAD = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;"
    "Grandeur physique;Grandeur metier;Etape metier;Unite\n"
)
ABOUT = (
    "21098765432104;Index;01/09/2019;21/08/2020;"
    "Energie active;Consommation;Comptage Brut;Wh\n\n"
)
COLUMNS = "Horodate;Type de releve;EAS F1;EAS F2;EAS F10;EAS D1;EAS D4;EAS T\n"
CALENDAR = (
    "\nPeriode;Identifiant calendrier fournisseur;Libelle calendrier fournisseur;"
    "Identifiant classe temporelle 1;Libelle classe temporelle 1;"
    "Cadran classe temporelle 1;Identifiant classe temporelle 2;"
    "Libelle classe temporelle 2;Cadran classe temporelle 2\n"
)
INDEX = HEAD + ABOUT + COLUMNS


def row(day: str, *values: object) -> str:
    cells = ";".join("" if value is None else str(value) for value in values)
    return f"{day};Arrêté quotidien;{cells}\n"


def test_each_counter_is_the_difference_of_its_readings(read, said):
    export = read(
        INDEX
        + row("2019-09-02T00:00:00+02:00", 100, 200, 5, 300, 7, 305)
        + row("2019-09-03T00:00:00+02:00", 110, 230, 5, 340, 7, 345)
    )
    assert export.format == "enedis-daily-index"
    assert {one.quantity: (one.value, one.index_end) for one in export.amounts} == {
        "import_tariff01_wh": (10, 110),
        "import_tariff02_wh": (30, 230),
        "import_tariff10_wh": (0, 5),
        "import_distributor01_wh": (40, 340),
        "import_distributor04_wh": (0, 7),
        "import_total_wh": (40, 345),
    }
    assert said(export, "import_total_wh") == ["01 22:00-02 22:00 40"]


def test_a_reading_is_of_the_instant_that_it_says(read, said):
    rows = [
        ("2020-10-24T00:00:00+02:00", 0),
        ("2020-10-25T00:00:00+02:00", 10),
        ("2020-10-25T23:00:00+01:00", 20),
        ("2020-10-27T01:00:00+01:00", 40),
    ]
    text = INDEX + "".join(row(at, None, None, None, None, None, t) for at, t in rows)
    assert said(read(text)) == [
        "23 22:00-24 22:00 10",
        "24 22:00-25 22:00 10",
        "25 22:00-27 00:00 20",
    ]


def test_an_empty_row_is_an_absence_and_the_sum_stays_whole(read):
    export = read(
        INDEX
        + row("2020-01-01T00:00:00+01:00", 100, None, None, None, None, 100)
        + row("2020-01-02T00:00:00+01:00", *[None] * 6)
        + row("2020-01-03T00:00:00+01:00", 130, None, None, None, None, 130)
    )
    assert {one.value for one in export.amounts} == {30}
    (absent,) = export.absent
    assert absent.end - absent.start == timedelta(days=1)


def test_a_fall_is_refused_with_its_pair(read):
    export = read(
        INDEX
        + row("2020-01-01T00:00:00+01:00", 100, None, None, None, None, 500)
        + row("2020-01-02T00:00:00+01:00", 50, None, None, None, None, 510)
        + row("2020-01-03T00:00:00+01:00", 60, None, None, None, None, 520)
    )
    assert [(one.place, one.reason) for one in export.refused] == [
        ("line 6", "index-falls")
    ]
    tariff = [a.value for a in export.amounts if a.quantity == "import_tariff01_wh"]
    assert tariff == [10]


def test_a_failed_reading_of_zero_leaves_the_total_as_it_is(read):
    values = [5_000_000, 0, 5_020_000, 5_030_000]
    text = INDEX + "".join(
        row(f"2020-01-0{i}T00:00:00+01:00", *[None] * 5, value)
        for i, value in enumerate(values, start=1)
    )
    export = read(text)
    assert [one.reason for one in export.refused] == ["index-falls"]
    assert [one.value for one in export.amounts] == [20_000, 10_000]


def test_an_index_begins_anew_where_the_calendar_changes(read):
    export = read(
        INDEX
        + row("2019-10-21T00:00:00+02:00", 1000, 50, None, None, None, 1050)
        + row("2019-10-22T00:00:00+02:00", 1010, 50, None, None, None, 1060)
        + row("2019-10-23T00:00:00+02:00", 4, 60, None, None, None, 1074)
        + row("2019-10-24T00:00:00+02:00", 14, 60, None, None, None, 1084)
        + CALENDAR
        + "Du 2019-09-02T00:00:00+02:00 au 2019-10-22T00:00:00+02:00;FC011827;"
        "HC Semaine et HC Week-End;HC;Heures Creuses;EAS F1;HP;Heures Pleines;EAS F2\n"
        "Du 2019-10-22T00:00:00+02:00 au 2019-10-23T00:00:00+02:00;INCONNU;INCONNU;"
        ";;EAS F1;;;EAS F2\n"
        "Du 2019-10-23T00:00:00+02:00 au;FC000050;6 cadrans;BUHC;Bleu HC;EAS F1;"
        "BUHP;Bleu HP;EAS F2\n"
    )
    assert export.refused == ()
    tariff = [a.value for a in export.amounts if a.quantity == "import_tariff01_wh"]
    assert tariff == [10, 10]
    total = [a.value for a in export.amounts if a.quantity == "import_total_wh"]
    assert total == [10, 14, 10]
    anew = [f for f in export.facts if f["kind"] == "index-begins-anew"]
    assert [(f["quantity"], f["before_wh"], f["after_wh"]) for f in anew] == [
        ("import_tariff01_wh", 1010, 4)
    ]
    tariffs = [f for f in export.facts if f["kind"] == "tariff"]
    assert tariffs[0] == {
        "kind": "tariff",
        "grid": "supplier",
        "start": "2019-09-01T22:00:00+00:00",
        "end": "2019-10-21T22:00:00+00:00",
        "calendar": "FC011827",
        "label": "HC Semaine et HC Week-End",
        "import_tariff01_wh": "HC",
        "import_tariff01_label": "Heures Creuses",
        "import_tariff02_wh": "HP",
        "import_tariff02_label": "Heures Pleines",
    }
    assert tariffs[1]["calendar"] is None
    assert tariffs[1]["import_tariff01_wh"] is None
    assert (tariffs[2]["calendar"], tariffs[2]["end"]) == ("FC000050", None)


def test_a_period_that_is_none_is_refused(read):
    export = read(INDEX + CALENDAR + "Du hier au demain;FC1;x\nToujours;FC1;x\n")
    assert [one.reason for one in export.refused] == ["not-a-time", "not-a-time"]


def test_the_largest_powers_follow_in_the_same_file(read, said):
    export = read(
        INDEX
        + row("2019-09-02T00:00:00+02:00", 1, None, None, None, None, 1)
        + HEAD
        + "21098765432104;Puissance maximale quotidienne;01/09/2019;21/08/2020;"
        "Puissance maximale atteinte;Consommation;Comptage Brut;W\n"
        "Horodate;Valeur\n"
        "2019-09-01T15:17:24+02:00;3695\n"
        "2019-09-02T01:34:50+02:00;2345\n"
    )
    assert said(export) == ["31 22:00-01 22:00 3695", "01 22:00-02 22:00 2345"]


def test_injected_indexes_are_exported(read, said):
    about = ABOUT.replace("Consommation", "Production")
    for column in ("EAI T", "EAS T"):
        export = read(
            HEAD + about + f"Horodate;Type de releve;EAI F1;{column}\n"
            "2019-09-02T00:00:00+02:00;Arrêté quotidien;1;100\n"
            "2019-09-03T00:00:00+02:00;Arrêté quotidien;2;150\n"
        )
        assert said(export, "export_total_wh") == ["01 22:00-02 22:00 50"]
        assert len(export.amounts) == 1


def test_indexes_of_another_unit_are_refused_as_a_whole(read):
    text = HEAD + ABOUT.replace(";Wh", ";varh") + COLUMNS
    export = read(text + row("2019-09-02T00:00:00+02:00", 1, 1, 1, 1, 1, 1))
    assert [one.reason for one in export.refused] == ["unknown-quantity"]


def test_a_reading_of_no_time_is_refused(read):
    export = read(INDEX + row("2019-13-02T00:00:00+02:00", 1, 1, 1, 1, 1, 1))
    assert [one.reason for one in export.refused] == ["not-a-time"]


def test_kwh_are_wh_and_a_cell_that_is_no_number_is_named(read, said):
    export = read(
        HEAD
        + ABOUT.replace(";Wh", ";kWh")
        + "Horodate;Type de releve;EAS T\n"
        + row("2019-09-02T00:00:00+02:00", "1,5")
        + row("2019-09-03T00:00:00+02:00", "x")
        + row("2019-09-04T00:00:00+02:00", "2")
    )
    assert said(export) == ["01 22:00-03 22:00 500"]
    assert [one.place for one in export.refused] == ["line 6, EAS T"]
