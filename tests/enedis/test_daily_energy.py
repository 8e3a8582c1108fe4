"""`Date;Valeur (en kWh)`: days of the site's layout of 2025."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

HEAD = (
    "Point Référence Mesure (PRM) : ;21098765432104;"
    "Type de comptage : ;Consommation Quotidienne\n"
    "Date;Valeur (en kWh)\n"
)


def test_a_day_runs_from_midnight_to_midnight(read):
    export = read(HEAD + "29/03/2026;6,329\n30/03/2026;NA\n25/10/2026;0\n")
    assert export.format == "enedis-daily-energy"
    assert export.meter == "21098765432104"
    first, last = export.amounts
    assert (first.quantity, first.value) == ("import_energy_wh", 6329)
    assert first.start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert first.end == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert (last.end - last.start).total_seconds() == 25 * 3600
    assert last.value == 0
    (absent,) = export.absent
    assert absent.start == first.end


@pytest.mark.parametrize(
    "cell",
    [
        "01/01/2026",
        46023,
        46023.0,
        "46023",
        date(2026, 1, 1),
        datetime(2026, 1, 1),  # noqa: DTZ001 - as a sheet has it
    ],
)
def test_a_date_is_a_text_a_date_or_the_number_of_a_spreadsheet(cell, workbook, read):
    rows = [
        [],
        ["Point Référence Mesure (PRM) : ", "21098765432104"],
        ["Type de comptage : ", "Consommation Quotidienne"],
        ["Date", "Valeur (en kWh)"],
        [cell, 6.329],
    ]
    export = read(workbook(("Export Consommation Quotidienne", rows)))
    (one,) = export.amounts
    assert one.start == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert one.value == 6329


def test_a_workbook_of_both_ways_gives_both(workbook, read, said):
    def sheet(value):
        return [
            [None, "Date de début : ", "01/01/2026"],
            [None, "Date", "Valeur (en kWh)"],
            [None, "01/01/2026", value],
        ]

    data = workbook(
        ("Page d'accueil", [["Bienvenue"]]),
        ("Export Consommation Quotidienne", sheet(1.361)),
        ("Export Production Quotidienne", sheet("33,53")),
    )
    export = read(data)
    assert said(export, "import_energy_wh") == ["31 23:00-01 23:00 1361"]
    assert said(export, "export_energy_wh") == ["31 23:00-01 23:00 33530"]


def test_a_row_that_is_no_day_is_refused_and_a_repeated_one_counts_once(read):
    export = read(
        HEAD + "01/01/2026;1\n01/01/2026;1\n01/01/2026;2\n32/01/2026;1\n"
        "02/01/2026;x\nTotal;3\n"
    )
    assert [one.value for one in export.amounts] == [1000]
    assert sorted(one.reason for one in export.refused) == [
        "not-a-date",
        "not-a-date",
        "not-a-number",
        "two-values",
    ]


def test_days_may_be_in_wh_and_floats_may_be_noisy(read):
    export = read("Date;Valeur (en Wh)\n01/01/2026;6329\n")
    assert [one.value for one in export.amounts] == [6329]
    export = read("Date;Valeur (en kWh)\n01/01/2026;6,329000000000001\n")
    assert [one.value for one in export.amounts] == [6329]


def test_days_in_kva_are_their_largest_powers(read):
    export = read("Date;Valeur (en kVA)\n01/01/2026;6,1\n02/01/2026;NA\n")
    assert [(a.quantity, a.value) for a in export.amounts] == [("max_power_va", 6100)]
    assert len(export.absent) == 1
