"""Reading a text or a workbook as a household's file; every number is invented."""

from __future__ import annotations

import io
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from enedis.formats import FORMATS
from exports import Document, Export, FileRefused, recognise

PARIS = ZoneInfo("Europe/Paris")


def read_file(data: bytes | str, name: str = "file") -> Export:
    document = Document(data.encode() if isinstance(data, str) else data, name)
    return recognise(document, FORMATS).read(document, PARIS)


@pytest.fixture
def read():
    return read_file


@pytest.fixture
def refusal():
    def refused(data: bytes | str, name: str = "file") -> FileRefused:
        with pytest.raises(FileRefused) as found:
            read_file(data, name)
        return found.value

    return refused


@pytest.fixture
def said():
    """Give amounts as (start, end, value) in short words of UTC."""

    def words(export: Export, quantity: str | None = None) -> list[str]:
        return [
            f"{one.start:%d %H:%M}-{one.end:%d %H:%M} {one.value}"
            for one in export.amounts
            if quantity in (None, one.quantity)
        ]

    return words


@pytest.fixture
def workbook():
    """Make a workbook of (title, {cell: value}) sheets."""

    def make(*sheets: tuple[str, list[list[object]]]) -> bytes:
        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets:
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return make
