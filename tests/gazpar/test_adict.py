"""Answers of GRDF's ADICT."""

from __future__ import annotations

import json

import pytest

from exports import FileRefused, Nature

PCE = "09999999999990"


def line(day="2021-08-16", *, end="2021-08-17", kind="Informative Journalier", **said):
    index = {"valeur_index": 1325, "horodate_Index": f"{end}T06:00:00+02:00"}
    none = {"valeur_index": None, "horodate_Index": None}
    published = kind == "Publiée"
    used = {
        "date_debut_consommation": f"{day}T06:00:00+02:00",
        "date_fin_consommation": f"{end}T06:00:00+02:00",
        "flag_retour_zero": None,
        "volume_brut": 1,
        "coeff_calcul": {
            "coeff_pta": None,
            "valeur_pcs": None,
            "coeff_conversion": 11.16,
        },
        "volume_converti": None,
        "energie": 8,
        "type_qualif_conso": "Mesuré",
        "sens_flux_gaz": "Consommation",
        "statut_conso": "Définitive" if published else "Provisoire",
        "journee_gaziere": None if published else day,
        "type_conso": kind,
    }
    return {
        "pce": {"id_pce": PCE},
        "periode": {"valeur": None, "date_debut": "2021-08-01", "date_fin": end},
        "releve_debut": {"date_releve": None, "index_brut_debut": none},
        "releve_fin": {"date_releve": f"{end}T06:00:00+02:00", "index_brut_fin": index},
        "consommation": used | said,
        "statut_restitution": None,
    }


def ndjson(*objects, **how):
    return "\n".join(json.dumps(one, **how) for one in objects)


def test_an_informative_day_is_that_of_journee_gaziere_not_the_asked_period(read, told):
    export = read(ndjson(line()), "grdf-adict")
    assert export.meter == PCE
    assert told(export, "volume_l") == [("2021-08-16T04Z", 1_000)]
    assert told(export, "energy_wh") == [("2021-08-16T04Z", 8_000)]
    assert told(export, "conversion_wh_m3") == [("2021-08-16T04Z", 11_160)]
    assert export.amounts[0].index_end == 1_325_000
    assert export.amounts[0].nature is Nature.MEASURED


@pytest.mark.parametrize(
    ("said", "nature"),
    [
        ({}, Nature.DEFINITIVE),
        ({"type_qualif_conso": "Estimé"}, Nature.DEFINITIVE),
        ({"statut_conso": "Provisoire"}, Nature.MEASURED),
        (
            {"statut_conso": "Provisoire", "type_qualif_conso": "Estimé"},
            Nature.ESTIMATED,
        ),
    ],
)
def test_a_published_period_is_definitive_once_it_is_said_so(read, said, nature):
    one = line("2021-01-01", end="2021-01-23", kind="Publiée", **said)
    export = read(ndjson(one))
    assert {a.nature for a in export.amounts} == {nature}
    assert f"{export.amounts[0].start:%dT%H}" == "01T05"
    assert f"{export.amounts[0].end:%dT%H}" == "23T05"


def test_lines_pretty_printed_objects_and_an_array_say_the_same(read):
    both = line(), line("2021-08-17", end="2021-08-18")
    pretty = "".join(json.dumps(one, indent=1) for one in both)
    exports = [read(text) for text in (ndjson(*both), pretty, json.dumps(both))]
    assert exports[0] == exports[1] == exports[2]
    assert exports[0].amounts[-1].place == "object 2"


def test_the_definitive_word_replaces_the_provisional_one_in_any_order(read, told):
    rows = [
        line("2021-08-01", end="2021-09-01", kind="Publiée", statut_conso="Provisoire"),
        line("2021-08-01", end="2021-09-01", kind="Publiée", energie=9),
    ]
    for order in (rows, rows[::-1]):
        export = read(ndjson(*order))
        assert told(export, "energy_wh") == [("2021-08-01T04Z", 9_000)]
        assert export.refused == ()


def test_a_counter_that_passed_zero_may_fall_where_the_file_says_so(read):
    high = {"index_brut_debut": {"valeur_index": 99_990}}
    turned = line(flag_retour_zero=True) | {"releve_debut": high}
    assert read(ndjson(turned)).refused == ()
    fell = line() | {"releve_debut": high}
    assert [one.reason for one in read(ndjson(fell)).refused] == ["index-falls"]


def test_a_day_without_data_is_an_absence(read):
    gone = line(
        type_qualif_conso="Absence de Données",
        volume_brut=0,
        energie=0,
        coeff_calcul=None,
    )
    export = read(ndjson(gone))
    assert (len(export.absent), export.amounts) == (1, ())


def test_an_error_among_the_lines_is_refused_alone(read):
    error = {
        "pce": {"id_pce": PCE},
        "consommation": None,
        "statut_restitution": {"code": "1000008", "message": f"PCE {PCE} inconnu"},
    }
    export = read(ndjson(line(), error, {"code_statut_traitement": "0"}))
    assert [(one.place, one.reason) for one in export.refused] == [
        ("object 2", "no-consumption")
    ]
    assert "1000008" in export.refused[0].detail
    assert PCE not in export.refused[0].detail


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"sens_flux_gaz": "Injection"}, "no-consumption"),
        ({"journee_gaziere": None, "date_debut_consommation": None}, "no-period"),
        ({"energie": -8}, "negative"),
    ],
)
def test_what_is_no_consumption_is_refused_alone(read, said, reason):
    export = read(ndjson(line("2021-08-15"), line(**said)))
    assert [one.reason for one in export.refused] == [reason]
    assert len(export.amounts) == 3


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({"pce": {"id_pce": PCE}, "donnees_contractuelles": {"car": 9426}}, "contract"),
        ({"pce": {"id_pce": PCE}, "donnees_techniques": {"pitd": {}}}, "technical"),
        ({"id_droit_acces": "00", "id_pce": PCE}, "rights"),
        ({"pce": {"id_pce": PCE}, "injection": {}}, "injected"),
        ({"code_statut_traitement": "0"}, "request of access"),
        ({"statut_restitution": {"code": "1000008"}}, "error"),
    ],
)
def test_what_has_no_readings_is_named_and_refused(read, value, word):
    with pytest.raises(FileRefused) as refusal:
        read(ndjson(value), "grdf-adict")
    assert refusal.value.reason == "no-readings"
    assert word in refusal.value.message
    assert PCE not in str(refusal.value)


def test_two_meters_in_one_file_are_refused(read):
    with pytest.raises(FileRefused) as refusal:
        read(ndjson(line(), line() | {"pce": {"id_pce": "GI000001"}}))
    assert refusal.value.reason == "several-meters"


def test_a_water_companys_consommation_is_not_adicts(read):
    with pytest.raises(FileRefused) as refusal:
        read([{"date_releve": "2026-07-01", "consommation": {"litre": 100}}])
    assert refusal.value.reason == "unknown-format"
