"""Rows: what is served, in each form."""

from __future__ import annotations

import csv
import io
import json

import pytest
from api_house import NOW_MS, PARIS, columns, paris
from hypothesis import given
from hypothesis import strategies as st

from api import csv_rows, json_rows
from api.instants import Civil
from api.query import Query
from edge.interval import Interval, Point, Step
from edge.registers import CATALOGUE
from edge.sample import Quality

CIVIL = Civil(PARIS)
START_MS = paris("2026-10-25T02:30:00+02:00")


def query(register: str, step: Step) -> Query:
    return Query("linky", CATALOGUE[register], step, 0, NOW_MS, 0, 100)


def interval(n: int, **fields) -> Interval:
    start_ms = START_MS + n * 1_800_000
    defaults = {"value": n}
    return Interval(
        "linky",
        "import_total_wh",
        Step.MIN30,
        start_ms,
        start_ms + 1_800_000,
        **(defaults | fields),
    )


def read(rendered: bytes):
    return json.loads(b"[" + rendered + b"]")


def test_an_index_row_says_all_and_the_repeated_hour_is_unambiguous():
    rows = [interval(0), interval(1, quality=Quality.INTERPOLATED, coverage=0.75)]
    renderer = json_rows.JsonRows(query("import_total_wh", Step.MIN30), CIVIL)
    assert read(renderer.intervals(columns(rows))) == [
        {
            "start": "2026-10-25T02:30:00+02:00",
            "end": "2026-10-25T02:00:00+01:00",
            "value": 0,
            "unit": "Wh",
            "quality": "raw",
            "coverage": 1.0,
            "revision": 1,
            "sources": "tic",
        },
        {
            "start": "2026-10-25T02:00:00+01:00",
            "end": "2026-10-25T02:30:00+01:00",
            "value": 1,
            "unit": "Wh",
            "quality": "interpolated",
            "coverage": 0.75,
            "revision": 1,
            "sources": "tic",
        },
    ]


def test_an_instant_row_has_its_extremes_and_unknown_is_null_never_zero():
    rows = [interval(0, value=None, coverage=0.0), interval(1, value=230)]
    rows[1] = interval(1, value=230, minimum=228, mean=230.25, maximum=232)
    renderer = json_rows.JsonRows(query("voltage_l1_v", Step.MIN30), CIVIL)
    unknown, known = read(renderer.intervals(columns(rows)))
    assert [unknown[k] for k in ("value", "min", "mean", "max")] == [None] * 4
    assert [known[k] for k in ("value", "min", "mean", "max")] == [
        230,
        228,
        230.25,
        232,
    ]
    assert list(known) == [
        *("start", "end", "value", "min", "mean", "max"),
        *("unit", "quality", "coverage", "revision", "sources"),
    ]


def test_slices_join_into_one_array():
    renderer = json_rows.JsonRows(query("import_total_wh", Step.MIN30), CIVIL)
    parts = [
        renderer.intervals(columns(rows))
        for rows in ([], [interval(0)], [], [interval(1), interval(2)])
    ]
    assert [row["value"] for row in read(b"".join(parts))] == [0, 1, 2]


@given(values=st.lists(st.none() | st.integers(-(2**53), 2**53) | st.text(max_size=20)))
def test_any_raw_value_survives_json(values):
    points = [Point(START_MS + n, value) for n, value in enumerate(values)]
    renderer = json_rows.JsonRows(query("message_short", Step.RAW), CIVIL)
    assert [row["value"] for row in read(renderer.points(points))] == values


@given(
    texts=st.lists(
        st.text(st.characters(codec="utf-8") | st.sampled_from(";=\t"), max_size=20)
    ),
)
def test_any_text_survives_csv_and_none_is_a_formula(texts):
    points = [Point(START_MS + n, text) for n, text in enumerate(texts)]
    asked = query("message_short", Step.RAW)
    body = csv_rows.head(asked) + csv_rows.CsvRows(asked, CIVIL).points(points)
    rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    assert len(rows) == len(texts)
    for row, text in zip(rows, texts, strict=True):
        assert row["value"].replace("'", "") == text.replace("'", "")
        assert not csv_rows.FORMULA.search(row["value"])


def test_negative_numbers_stay_numbers_in_csv():
    assert csv_rows.field(-5) == "-5"
    assert csv_rows.field(None) == ""
    assert csv_rows.field("-5") == "'-5"


def test_csv_rows_have_the_columns_of_their_header():
    rows = columns([interval(0, value=230, minimum=228, mean=230.5, maximum=232)])
    for register in ("voltage_l1_v", "import_total_wh"):
        asked = query(register, Step.MIN30)
        body = csv_rows.head(asked) + csv_rows.CsvRows(asked, CIVIL).intervals(rows)
        assert body.endswith(b"\r\n")
        header, row = csv.reader(io.StringIO(body.decode(), newline=""))
        assert len(header) == len(row)
    assert csv_rows.head(query("voltage_l1_v", Step.HOUR)).decode().strip().split(
        ","
    ) == [
        *("start", "end", "value", "min", "mean", "max"),
        *("unit", "quality", "coverage", "revision", "sources"),
    ]


@pytest.mark.parametrize("nothing", [float("nan"), None])
def test_a_mean_that_is_not_known_is_null(nothing):
    renderer = json_rows.JsonRows(query("voltage_l1_v", Step.MIN30), CIVIL)
    rendered = renderer.intervals(columns([interval(0, mean=nothing)]))
    assert read(rendered)[0]["mean"] is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("\uff1d1", "'\uff1d1"),  # a full-width sign is a sign to some
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        ("HP;=1+1", "HP;'=1+1"),  # French spreadsheets begin a cell at each ;
        ("HP\t@A1", "HP\t'@A1"),
        ("HP\r\n-1", '"HP\r\n\'-1"'),
        ("\r=1", "\"'\r'=1\""),
        ("a=b-c", "a=b-c"),
    ],
)
def test_no_cell_begins_as_a_formula_however_cells_are_told_apart(value, written):
    assert csv_rows.field(value) == written
