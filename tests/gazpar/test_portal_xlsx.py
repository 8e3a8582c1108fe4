"""The portal's workbook, and the same layout as CSV."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from exports import Document, FileRefused, Nature
from gazpar import portal_xlsx

DAILY = [
    "Date de relevé",
    "Index de début de période (m3)",
    "Index de fin de période (m3)",
    "Volume consommé (m3)",
    "Energie consommée (kWh)",
    "Coefficient de conversion",
    "Température locale (°C)",
    "Qualification du relevé",
]
PERIODS = [DAILY[0], DAILY[3], DAILY[4]]
DAYS = [
    ["24/11/2020", 100, 112, 12, 133, "11,27", None, "Mesuré"],
    ["25/11/2020", None, None, 0, 0, None, None, "Absence de Données"],
    ["26/11/2020", None, 121, 4, 44, None, None, "Mesuré"],
]


def sheet(header, rows, *, blank=2, pce=None, exported="24/11/2021"):
    head = [
        ["Données informatives et détaillées", None, None, f"Export du {exported}"],
        [],
        [None, "Adresse du logement : "],
        [None, "N° PCE :", pce],
        [None, "Libellé du logement :"],
        ["Les consommations dans ce tableau sont fournies à titre indicatif."],
        *[[]] * blank,
    ]
    return [[None, *row] for row in (*head, header, *rows)]


def as_csv(rows, delimiter=";"):
    lines = (["" if cell is None else str(cell) for cell in row] for row in rows)
    return "\r\n".join(delimiter.join(line[1:]) for line in lines)


@pytest.mark.parametrize("blank", [0, 2, 5])
def test_the_header_is_found_by_its_texts_in_whatever_row_it_stands(
    read, workbook, told, blank
):
    export = read(workbook(sheet(DAILY, DAYS, blank=blank)), "grdf-portal-sheet")
    assert told(export, "volume_l") == [
        ("2020-11-24T05Z", 12_000),
        ("2020-11-26T05Z", 4_000),
    ]
    assert told(export, "conversion_wh_m3") == [("2020-11-24T05Z", 11_270)]
    assert export.amounts[0].place == f"row {8 + blank}"
    assert export.amounts[0].index_end == 112_000


def test_an_absent_day_carries_zero_and_is_an_absence(read, workbook):
    export = read(workbook(sheet(DAILY, DAYS)))
    assert [(f"{one.start:%d}", one.place) for one in export.absent] == [
        ("25", "row 11")
    ]


def test_columns_may_stand_elsewhere(read, workbook, told):
    order = [7, 4, 3, 0, 2, 1, 6, 5]
    moved = [[row[at] for at in order] for row in (DAILY, *DAYS)]
    export = read(workbook(sheet(moved[0], moved[1:])))
    assert [value for _, value in told(export, "energy_wh")] == [133_000, 44_000]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_same_layout_as_csv_says_the_same(
    read, workbook, told, encoding, delimiter
):
    rows = sheet(DAILY, DAYS, pce="09999999999990")
    text = as_csv(rows, delimiter)
    export = read(text.encode(encoding), "grdf-portal-sheet")
    same = read(workbook(rows))
    assert told(export, "energy_wh") == told(same, "energy_wh")
    assert told(export, "conversion_wh_m3") == told(same, "conversion_wh_m3")
    assert len(export.absent) == 1
    assert export.meter == same.meter == "09999999999990"
    assert export.amounts[0].place == "line 10"


def test_the_words_and_commas_of_before_2021_are_read(read, told):
    rows = [
        ["24/11/2020", "100", "105", "5,1", "57", "11,244", "12", "MES"],
        ["25/11/2020", "105", "108", "3,3", "36", "11,244", "15", "EST"],
    ]
    export = read(as_csv(sheet(DAILY, rows, blank=0)))
    assert told(export, "volume_l") == [
        ("2020-11-24T05Z", 5_100),
        ("2020-11-25T05Z", 3_300),
    ]
    natures = [a.nature for a in export.amounts if a.quantity == "volume_l"]
    assert natures == [Nature.MEASURED, Nature.ESTIMATED]


def test_weeks_months_and_years_run_from_six_to_six_at_their_dates(read, workbook):
    rows = [
        ["Du 26/10/2020 au 01/11/2020", 62, 696],
        ["Février 2020 ", 345, 3808],
        ["Décembre 2019 ", 345, 3808],
        ["2018", 900, 9900],
        [2017, 900, 9900],
    ]
    export = read(workbook(sheet(PERIODS, rows)))
    spans = [
        (f"{a.start:%Y-%m-%dT%H}", f"{a.end:%Y-%m-%dT%H}")
        for a in export.amounts
        if a.quantity == "volume_l"
    ]
    assert spans == [
        ("2017-01-01T05", "2018-01-01T05"),
        ("2018-01-01T05", "2019-01-01T05"),
        ("2019-12-01T05", "2020-01-01T05"),
        ("2020-02-01T05", "2020-03-01T05"),
        ("2020-10-26T05", "2020-11-02T05"),
    ]
    assert {a.nature for a in export.amounts} == {Nature.MEASURED}
    assert export.refused == ()


def test_a_week_that_has_its_january_apart_ends_with_the_year(read, workbook):
    rows = [
        ["Du 21/12/2020 au 27/12/2020", 69, 765],
        ["Du 28/12/2020 au 03/01/2021", 57, 634],
        ["Du 01/01/2021 au 03/01/2021", 42, 473],
    ]
    export = read(workbook(sheet(PERIODS, rows)))
    days = [
        ((a.end - a.start).days, a.value)
        for a in export.amounts
        if a.quantity == "volume_l"
    ]
    assert days == [(7, 69_000), (4, 57_000), (3, 42_000)]


def test_a_week_over_new_year_in_one_row_is_whole(read, workbook):
    export = read(workbook(sheet(PERIODS, [["Du 28/12/2020 au 03/01/2021", 99, 1107]])))
    assert (export.amounts[0].end - export.amounts[0].start).days == 7


def test_a_month_that_still_ran_when_it_was_exported_is_no_measure(read, workbook):
    rows = [["Octobre 2021 ", 114, 1226], ["Novembre 2021 ", 155, 1737]]
    export = read(workbook(sheet(PERIODS, rows, exported="24/11/2021")))
    natures = [a.nature for a in export.amounts if a.quantity == "energy_wh"]
    assert natures == [Nature.MEASURED, Nature.ESTIMATED]


def test_dates_may_be_cells_of_a_date_or_a_spreadsheets_days(read, workbook, told):
    rows = [
        [dt.datetime(2020, 11, 24, tzinfo=None), 100, 101, 1, 11],  # noqa: DTZ001
        [44160, 101, 103, 2, 22],
    ]
    export = read(workbook(sheet(DAILY, rows)))
    assert told(export, "volume_l") == [
        ("2020-11-24T05Z", 1_000),
        ("2020-11-25T05Z", 2_000),
    ]


def test_blank_rows_totals_and_remarks_are_no_readings(read, workbook):
    rows = [*DAYS, [], ["Total", None, None, 16, 177], ["Fin du document"]]
    export = read(workbook(sheet(DAILY, rows)))
    assert export.refused == ()
    assert len(export.amounts) == 5


def test_a_row_that_is_of_no_period_is_refused_without_its_text(read, workbook):
    rows = [*DAYS, ["12 rue des Lilas", 1, 2, 1, 11]]
    export = read(workbook(sheet(DAILY, rows)))
    assert [one.reason for one in export.refused] == ["not-a-period"]
    assert "Lilas" not in export.refused[0].detail


def test_a_line_of_csv_that_breaks_off_is_refused(read):
    text = as_csv(sheet(DAILY, DAYS)) + "\r\n27/11/2020;121;130;9"
    export = read(text + "\r\n")
    assert [one.reason for one in export.refused] == ["short-row"]
    with pytest.raises(FileRefused) as refusal:
        read(text)
    assert refusal.value.reason == "truncated"


def test_a_period_without_numbers_is_an_absence(read, workbook):
    export = read(workbook(sheet(PERIODS, [["Novembre 2020 ", None, None]])))
    assert (len(export.absent), export.amounts) == (1, ())


def test_a_table_without_the_head_of_the_page_is_read(read):
    export = read("\n".join(";".join(map(str, row[:5])) for row in (DAILY, DAYS[0])))
    assert (export.meter, len(export.amounts)) == (None, 2)


def test_what_is_not_the_portals_table_is_not_read_as_one():
    with pytest.raises(FileRefused) as refusal:
        portal_xlsx.FORMAT.read(Document(b"a;b\n1;2\n"), ZoneInfo("Europe/Paris"))
    assert refusal.value.reason == "unknown-format"


def test_a_number_of_the_meter_that_lost_its_zeros_gets_them_back(read, workbook):
    assert read(workbook(sheet(DAILY, DAYS, pce=9999999999990))).meter == (
        "09999999999990"
    )


@pytest.mark.parametrize("rounded", ["9,99999E+12", "1E+13", "9.99e+12"])
def test_a_number_that_a_spreadsheet_rounded_refuses_the_file(read, rounded):
    with pytest.raises(FileRefused) as refusal:
        read(as_csv(sheet(DAILY, DAYS, pce=rounded)))
    assert refusal.value.reason == "mangled-number"
    assert rounded not in str(refusal.value)


def test_another_unit_is_refused_and_not_guessed(read, workbook):
    header = [cell.replace("kWh", "MWh") for cell in DAILY]
    with pytest.raises(FileRefused) as refusal:
        read(workbook(sheet(header, DAYS)))
    assert refusal.value.reason == "unknown-unit"


@pytest.mark.parametrize(
    "text",
    [
        "Date de relevé;Index relevé (litres);Consommation du jour (litres)\n1;2;3\n",
        "date;consommation(litre)\n31/03/2018;707\n",
        "rien\n",
    ],
)
def test_other_tables_are_not_the_portals(read, text):
    with pytest.raises(FileRefused) as refusal:
        read(text)
    assert refusal.value.reason == "unknown-format"


def test_a_page_named_csv_is_refused_as_one(read):
    with pytest.raises(FileRefused) as refusal:
        read("<!DOCTYPE html><html><body>Maintenance</body></html>")
    assert refusal.value.reason == "web-page"


def test_a_workbook_that_breaks_off_is_refused(read, workbook):
    with pytest.raises(FileRefused) as refusal:
        read(workbook(sheet(DAILY, DAYS))[:900])
    assert refusal.value.reason == "truncated"
