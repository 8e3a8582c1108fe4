"""The load curve's CSV: mean powers of steps that end at their Horodate."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enedis.formats import FORMATS
from exports import Civil, Document, Nature, recognise

PARIS = ZoneInfo("Europe/Paris")
LABELS = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;"
    "Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes"
)


def curve(*rows: str, way="Consommation", unit="W", pas="", prm="21098765432104"):
    values = (
        f"{prm};Courbe de charge;01/01/2023;31/12/2023;"
        f"Energie active;{way};Comptage Brut;{unit};{pas}"
    )
    return "\n".join([LABELS, values, "Horodate;Valeur", *rows]) + "\n"


def day_of(day: date, minutes: int, *, shape: str = "", zone=PARIS) -> list[str]:
    """The rows of a civil day, their stamps at the end of each step."""
    start, end = Civil(zone).span(day, day)
    stamps = []
    at = start
    while at < end:
        at += timedelta(minutes=minutes)
        local = at.astimezone(zone)
        stamps.append(local.strftime(shape) if shape else local.isoformat())
    return [f"{stamp};{100 + i}" for i, stamp in enumerate(stamps)]


def test_a_step_ends_at_its_horodate_and_w_stay_w(read):
    export = read(curve("2023-01-01T00:30:00+01:00;460", "2023-01-01T01:00:00+01:00;0"))
    first, second = export.amounts
    assert export.format == "enedis-load-curve"
    assert export.meter == "21098765432104"
    assert first.quantity == "import_mean_power_w"
    assert first.start == datetime(2022, 12, 31, 23, tzinfo=UTC)
    assert first.end == second.start == datetime(2022, 12, 31, 23, 30, tzinfo=UTC)
    assert (first.value, second.value) == (460, 0)
    assert first.nature is Nature.MEASURED
    assert first.index_end is None
    assert first.place == "line 4"


@pytest.mark.parametrize(
    ("day", "steps"),
    [(date(2022, 10, 30), 50), (date(2023, 3, 26), 46), (date(2023, 7, 1), 48)],
)
@pytest.mark.parametrize(
    "shape", ["", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S"]
)
@pytest.mark.parametrize("falling", [False, True])
def test_a_day_of_any_clock_is_whole_with_offsets_or_without(
    day, steps, shape, falling, read
):
    rows = day_of(day, 30, shape=shape)
    export = read(curve(*(rows[::-1] if falling else rows)))
    start, end = Civil(PARIS).span(day, day)
    assert len(export.amounts) == steps
    assert export.refused == ()
    assert (export.amounts[0].start, export.amounts[-1].end) == (start, end)
    assert all(a.end == b.start for a, b in pairwise(export.amounts))
    assert [one.value for one in export.amounts] == [100 + i for i in range(steps)]


@pytest.mark.parametrize("offsets", [True, False])
def test_the_hour_that_october_repeats_gives_eight_distinct_points(offsets, read):
    walls = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30", "04:00"]
    zones = ["+02:00"] * 3 + ["+01:00"] * 5
    rows = [
        f"2022-10-30T{wall}:00{zone if offsets else ''};{i}"
        for i, (wall, zone) in enumerate(zip(walls, zones, strict=True))
    ]
    export = read(curve(*rows))
    assert len({one.end for one in export.amounts}) == 8
    assert [one.value for one in export.amounts] == list(range(8))
    assert all(a.end == b.start for a, b in pairwise(export.amounts))


@given(
    st.lists(
        st.tuples(st.sampled_from([10, 30, 60]), st.integers(2, 4)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([date(2022, 10, 30), date(2023, 3, 26), date(2023, 6, 1)]),
)
def test_a_step_may_change_inside_the_file(runs, day):
    at = Civil(PARIS).midnight(day)
    ends, lengths = [], []
    for minutes, hours in runs:
        for _ in range(hours * 60 // minutes):
            at += timedelta(minutes=minutes)
            ends.append(at)
            lengths.append(minutes * 60)
    rows = [f"{end.astimezone(PARIS).isoformat()};{i}" for i, end in enumerate(ends)]
    document = Document(curve(*rows).encode())
    export = recognise(document, FORMATS).read(document, PARIS)
    found = [(one.end - one.start).total_seconds() for one in export.amounts]
    assert found == lengths


def test_an_empty_value_is_an_absence_and_not_zero(read):
    rows = ["2023-01-01T00:30:00+01:00;", "2023-01-01T01:00:00+01:00;0"]
    export = read(curve(*rows, "2023-01-01T01:30:00+01:00"))
    assert [one.value for one in export.amounts] == [0]
    assert [(one.end - one.start).total_seconds() for one in export.absent] == [
        1800,
        1800,
    ]


def test_a_missing_row_does_not_make_the_next_step_longer(read, said):
    ends = ["00:30", "01:00", "02:00", "02:30", "05:00", "05:30"]
    export = read(curve(*(f"2023-01-01T{end}:00+01:00;1" for end in ends)))
    assert said(export) == [
        "31 23:00-31 23:30 1",
        "31 23:30-01 00:00 1",
        "01 00:30-01 01:00 1",
        "01 01:00-01 01:30 1",
        "01 03:30-01 04:00 1",
        "01 04:00-01 04:30 1",
    ]


def test_a_row_without_neighbours_has_no_step_unless_the_file_says_it(read, said):
    row = "2023-01-01T00:30:00+01:00;460"
    export = read(curve(row))
    assert export.amounts == ()
    assert [one.reason for one in export.refused] == ["unknown-step"]
    assert said(read(curve(row, pas="30"))) == ["31 23:00-31 23:30 460"]


def test_production_is_exported(read):
    rows = day_of(date(2023, 7, 1), 30)
    export = read(curve(*rows, way="Production"))
    assert {one.quantity for one in export.amounts} == {"export_mean_power_w"}


def test_a_blank_line_a_mark_crlf_and_empty_columns_change_nothing(read, said):
    text = curve("2023-01-01T00:30:00+01:00;460", "2023-01-01T01:00:00+01:00;470")
    padded = text.replace("Horodate;Valeur", "\nHorodate;Valeur;;;;;;;")
    for variant in (
        "\ufeff" + text,
        text.replace("\n", "\r\n"),
        padded,
        text.replace(";Unite;", ";Unité;").replace("donnees", "données"),
        text + "\n\n",
    ):
        assert said(read(variant)) == said(read(text))
    accented = text.replace("Unite", "Unité").encode("cp1252")
    assert said(read(accented)) == said(read(text))
    assert said(read(text.encode("utf-16"))) == said(read(text))


def test_the_layout_of_2026_names_its_unit_in_its_header(read, said):
    export = read(
        "Identifiant PRM;21098765432104;Type de donnees;Courbe de charge;\n"
        "horodate ISO fin de pas;puissance moyenne (W)\n"
        "2026-01-05T00:30:00+01:00;1200\n"
        "2026-01-05T01:00:00+01:00;800\n"
    )
    assert export.meter == "21098765432104"
    assert said(export) == ["04 23:00-04 23:30 1200", "04 23:30-05 00:00 800"]
    bare = (
        "horodate ISO fin de pas;puissance moyenne (kW)\n"
        "2026-01-05T00:30:00+01:00;1,2\n"
        "2026-01-05T01:00:00+01:00;0,8\n"
    )
    assert said(read(bare)) == said(export)


def test_rows_that_cannot_be_trusted_are_refused_and_the_rest_lives(read):
    export = read(
        curve(
            "2023-01-01T00:30:00+01:00;460",
            "2023-01-01T01:00:00+01:00;-5",
            "2023-01-01T01:30:00+01:00;4x",
            "2023-01-01T02:00:00+01:00;1",
            "2023-01-01T02:00:00+01:00;1",
            "2023-01-01T02:00:00+01:00;2",
            "hier;3",
            "2023-01-01T02:30:00+01:00;1",
        )
    )
    assert [one.value for one in export.amounts] == [460, 1, 1]
    assert {one.place: one.reason for one in export.refused} == {
        "line 5": "negative",
        "line 6": "not-a-number",
        "line 9": "two-values",
        "line 10": "not-a-time",
    }


def test_a_curve_of_another_quantity_is_refused_as_a_whole(read):
    export = read(curve("2023-01-01T00:30:00+01:00;460", unit="VAr"))
    assert [one.reason for one in export.refused] == ["unknown-quantity"]


def test_a_header_alone_has_no_readings(refusal):
    assert refusal(curve()).reason == "no-readings"


def test_two_meters_in_one_file_are_refused(refusal):
    row = "2023-01-01T00:30:00+01:00;460"
    error = refusal(curve(row) + curve(row, prm="98765432109876"))
    assert error.reason == "several-meters"
    assert "9876" not in str(error)


def test_a_curve_that_a_spreadsheet_saved_as_a_workbook_is_read(workbook, read, said):
    rows = [
        [*LABELS.split(";")],
        [21098765432104, "Courbe de charge", "", "", "", "Consommation", "", "W"],
        ["Horodate", "Valeur"],
        ["2023-01-01T00:30:00+01:00", 460],
        ["2023-01-01T01:00:00+01:00", 470.0],
    ]
    export = read(workbook(("Feuille1", rows)))
    assert export.meter == "21098765432104"
    assert said(export) == ["31 23:00-31 23:30 460", "31 23:30-01 00:00 470"]


def test_the_largest_power_of_a_day_is_of_its_civil_day(read, said):
    text = curve(
        "2023-03-26T01:34:50+01:00;2345",
        "2023-03-27T23:59:59+02:00;3695",
        "2023-03-28T00:00:00+02:00;",
        "2023-03-29T00:00:00+02:00;x",
    ).replace("Courbe de charge", "Puissance maximale quotidienne")
    export = read(text)
    assert said(export, "max_power_va") == [
        "25 23:00-26 22:00 2345",
        "26 22:00-27 22:00 3695",
    ]
    assert len(export.absent) == 1
    assert [one.place for one in export.refused] == ["line 7"]


def test_a_value_counts_rather_than_an_empty_row_of_the_same_time(read):
    said = [("00:30", "1"), ("01:00", ""), ("01:00", "2"), ("01:30", "3")]
    rows = [f"2023-01-01 {end};{value}" for end, value in said]
    export = read(curve(*rows))
    assert [one.value for one in export.amounts] == [1, 2, 3]
    assert export.absent == export.refused == ()


def test_a_workbook_with_the_newest_row_first_is_read(workbook, read, said):
    rows = [
        ["Horodate", "Valeur (en kW)"],
        [datetime(2023, 1, 1, 1), 0.47],  # noqa: DTZ001 - as a sheet has it
        [datetime(2023, 1, 1, 0, 30), 0.46],  # noqa: DTZ001 - same
    ]
    export = read(workbook(("Feuille1", rows)))
    assert said(export) == ["31 23:00-31 23:30 460", "31 23:30-01 00:00 470"]


@pytest.mark.parametrize("tail", ["  \n", ";\n", "\n \n\n"])
def test_blank_lines_at_the_end_are_no_rows(tail, read):
    export = read(
        curve("2023-01-01T00:30:00+01:00;5", "2023-01-01T01:00:00+01:00;6") + tail
    )
    assert (len(export.amounts), export.refused) == (2, ())


@pytest.mark.parametrize("cell", ["#N/A", "ND", "n.d.", "\u2014", "NULL"])
def test_a_word_for_no_value_is_an_absence(cell, read):
    export = read(
        curve("2023-01-01T00:30:00+01:00;5", f"2023-01-01T01:00:00+01:00;{cell}")
    )
    assert (len(export.absent), export.refused) == (1, ())
