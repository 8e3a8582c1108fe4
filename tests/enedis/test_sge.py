"""SGE's flows and answers: the same measures as CSV, JSON and SOAP."""

from __future__ import annotations

import json

import pytest

from exports import Nature

R63 = (
    "Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;"
    "Etape métier;Unité;Horodate;Valeur;Nature;Pas;Indice de vraisemblance;"
    "Etat complémentaire\n"
)
R64 = (
    "Identifiant PRM;Date de debut;Date de fin;Grandeur physique;Grandeur metier;"
    "Etape metier;Unite;Horodate;Contexte de relève;Type de releve;Motif de relève;"
    "Grille;Identifiant calendrier;Libellé calendrier;Identifiant classe temporelle;"
    "Libellé classe temporelle;Cadran;Valeur;Indice de vraisemblance\n"
)


def r63(stamp, value, *, what="PA;CONS;BRUT;W", step="PT30M", nature="B", likely=0):
    return (
        f"21098765432104;2023-03-13 00:00:00;2023-03-14 00:00:00;{what};"
        f"{stamp};{value};{nature};{step};{likely};0\n"
    )


def r64(stamp, value, cadran, unit="Wh", prm="21098765432104"):
    return (
        f"{prm};2026-01-01;2026-01-03;EA;CONS;BRUT;{unit};{stamp};COL;AQ;;Frn;"
        f"FC000050;6 cadrans;BUHC;Bleu HC;{cadran};{value};0\n"
    )


def test_a_linkys_stamp_is_the_end_of_its_step(read, said):
    export = read(
        R63
        + r63("2023-03-13 00:30:00", 692)
        + r63("2023-03-13 01:00:00", 1284, nature="E")
        + r63("2023-03-14 00:00:00", 5)
    )
    assert export.format == "enedis-sge-flow"
    assert said(export, "import_mean_power_w") == [
        "12 23:00-12 23:30 692",
        "12 23:30-13 00:00 1284",
        "13 22:30-13 23:00 5",
    ]
    assert [one.nature for one in export.amounts] == [
        Nature.MEASURED,
        Nature.ESTIMATED,
        Nature.MEASURED,
    ]


def test_a_stamp_at_the_periods_beginning_is_a_start(read, said):
    energy = "EA;CONS;MESURE;Wh"
    export = read(
        R63
        + r63("2023-03-13T00:00:00+01:00", 10, what=energy, step="PT5M")
        + r63("2023-03-13T00:05:00+01:00", "", what=energy, step="PT5M")
        + r63("2023-03-13T00:10:00+01:00", 12, what=energy, step="PT10M")
    )
    assert said(export, "import_energy_wh") == [
        "12 23:00-12 23:05 10",
        "12 23:10-12 23:20 12",
    ]
    assert len(export.absent) == 1


def test_a_period_with_both_its_ends_is_stamped_at_the_end(read, said):
    stamps = ["2023-03-13 00:00:00", "2023-03-13 12:00:00", "2023-03-14 00:00:00"]
    export = read(R63 + "".join(r63(stamp, 1, step="PT1H") for stamp in stamps))
    assert said(export)[0] == "12 22:00-12 23:00 1"


def test_series_of_one_flow_are_kept_apart_and_reactive_ones_refused_once(read):
    export = read(
        R63
        + "".join(
            r63(f"2022-10-30 0{h}:{m}:00", i, what=what)
            for i, (h, m) in enumerate(
                [(2, "00"), (2, "30"), (2, "00"), (2, "30"), (3, "00")]
            )
            for what in ("PA;CONS;BRUT;W", "PA;PROD;BRUT;kW", "PRI;CONS;BRUT;VAr")
        )
    )
    drawn = [a for a in export.amounts if a.quantity == "import_mean_power_w"]
    given = [a for a in export.amounts if a.quantity == "export_mean_power_w"]
    assert len({one.end for one in drawn}) == len({one.end for one in given}) == 5
    assert [one.value for one in given] == [0, 1000, 2000, 3000, 4000]
    assert [(one.place, one.reason) for one in export.refused] == [
        ("line 4", "unknown-quantity")
    ]


def test_daily_energies_and_largest_powers_are_of_their_days(read, said):
    export = read(
        R63
        + r63("2023-03-13", 22125, what="EA;CONS;BRUT;Wh", step="P1D")
        + r63("2023-03-13 09:13:20", 6241, what="PMA;CONS;BRUT;VA", step="P1D")
        + r63("2023-03-12", "", what="EA;CONS;BRUT;Wh", step="P1D")
    )
    assert said(export, "import_energy_wh") == ["12 23:00-13 23:00 22125"]
    assert said(export, "max_power_va") == ["12 23:00-13 23:00 6241"]
    assert len(export.absent) == 1


def test_indexes_of_r64_are_differences(read, said):
    export = read(
        R64
        + r64("2026-01-01T00:00:00+01:00", 100, "IDX_EAS_F1")
        + r64("2026-01-02T00:00:00+01:00", 140, "IDX_EAS_F1")
        + r64("2026-01-01T00:00:00+01:00", "1,5", "IDX_EAS_D2", unit="kWh")
        + r64("2026-01-02T00:00:00+01:00", "2,5", "IDX_EAS_D2", unit="kWh")
        + r64("2026-01-01T00:00:00+01:00", 1, "01")
    )
    assert said(export, "import_tariff01_wh") == ["31 23:00-01 23:00 40"]
    assert said(export, "import_distributor02_wh") == ["31 23:00-01 23:00 1000"]
    assert [one.reason for one in export.refused] == ["unknown-quantity"]


def test_a_flow_of_several_meters_is_refused(refusal):
    first = r64("2026-01-01T00:00:00+01:00", 100, "IDX_EAS_F1")
    other = r64("2026-01-01T00:00:00+01:00", 1, "IDX_EAS_F1", prm="98765432109876")
    assert refusal(R64 + first + other).reason == "several-meters"


def test_rows_that_cannot_be_trusted_are_refused(read):
    export = read(R63 + r63("hier", 1) + r63("2023-03-13 00:30:00", "x"))
    assert [one.reason for one in export.refused] == ["not-a-time", "not-a-number"]


def flow(code, **measure):
    header = {"codeFlux": code, "format": "JSON"}
    period = {"dateDebut": "2026-01-01", "dateFin": "2026-01-02"}
    one = {"idPrm": "21098765432104", "periode": period, **measure}
    return json.dumps({"header": header, "mesures": [one]})


def test_r63_as_json_is_the_same(read, said):
    points = [
        {"d": "2026-01-01T00:00:00+01:00", "v": "10", "p": "PT5M", "n": "R", "iv": 0},
        {"d": "2026-01-01T00:05:00+01:00", "v": "11", "p": "PT5M", "n": "R", "iv": 1},
    ]
    kind = {"grandeurMetier": "CONS", "grandeurPhysique": "EA", "unite": "Wh"}
    export = read(flow("R63", grandeur=[{**kind, "points": points}]))
    assert export.format == "enedis-sge-flow-json"
    assert export.meter == "21098765432104"
    assert said(export) == ["31 23:00-31 23:05 10", "31 23:05-31 23:10 11"]
    assert export.amounts[1].nature is Nature.ESTIMATED


def test_r64_as_json_is_the_same(read, said):
    values = [
        {"d": "2026-01-01T00:00:00+01:00", "v": 1000.5, "iv": 0},
        {"d": "2026-01-02T00:00:00+01:00", "v": 1100.8, "iv": 0},
        {"d": "2026-01-03T00:00:00+01:00", "v": None, "iv": 0},
    ]
    classes = [{"idClasseTemporelle": "HP", "codeCadran": "IDX_EAS_F2"}]
    calendar = {"classeTemporelle": [{**classes[0], "valeur": values}]}
    kind = {"grandeurMetier": "CONS", "grandeurPhysique": "EA", "unite": "kWh"}
    grandeur = [{**kind, "calendrier": [calendar]}]
    export = read(flow("R64", contexte=[{"etapeMetier": "BRUT", "grandeur": grandeur}]))
    assert said(export, "import_tariff02_wh") == ["31 23:00-01 23:00 100300"]


def soap(inner: str, version="V3") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soap:Body><n:consulterMesuresDetailleesResponse{version} xmlns:n="urn:x">'
        f"<pointId>21098765432104</pointId><periode><dateDebut>2023-04-01</dateDebut>"
        f"<dateFin>2023-04-02</dateFin></periode>{inner}"
        f"</n:consulterMesuresDetailleesResponse{version}></soap:Body></soap:Envelope>"
    )


def grandeur(physical: str, unit: str, inner: str, way: str = "CONS") -> str:
    return (
        f"<grandeur><grandeurMetier>{way}</grandeurMetier><grandeurPhysique>{physical}"
        f"</grandeurPhysique><unite>{unit}</unite>{inner}</grandeur>"
    )


def point(stamp, value, extra="", tag="points"):
    return f"<{tag}><v>{value}</v><d>{stamp}</d>{extra}</{tag}>"


def test_a_detailed_answer_gives_its_curve(read, said):
    step = "<p>PT30M</p><n>B</n><iv>0</iv>"
    inner = point("2023-04-01 00:30:00", 1268, step) + point(
        "2023-04-02 00:00:00", 712, step
    )
    export = read(soap(grandeur("PA", "W", inner)))
    assert export.format == "enedis-sge-soap"
    assert export.meter == "21098765432104"
    assert said(export) == ["31 22:00-31 22:30 1268", "01 21:30-01 22:00 712"]
    made = read(soap(grandeur("PA", "W", inner, "PROD")).encode("utf-8-sig"))
    assert {one.quantity for one in made.amounts} == {"export_mean_power_w"}


def test_a_detailed_answer_gives_days_powers_and_indexes(read, said):
    days = grandeur("EA", "Wh", point("2023-04-01", 22125)) + "<pas>P1D</pas>"
    assert said(read(soap(days)), "import_energy_wh") == ["31 22:00-01 22:00 22125"]
    tops = grandeur("PMA", "VA", point("2023-04-01 09:13:20", 6241)) + "<pas>P1D</pas>"
    assert said(read(soap(tops)), "max_power_va") == ["31 22:00-01 22:00 6241"]
    values = point("2023-04-01 00:00:00", 1422334, "<iv>0</iv>", "valeur") + point(
        "2023-04-02 00:00:00", 1439264, "<iv>0</iv>", "valeur"
    )
    index = grandeur(
        "EA",
        "Wh",
        "<calendrier><idCalendrier>FC000050</idCalendrier><classeTemporelle>"
        f"<codeCadran>IDX_EAS_F2</codeCadran>{values}</classeTemporelle></calendrier>",
    )
    export = read(soap(f"<contexte><typeReleve>AQ</typeReleve>{index}</contexte>"))
    assert said(export, "import_tariff02_wh") == ["31 22:00-01 22:00 16930"]


MONTH = (
    "<mesure><valeur>{}</valeur><dateDebut>{}</dateDebut><dateFin>{}</dateFin>"
    '<nature code="{}"><libelle>x</libelle></nature></mesure>'
)


def months(grid: str, **classes: str) -> str:
    series = "".join(
        f'<serie><grandeurPhysique code="EA"/><classeTemporelle code="{name}"/>'
        f"<unite>kWh</unite><mesuresDatees>{inner}</mesuresDatees></serie>"
        for name, inner in classes.items()
    )
    name = f"seriesMesuresDateesGrille{grid}"
    return f"<{name}>{series}</{name}>"


def monthly(inner: str) -> str:
    return (
        '<s:Envelope xmlns:s="urn:s"><s:Body><v:consulterMesuresResponse '
        f'xmlns:v="urn:v">{inner}</v:consulterMesuresResponse></s:Body></s:Envelope>'
    )


def test_months_are_the_sum_of_one_grids_classes(read, said):
    peak = MONTH.format(294, "2020-02-11", "2020-03-11", "REEL") + MONTH.format(
        358, "2020-01-11", "2020-02-11", "REEL"
    )
    off_peak = MONTH.format(78, "2020-02-11", "2020-03-11", "ESTIME")
    export = read(
        monthly(
            months("Frn", BASE=MONTH.format(372, "2020-02-11", "2020-03-11", "REEL"))
            + months("Turpe", HPH=peak, HCH=off_peak)
        )
    )
    assert said(export, "import_energy_wh") == ["10 23:00-10 23:00 372000"]
    assert export.amounts[0].nature is Nature.ESTIMATED
    assert [one.reason for one in export.refused] == ["part-missing"]
    only = MONTH.format(372, "2020-02-11", "2020-03-11", "REEL")
    assert said(read(monthly(months("Frn", BASE=only)))) == said(export)


def test_a_month_that_ends_before_it_begins_is_refused(read):
    odd = MONTH.format(1, "2020-03-11", "2020-02-11", "REEL") + MONTH.format(
        "x", "2020-03-11", "2020-02-11", "REEL"
    )
    export = read(monthly(months("Turpe", BASE=odd)))
    assert [one.reason for one in export.refused] == ["not-a-number", "odd-interval"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '<!DOCTYPE a [<!ENTITY x "y">]><soap:Envelope>&x;</soap:Envelope>',
            "unsafe-xml",
        ),
        (
            '<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///x"><Envelope/>',
            "unsafe-xml",
        ),
        (soap("")[:-20], "truncated"),
        ("<Envelope>" * 100_000, "not-text"),
        ("<Envelope>&lol;</Envelope>", "truncated"),
        (
            '<s:Envelope xmlns:s="x"><s:Body><s:Fault/></s:Body></s:Envelope>',
            "no-readings",
        ),
        (soap(""), "no-readings"),
        ("<autre/>", "unknown-format"),
    ],
)
def test_xml_that_cannot_be_read_is_refused(text, reason, refusal):
    assert refusal(text).reason == reason
