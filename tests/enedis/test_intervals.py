"""`Début;Fin;Valeur`: the site of 2025, and the extension Conso Downloader."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from exports import Civil

PARIS = ZoneInfo("Europe/Paris")
HEADER = "Début;Fin;Valeur (en Kw)\n"


def walls(day: date, shape: str, minutes: int = 30) -> list[tuple[str, str]]:
    start, end = Civil(PARIS).span(day, day)
    found = []
    while start < end:
        after = start + timedelta(minutes=minutes)
        pair = (start.astimezone(PARIS), after.astimezone(PARIS))
        found.append(tuple(at.strftime(shape) for at in pair))
        start = after
    return found


def test_kw_with_a_decimal_comma_are_w(read):
    export = read(HEADER + "02/03/2023 00:00:00;02/03/2023 00:30:00;4,030\n")
    (one,) = export.amounts
    assert export.format == "enedis-intervals"
    assert (one.quantity, one.value) == ("import_mean_power_w", 4030)
    assert one.start == datetime(2023, 3, 1, 23, tzinfo=UTC)
    assert one.end == datetime(2023, 3, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "steps"), [(date(2025, 10, 26), 50), (date(2025, 3, 30), 46)]
)
@pytest.mark.parametrize("minutes", [10, 30, 60])
@pytest.mark.parametrize("falling", [False, True])
def test_days_on_which_clocks_change_are_whole(day, steps, minutes, falling, read):
    rows = walls(day, "%d/%m/%Y %H:%M:%S", minutes)
    lines = [f"{start};{end};0,{i:03}" for i, (start, end) in enumerate(rows)]
    if falling:
        lines.reverse()
    export = read(HEADER + "\n".join(lines))
    assert export.refused == ()
    assert len(export.amounts) == steps * 30 // minutes
    assert all(a.end == b.start for a, b in pairwise(export.amounts))
    begin, end = Civil(PARIS).span(day, day)
    assert (export.amounts[0].start, export.amounts[-1].end) == (begin, end)


def test_an_end_reckoned_on_the_wall_is_the_same_step(read, said):
    october = (
        "26/10/2025 02:30:00;26/10/2025 03:00:00;0,001\n"
        "26/10/2025 02:00:00;26/10/2025 02:30:00;0,002\n"
        "26/10/2025 02:30:00;26/10/2025 03:00:00;0,003\n"
    )
    assert said(read(HEADER + october)) == [
        "26 00:30-26 01:00 1",
        "26 01:00-26 01:30 2",
        "26 01:30-26 02:00 3",
    ]
    march = "30/03/2025 01:30:00;30/03/2025 02:00:00;0,001\n"
    assert said(read(HEADER + march)) == ["30 00:30-30 01:00 1"]


def test_twins_of_the_repeated_hour_side_by_side_are_told_apart(read, said):
    rows = [
        f"2025-10-26T{at};2025-10-26T03:00;0,00{i}"
        for i, at in enumerate(["02:00", "02:00", "02:30", "02:30"])
    ]
    rows = [
        row.replace(";2025-10-26T03:00", end)
        for row, end in zip(
            rows,
            [";2025-10-26T02:30"] * 2 + [";2025-10-26T02:00", ";2025-10-26T03:00"],
            strict=True,
        )
    ]
    export = read("debut;fin;kW\n" + "\n".join(rows) + "\n")
    assert said(export) == [
        "26 00:00-26 00:30 0",
        "26 00:30-26 01:00 2",
        "26 01:00-26 01:30 1",
        "26 01:30-26 02:00 3",
    ]


def test_a_file_pasted_twice_counts_once(read):
    rows = [
        f"{a};{b};0,{i:03}\n"
        for i, (a, b) in enumerate(walls(date(2025, 10, 26), "%d/%m/%Y %H:%M"))
    ]
    for text in (HEADER + "".join(rows) * 2, (HEADER + "".join(rows)) * 2):
        export = read(text)
        assert len(export.amounts) == 50
        assert export.refused == ()


def test_a_step_that_no_meter_has_is_refused(read):
    export = read(
        HEADER + "02/03/2023 00:00:00;09/03/2023 00:00:00;4,030\n"
        "02/03/2023 00:00:00;02/03/2023 00:30:00;NA\n"
    )
    assert [one.reason for one in export.refused] == ["odd-interval"]
    assert len(export.absent) == 1


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("historique_conso_21098765432104.csv", "import_mean_power_w"),
        ("historique_prod_21098765432104_2026.csv", "export_mean_power_w"),
        ("file.csv", "import_mean_power_w"),
    ],
)
def test_conso_downloader_stamps_the_start_and_writes_null(name, quantity, read, said):
    text = (
        "\ufeffdebut;fin;kW\n"
        '2023-12-12T00:00;2023-12-12T00:30;"0,696"\n'
        '2023-12-12T00:30;2023-12-12T01:00;"null"\n'
        '2023-12-12T01:00;2023-12-12T01:30;"0,28"\n'
    )
    export = read(text, name)
    assert said(export, quantity) == ["11 23:00-11 23:30 696", "12 00:00-12 00:30 280"]
    assert len(export.absent) == 1


def test_conso_downloader_with_offsets_is_read(read, said):
    text = (
        "debut;fin;kW\n"
        "2025-10-26T02:30:00+02:00;2025-10-26T02:00:00+01:00;0,1\n"
        "2025-10-26T02:00:00+01:00;2025-10-26T02:30:00+01:00;0,2\n"
    )
    assert said(read(text)) == ["26 00:30-26 01:00 100", "26 01:00-26 01:30 200"]


def test_kwh_of_a_half_hour_that_may_have_been_kw_are_refused(refusal):
    error = refusal("debut;fin;kWh\n2023-12-12T00:00;2023-12-12T00:30;0,696\n")
    assert error.reason == "ambiguous-unit"


def test_the_workbook_with_its_cover_is_read(workbook, read, said):
    data = workbook(
        ("Page d'accueil", [[], [None, "Les données de ce fichier…"]]),
        (
            "Consommation Horaire",
            [
                [],
                [None, "Point Référence Mesure (PRM) : ", "21098765432104"],
                [None, "Type de comptage : ", "Consommation Horaire"],
                [None],
                [None, "Début", "Fin", "Valeur (en kW)"],
                [None, "02/03/2023 00:00:00", "02/03/2023 00:30:00", 4.03],
                [
                    None,
                    datetime(2023, 3, 2, 0, 30),  # noqa: DTZ001 - as a sheet has it
                    datetime(2023, 3, 2, 1, 0),  # noqa: DTZ001 - same
                    "0,5",
                ],
                [None, 44987 + 2 / 48, 44987 + 3 / 48, 1],
            ],
        ),
    )
    export = read(data)
    assert export.meter == "21098765432104"
    assert said(export) == [
        "01 23:00-01 23:30 4030",
        "01 23:30-02 00:00 500",
        "02 00:00-02 00:30 1000",
    ]
    assert export.amounts[0].place == "sheet 2, row 6"


@pytest.mark.parametrize("first", ["D\ufffdbut", "D?but", "DÃ©but"])
def test_a_header_that_lost_its_accents_is_known(first, read):
    export = read(
        f"{first};Fin;Valeur (en W)\n02/03/2023 00:00:00;02/03/2023 00:30:00;4030\n"
    )
    assert [one.value for one in export.amounts] == [4030]
