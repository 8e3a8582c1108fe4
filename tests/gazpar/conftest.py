"""Files of invented meters, in the shapes of the real ones, and how they are read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exports import Document, Export, recognise
from gazpar import FORMATS

PARIS = ZoneInfo("Europe/Paris")
Read = Callable[..., Export]


@pytest.fixture(scope="session")
def read() -> Read:
    """Read bytes, a text, or a value as JSON, by the format they are recognised as."""

    def _read(content: Any, name: str | None = None, zone: ZoneInfo = PARIS) -> Export:
        if not isinstance(content, bytes | str):
            content = json.dumps(content)
        data = content.encode() if isinstance(content, str) else content
        document = Document(data)
        found = recognise(document, FORMATS)
        assert name in (None, found.name)
        export = found.read(document, zone)
        assert export.format == found.name
        return export

    return _read


@pytest.fixture
def workbook() -> Callable[[list[list[Any]]], bytes]:
    """Write rows as the XLSX that a portal would send."""

    def _workbook(rows: list[list[Any]]) -> bytes:
        from openpyxl import Workbook  # noqa: PLC0415 - for these tests only

        book = Workbook()
        sheet = book.active
        sheet.title = "Historique par mois"
        for row in rows:
            sheet.append(row)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return _workbook


@pytest.fixture
def told() -> Callable[[Export, str], list[tuple[str, int]]]:
    """Give (start in UTC, value) of one quantity."""

    def _told(export: Export, quantity: str) -> list[tuple[str, int]]:
        return [
            (f"{amount.start:%Y-%m-%dT%HZ}", amount.value)
            for amount in export.amounts
            if amount.quantity == quantity
        ]

    return _told
