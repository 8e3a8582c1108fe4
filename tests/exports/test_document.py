"""A file's bytes: encodings, workbooks, JSON, and what is refused of them."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from exports import Document, FileRefused, Format, recognise
from exports import document as module
from exports.lines import LONGEST_LINE

TEXT = "Début;Énergie (kWh)\n01/01/2026;6,329\n"


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def reason(data: bytes, of: str) -> str:
    with pytest.raises(FileRefused) as refused:
        getattr(Document(data), of)
    return refused.value.reason


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"]
)
def test_every_encoding_of_the_portals_and_spreadsheets_is_read(encoding):
    data = TEXT.encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    document = Document(data)
    assert document.text == TEXT
    assert document.table.rows == [
        ["Début", "Énergie (kWh)"],
        ["01/01/2026", "6,329"],
    ]
    assert document.table.places == ["line 1", "line 2"]


def test_utf_16_without_a_mark_and_binary_are_not_text():
    assert reason(TEXT.encode("utf-16-be"), "text") == "not-text"
    assert reason(bytes(range(256)) * 20, "text") == "not-text"
    assert reason(b"\x81\x8d\x8f" * 100, "text") == "not-text"
    assert reason(b"\xc9\x01\x02\x03\x04\x05\x06\x07" * 50, "text") == "not-text"


@pytest.mark.parametrize("data", [b"", b"\r\n \t", b"\x00" * 4096])
def test_an_empty_file_is_refused_before_anything(data):
    with pytest.raises(FileRefused) as refused:
        Document(data)
    assert refused.value.reason == "empty"


def test_a_file_beyond_the_bound_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    with pytest.raises(FileRefused) as refused:
        Document(b"x" * 11)
    assert refused.value.reason == "too-large"
    assert "part it" in str(refused.value), "it says what to do"


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>Maintenance</body></html>",
        "\n<HTML lang='fr'><head>",
        "<head><title>502 Bad Gateway</title></head>",
        "<div>Service indisponible</div>",
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
    ],
)
def test_a_web_page_under_a_csvs_name_is_said_to_be_one(page):
    document = Document(page.encode("cp1252"), "export.csv")
    with pytest.raises(FileRefused) as refused:
        _ = document.table
    assert refused.value.reason == "web-page"
    assert "again later" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "delimiter"), [("a;b\n1,5;2\n", ";"), ("a\tb\n", "\t"), ("a,b\n", ",")]
)
def test_the_delimiter_is_that_which_rows_have_most(text, delimiter):
    assert Document(text.encode()).table.rows[0] == text.split("\n")[0].split(delimiter)


def test_a_file_of_too_many_lines_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    assert reason(b"a\nb\nc\nd\n", "table") == "too-large"
    assert reason(b'a;"' + b"x" * 200_000, "table") == "not-text"


def test_json_is_read_whole_alone_or_one_after_the_other():
    assert Document(b'\xef\xbb\xbf{"a": 1}').json == {"a": 1}
    assert Document(b'{"a": 1}\n{"a": 2}').json == [{"a": 1}, {"a": 2}]
    assert Document(b'{"a": 1}{"a": 2}').json == [{"a": 1}, {"a": 2}]
    assert Document(b" [1]").looks_json
    assert not Document(b"a;b").looks_json


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": [1, 2',
        b'{"a": 1} trailing',
        b"[" + b"9" * 5000 + b"]",
        b"{'a': 1}",
    ],
)
def test_json_that_breaks_off_is_truncated(data):
    assert reason(data, "json") == "truncated"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[" * 100_000, "too-deep"),
        (b'{"a": {"b": 1, "b": 2}}', "said-twice"),
        (b'["\\ud83d"]', "not-text"),
        (b'["\\udd25 \\ud83d\\udd25"]', "not-text"),
    ],
)
def test_json_of_which_two_readers_would_see_two_things_is_refused(data, why):
    assert reason(data, "json") == why


def test_a_letter_that_json_writes_as_two_halves_is_one():
    assert Document(b'["\\ud83d\\udd25"]').json == ["\N{FIRE}"]


def test_a_workbook_gives_its_sheets_with_their_places():
    data = workbook(("Accueil", [["Bonjour"]]), ("Export", [["Date", "Valeur"], [1]]))
    document = Document(data)
    assert document.is_sheet
    assert document.table.rows == [["Bonjour"]]
    assert document.table.places == ["row 1"]
    assert list(document.sheets) == ["Accueil", "Export"]
    assert document.sheets["Export"].places == ["sheet 2, row 1", "sheet 2, row 2"]
    assert document.sheets["Export"].head()[0] == ["Date", "Valeur"]


WHOLE = workbook(("A", [["Date", "Valeur"]] * 20))


@given(st.integers(4, len(WHOLE) - 1))
def test_a_workbook_that_breaks_off_is_truncated(cut):
    assert reason(WHOLE[:cut], "table") == "truncated"


def test_a_sheet_of_too_many_cells_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_CELLS", 5)
    assert reason(workbook(("A", [[1, 2, 3]] * 2)), "table") == "too-large"


def test_a_zip_of_files_is_said_to_be_one():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mes-puissances-atteintes-30min.csv", "a;b\n")
    assert reason(out.getvalue(), "table") == "packed"


def not_read(*_):
    pytest.fail("recognising reads nothing")


def test_a_format_is_recognised_by_content_or_refused():
    never = Format("never", "", lambda _: False, not_read)
    always = Format("always", "", lambda _: True, not_read)
    assert recognise(Document(b"x"), [never, always]) is always
    with pytest.raises(FileRefused) as refused:
        recognise(Document(b"x"), [never])
    assert refused.value.reason == "unknown-format"
    assert "--mapping" in str(refused.value.hint)


def test_json_in_utf_16_is_json():
    document = Document('{"é": [1]}'.encode("utf-16"))
    assert document.looks_json
    assert document.json == {"é": [1]}


def test_serial_dates_with_decimals_do_not_make_the_comma_a_delimiter():
    text = "Début;Fin;kW\n45950,0;45950,0208;4,030\n45950,0208;45950,0417;4,1\n"
    assert Document(text.encode()).table.rows[1] == ["45950,0", "45950,0208", "4,030"]


@pytest.mark.parametrize("text", ["Début;Mesuré\n", "D\ufffdbut;Mesur?\n"])
@pytest.mark.parametrize("twice", [False, True])
def test_accents_lost_on_the_way_stay_letters(text, twice):
    data = text.encode()
    data = data.decode("cp1252").encode() if twice and "é" in text else data
    cells = Document(data).table.rows[0]
    assert [cell.replace("é", "e") for cell in cells] == ["Debut", "Mesure"]


def test_accents_that_only_seem_to_be_lost_are_left():
    assert Document("Ã©\u202f1?\n".encode()).text == "Ã©\u202f1?\n"


ROWS = "Date;Valeur\n" + "".join(f"{day:02}/01/2026;6,329\n" for day in range(1, 31))


@pytest.mark.parametrize("cut", ["31", "31/01/20", "31/01/2026;6,3", "31/01/2026;6"])
def test_a_table_cut_in_its_last_line_is_truncated(cut):
    assert reason((ROWS + cut).encode(), "table") == "truncated"


def test_a_quote_left_open_and_a_cut_only_row_are_truncated():
    assert reason(b'a;b\n"1";"2"\n"3";"4', "table") == "truncated"
    assert reason(b"Date;Valeur\n01/01/20", "table") == "truncated"
    assert reason(b"Semaine;m3\nDu 24/11/2020 au 2", "table") == "truncated"


@pytest.mark.parametrize("end", ["31/01/2026;6,329", "31/01/2026;", "Source : moi"])
def test_a_last_line_without_its_end_may_be_whole(end):
    assert len(Document((ROWS + end).encode()).table.rows) == 32
    assert len(Document(b"a;b;\n1;2").table.rows) == 2
    assert len(Document(b"12").table.rows) == 1


def test_a_line_without_end_and_too_many_cells_are_refused(monkeypatch):
    assert reason(b"a;b\n" + b";" * (LONGEST_LINE + 1), "table") == "not-text"
    assert reason(b"a;b\n" + b";" * module.WIDEST, "table") == "too-large"
    monkeypatch.setattr(module, "MOST_CELLS", 5)
    assert reason(b"a;b;c\nd;e;f\n", "table") == "too-large"


def test_a_workbook_of_an_old_excel_is_said_to_be_one():
    assert reason(b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(600), "text") == "old-workbook"
