"""A file's bytes as a text, a table or JSON; each bounded, each with its places."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from exports.archive import PART
from exports.damage import accented, breaks_off
from exports.errors import FileRefused
from exports.lines import delimiter_of, lines
from exports.workbook import Bounds, sheets

MOST_BYTES = 16 << 20
MOST_ROWS = 250_000
"""Fourteen years of half-hours. A row costs 0.9 kB while it is read (measured): more of
them would take the memory of a Pi Zero 2 W, and with it the service."""
MOST_CELLS = 2_500_000
WIDEST = 1 << 12
ZIP = b"PK\x03\x04"
PACKAGE = b"datapackage.json"
PAGES = (
    "<!doctype html",
    "<head",
    "<body",
    "<title",
    "<meta",
    "<div",
    "<center",
    "<h1",
)
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
WIDE = (b"\xff\xfe", b"\xfe\xff")
MANY_TEXTS = 5_000
LONE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
"""Half of a letter that JSON writes as two."""

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; `rows[i]` stands at `places[i]` ("line 12", "row 10")."""

    rows: list[list[Any]]
    places: list[str]

    def __iter__(self) -> Iterator[tuple[str, list[Any]]]:
        return zip(self.places, self.rows, strict=True)

    def head(self, count: int = 40) -> list[list[str]]:
        """Give the first rows as stripped texts, to recognise a format by."""
        return [
            ["" if cell is None else str(cell).strip() for cell in row]
            for row in self.rows[:count]
        ]


@dataclass(frozen=True)
class Document:
    """A file of at most 16 MiB: its bytes and the name it came under."""

    data: bytes
    name: str = ""
    _kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.data.strip(b"\x00 \r\n\t"):
            raise FileRefused("empty", "the file is empty", hint="download it again")
        if len(self.data) > MOST_BYTES:
            raise FileRefused("too-large", "the file is larger than 16 MiB", hint=PART)
        if self.data.startswith(WIDE):  # whatever looks at bytes looks at UTF-8
            with suppress(UnicodeDecodeError):
                object.__setattr__(self, "data", self.data.decode("utf-16").encode())

    @property
    def is_sheet(self) -> bool:
        """Tell whether it is an XLSX workbook, by its first bytes."""
        return self.data.startswith(ZIP)

    @property
    def is_package(self) -> bool:
        """Tell whether it is a ZIP with a data package's manifest, by its directory."""
        return self.is_sheet and PACKAGE in self.data

    @cached_property
    def text(self) -> str:
        """Give the text, its byte order mark taken off; raise FileRefused.

        UTF-8 and UTF-16 with a mark, UTF-8, then Windows-1252, in which spreadsheets
        save here. A page ("web-page") and binary ("not-text") are refused.
        """
        if self.data.startswith(OLD_WORKBOOK):
            raise FileRefused(
                "old-workbook",
                "this is a workbook of an old Excel (.xls)",
                hint="save it as .xlsx, or download the CSV",
            )
        text = self._decoded()
        start = text[:2000].lstrip().lower()
        if start.startswith(PAGES) or "<html" in start:
            raise FileRefused(
                "web-page",
                "this is a web page, not the file: the portal was out of service",
                hint="download it again later",
            )
        if "\x00" in text:
            raise FileRefused("not-text", "the file holds binary data")
        return accented(text)

    def _decoded(self) -> str:
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self._windows()

    def _windows(self) -> str:
        try:
            text = self.data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise FileRefused(
                "not-text", "the file is in no encoding we know"
            ) from error
        printable = sum(ch.isprintable() or ch in "\r\n\t" for ch in text[:4096])
        if printable < 0.95 * len(text[:4096]):
            raise FileRefused("not-text", "the file holds binary data")
        return text

    @cached_property
    def json(self) -> Json:
        """Give the JSON value; of several one after the other (NDJSON) their list.

        Raises FileRefused: "truncated" where it stops in the middle.
        """
        text = self.text.strip()
        if LONE.search(text):
            raise FileRefused("not-text", "the file has half a letter in it")
        decoder = json.JSONDecoder(object_pairs_hook=_once)
        found, at = [], 0
        try:
            while at < len(text):
                value, at = decoder.raw_decode(text, at)
                found.append(value)
                while at < len(text) and text[at] in " \r\n\t,":
                    at += 1
        except RecursionError as error:
            raise FileRefused("too-deep", "its JSON is nested too deep") from error
        except ValueError as error:  # a number of 5,000 digits, too
            raise FileRefused(
                "truncated",
                f"the JSON breaks off or is damaged: {error}"[:200],
                hint="download it again",
            ) from error
        return found[0] if len(found) == 1 else found

    @property
    def looks_json(self) -> bool:
        """Tell whether it begins as JSON does; never raises."""
        return self.data[:64].lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")

    @cached_property
    def table(self) -> Table:
        """Give the rows of a CSV or of an XLSX workbook's first sheet.

        Raises FileRefused: "truncated", "too-large", "not-text", "web-page", "packed".
        """
        return next(iter(self.sheets.values())) if self.is_sheet else self._csv()

    @cached_property
    def sheets(self) -> dict[str, Table]:
        """Give a workbook's sheets by their titles, the first first, as `table` does.

        The place of a row in a later sheet is `sheet 2, row 9`: a title may be a
        meter's number.
        """
        return self._sheets()

    def forget(self) -> None:
        """Let go of what was made of the bytes; asked for again, it is made anew.

        A year of half-hours is 4 MB as rows, and whoever reads them holds them already.
        """
        for name in ("text", "table", "sheets"):
            self.__dict__.pop(name, None)

    def _csv(self) -> Table:
        text = self.text
        delimiter = delimiter_of(text)
        if text.count("\n") > MOST_ROWS or text.count(delimiter) > MOST_CELLS:
            raise _too_large()  # before it takes memory
        rows, places, cells = [], [], 0
        same: dict[str, str] = {}
        reader = csv.reader(lines(text), delimiter=delimiter)
        try:
            for row in reader:
                # most cells say what one before them did
                one = same.setdefault if len(same) < MANY_TEXTS else same.get
                row[:] = map(one, row, row)
                rows.append(row)
                places.append(f"line {reader.line_num}")
                cells += len(row)
                wide = len(row) > WIDEST
                if wide or len(rows) > MOST_ROWS or cells > MOST_CELLS:
                    raise _too_large()
        except csv.Error as error:
            message = f"line {reader.line_num} is no CSV: {error}"
            raise FileRefused("not-text", message) from error
        if breaks_off(text, rows):
            raise FileRefused(
                "truncated",
                f"the file breaks off within {places[-1]}",
                hint="download it again",
            )
        self.__dict__.pop("text", None)  # as large as the file, and read no more
        return Table(rows, places)

    def _sheets(self) -> dict[str, Table]:
        bounds = Bounds(MOST_ROWS, MOST_CELLS, WIDEST)
        return {
            title: _placed(rows, f"sheet {number}, " if number > 1 else "")
            for number, (title, rows) in enumerate(
                sheets(self.data, bounds).items(), start=1
            )
        }


def _too_large() -> FileRefused:
    return FileRefused("too-large", "the file has too many lines or cells", hint=PART)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Give an object whose keys are there once: who reads the first sees another."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FileRefused("said-twice", "an object of its JSON has a key twice")
    return found


def _placed(rows: list[list[Any]], within: str) -> Table:
    return Table(rows, [f"{within}row {number}" for number in range(1, len(rows) + 1)])
