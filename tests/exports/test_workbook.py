"""A workbook is read as openpyxl reads it, and refused where that would trust it."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from exports.cell import Shape, shape
from exports.errors import FileRefused
from exports.workbook import Bounds, sheets
from tests.exports.workbook_parts import MAIN, made

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
ROOMY = Bounds(10_000, 100_000, 1_000)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def theirs(data: bytes) -> dict[str, list[list[object]]]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    found = {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        found[sheet.title] = [list(row) for row in sheet.iter_rows(values_only=True)]
    book.close()
    return found


def trimmed(rows: list[list[object]]) -> list[list[object]]:
    """Without empty cells at their ends: openpyxl keeps those that have a style."""
    found = []
    for row in rows:
        filled = [i for i, cell in enumerate(row, 1) if cell is not None]
        found.append(row[: max(filled, default=0)])
    while found and not found[-1]:
        found.pop()
    return found


def same(data: bytes) -> None:
    ours, wanted = sheets(data, ROOMY), theirs(data)
    assert list(ours) == list(wanted)
    for title, rows in wanted.items():
        assert trimmed(ours[title]) == trimmed(rows)


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("*/*.xlsx")), ids=lambda path: path.name
)
def test_each_workbook_of_a_portal_is_read_as_openpyxl_reads_it(path):
    same(path.read_bytes())


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9),
    st.text(
        st.characters(
            exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"
        ),
        max_size=8,
    ).filter(lambda text: not text.startswith("=")),
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - local
    st.dates(date(1950, 1, 1)).filter(lambda day: day.year < 2100),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.sampled_from(["#N/A", "#DIV/0!", " ", "A_x005F_B", "é€🔥"]),
)


@given(st.lists(st.lists(CELLS, max_size=6), min_size=1, max_size=6), st.booleans())
def test_any_workbook_is_read_as_openpyxl_reads_it(rows, mac):
    book = Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    for row in rows:
        book.active.append(row)
    book.create_sheet("Deux").append([1])
    same(saved(book))


def test_letters_of_several_fonts_are_one_text():
    book = Workbook()
    bold = TextBlock(InlineFont(b=True), "ate")
    book.active["B3"] = CellRichText("D", bold)
    data = saved(book)
    assert sheets(data, ROOMY)["Sheet"] == [[], [], [None, "Date"]]
    same(data)


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("General", Shape.PLAIN),
        ('0.00" m³"', Shape.PLAIN),
        ('"days" 0', Shape.PLAIN),
        ("[Red]0;[Blue]-0", Shape.PLAIN),
        ("[$-40C]dd/mm/yyyy", Shape.MOMENT),
        ("yyyy-mm-dd hh:mm;@", Shape.MOMENT),
        ("[h]:mm:ss", Shape.LENGTH),
        ("[mm]:ss.00", Shape.LENGTH),
    ],
)
def test_a_format_tells_what_a_number_is(code, made):
    assert shape(200, {200: code}) is made


def test_formats_without_a_text_are_known_by_their_number():
    known = [shape(number, {}) for number in (0, 14, 22, 45, 46, 49)]
    plain, moment = Shape.PLAIN, Shape.MOMENT
    assert known == [plain, moment, moment, moment, Shape.LENGTH, plain]


def why(data: bytes, bounds: Bounds = ROOMY) -> str:
    with pytest.raises(FileRefused) as refused:
        sheets(data, bounds)
    return refused.value.reason


def test_parts_are_found_by_what_the_manifests_say():
    cells = '<row r="2"><c t="s"><v>0</v></c><c r="D2" s="0"><v>45000.5</v></c></row>'
    noon = datetime(2023, 3, 15, 12)  # noqa: DTZ001 - a spreadsheet's
    assert sheets(made(cells), ROOMY) == {"A": [[], ["one", None, None, noon]]}


def test_a_time_of_day_and_the_leap_day_that_never_was():
    cells = '<row><c s="0"><v>0.25</v></c><c s="0"><v>59</v></c></row>'
    assert sheets(made(cells), ROOMY)["A"] == [
        [time(6), datetime(1900, 2, 28)]  # noqa: DTZ001 - a spreadsheet's
    ]


DTD = '<!DOCTYPE a [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made(head=DTD), "unsafe-xml"),
        (made(strings=f"{DTD}<sst/>"), "unsafe-xml"),
        (made(styles=f'{DTD}<styleSheet xmlns="{MAIN}"/>'), "unsafe-xml"),
        (made("<row>" * 99), "unsafe-xml"),
        (made(f"<row><c t='str'><v>{'x' * 70_000}</v></c></row>"), "too-large"),
        (made('<row r="1048576"/>'), "too-large"),
        (made('<row><c r="XFD1"><v>1</v></c></row>'), "too-large"),
        (made('<row r="0"/>'), "truncated"),
        (made('<row r="2"/><row r="1"/>'), "truncated"),
        (made('<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'), "truncated"),
        (made('<row><c r="??"><v>1</v></c></row>'), "truncated"),
        (made('<row><c t="s"><v>7</v></c></row>'), "truncated"),
        (made('<row><c t="b"><v>x</v></c></row>'), "truncated"),
        (made('<row><c s="0"><v>9e99</v></c></row>'), "truncated"),
        (made(f"<row><c><v>{'9' * 5000}</v></c></row>"), "truncated"),
        (made("<row>"), "truncated"),
        (made("&b;"), "truncated"),
        (made(workbook="<workbook/>"), "truncated"),
    ],
)
def test_a_workbook_that_takes_too_much_or_means_nothing_is_refused(data, reason):
    assert why(data) == reason


def test_its_cells_its_strings_and_its_styles_have_a_number(monkeypatch):
    wide = '<row><c r="J1"><v>1</v></c></row>'
    assert why(made(wide), Bounds(10, 9, 99)) == "too-large"
    monkeypatch.setattr("exports.workbook.MOST_STRINGS", 0)
    assert why(made()) == "too-large"
    monkeypatch.setattr("exports.workbook.MOST_STYLES", 0)
    assert why(made(strings="<sst/>")) == "too-large"
