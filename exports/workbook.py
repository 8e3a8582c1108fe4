"""An XLSX workbook's sheets: each part read by the name its manifests give, bounded."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.parsers import expat

from exports import cell
from exports.archive import PART, opened
from exports.errors import FileRefused
from exports.xml_part import walk

RELATIONS = "_rels/.rels"
MOST_SHEETS = 100
MOST_STRINGS = 200_000
MOST_STYLES = 70_000
"""Excel itself has 65,490 at the most."""
PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a household's workbook has."""

    rows: int
    cells: int
    columns: int


@dataclass(slots=True)
class Book:
    """What all sheets of a workbook share."""

    archive: zipfile.ZipFile
    bounds: Bounds
    parts: dict[str, str] = field(default_factory=dict)
    """By the id that the workbook has for a part; and by its kind, of the first."""
    names: list[tuple[str, str]] = field(default_factory=list)
    """Each sheet's title and id, in the order in which they are shown."""
    epoch: datetime = cell.WINDOWS
    strings: list[str] = field(default_factory=list)
    shapes: list[cell.Shape] = field(default_factory=list)
    cells: int = 0


def sheets(data: bytes, bounds: Bounds) -> dict[str, list[list[Any]]]:
    """Give each sheet's rows by its title; raise FileRefused.

    "packed": a ZIP that is no workbook. "unsafe-archive", "unsafe-xml", "encrypted",
    "too-large", "truncated": archive.py, xml_part.py.
    """
    with opened(data) as archive:
        if not any(name.startswith("xl/") for name in archive.namelist()):
            raise FileRefused(
                "packed",
                "this is a ZIP with files in it, not one of them",
                hint="unpack it, and import the files that it holds",
            )
        try:
            return _sheets(Book(archive, bounds))
        except (KeyError, ValueError, IndexError, OverflowError) as error:
            raise _damaged() from error
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise _damaged() from error


def _damaged() -> FileRefused:
    return FileRefused(
        "truncated",
        "the workbook is damaged or breaks off",
        hint="download it again",
    )


def _too_large() -> FileRefused:
    return FileRefused("too-large", "the workbook has too many cells", hint=PART)


def _sheets(book: Book) -> dict[str, list[list[Any]]]:
    _, whole = _relations(book, RELATIONS, "")
    main = whole["officeDocument"]
    directory, name = posixpath.split(main)
    book.parts, kinds = _relations(
        book, posixpath.join(directory, "_rels", f"{name}.rels"), directory
    )
    _read_main(book, main)
    if "sharedStrings" in kinds:
        _read_strings(book, kinds["sharedStrings"])
    if "styles" in kinds:
        _read_styles(book, kinds["styles"])
    found = {
        title: _rows(book, book.parts[at])
        for title, at in book.names
        if at in book.parts
    }
    if not found:
        raise ValueError("a workbook without a sheet")
    return found


def _walk(book: Book, name: str, start: Any, end: Any = lambda *_: None) -> None:
    with book.archive.open(name) as part:
        walk(part, start, end)


def _relations(
    book: Book, name: str, directory: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Give the parts that a manifest names, by their ids and by their kinds."""
    ids: dict[str, str] = {}
    kinds: dict[str, str] = {}

    def start(tag: str, has: Attributes) -> None:
        if tag != "Relationship" or has.get("TargetMode") == "External":
            return
        path = posixpath.normpath(posixpath.join("/", directory, has["Target"]))[1:]
        kind = has["Type"].rpartition("/")[2]
        kinds.setdefault(kind, path)
        if kind == "worksheet":
            ids[has["Id"]] = path

    _walk(book, name, start)
    return ids, kinds


def _read_main(book: Book, name: str) -> None:
    def start(tag: str, has: Attributes) -> None:
        if tag == "sheet":
            book.names.append((has["name"], has["id"]))
            if len(book.names) > MOST_SHEETS:
                raise _too_large()
        elif tag == "workbookPr" and has.get("date1904") in ("1", "true"):
            book.epoch = cell.MAC

    _walk(book, name, start)


def _read_strings(book: Book, name: str) -> None:
    texts: list[str] = []
    aside = False

    def start(tag: str, _has: Attributes) -> None:
        nonlocal aside
        if tag == "rPh":  # how it is spoken, in Japanese
            aside = True

    def end(tag: str, text: str) -> None:
        nonlocal aside
        if tag == "t" and not aside:
            texts.append(text)
        elif tag == "rPh":
            aside = False
        elif tag == "si":
            book.strings.append("".join(texts).replace(cell.ESCAPED, ""))
            texts.clear()
            if len(book.strings) > MOST_STRINGS:
                raise _too_large()

    _walk(book, name, start, end)


def _read_styles(book: Book, name: str) -> None:
    texts: dict[int, str] = {}
    within: list[str] = []

    def start(tag: str, has: Attributes) -> None:
        if tag == "numFmt":
            texts[int(has["numFmtId"])] = has["formatCode"]
        elif tag == "xf" and within[-1:] == ["cellXfs"]:
            book.shapes.append(cell.shape(int(has.get("numFmtId", "0")), texts))
        if len(texts) + len(book.shapes) > MOST_STYLES:
            raise _too_large()
        within.append(tag)

    def end(*_: str) -> None:
        within.pop()

    _walk(book, name, start, end)


def _rows(book: Book, name: str) -> list[list[Any]]:
    """Give a sheet's rows; each ends with its last cell that holds something."""
    reading = _Sheet(book)
    _walk(book, name, reading.start, reading.end)
    return reading.rows


class _Sheet:
    """Gathers one sheet's rows, as its elements begin and end."""

    def __init__(self, book: Book) -> None:
        self.rows: list[list[Any]] = []
        self._book = book
        self._column = 0
        self._of = "n"
        self._shape = cell.Shape.PLAIN
        self._text: str | None = None

    def start(self, tag: str, has: Attributes) -> None:
        if tag == "c":
            self._begin(has)
        elif tag == "row":
            number = int(has.get("r", len(self.rows) + 1))
            if number > self._book.bounds.rows:
                raise _too_large()
            if number <= len(self.rows):
                raise ValueError("a row comes twice")
            while len(self.rows) < number:
                self.rows.append([])
            self._column = 0

    def _begin(self, has: Attributes) -> None:
        place = has.get("r")
        self._column = self._column + 1 if place is None else _column(place)
        if self._column > self._book.bounds.columns:
            raise _too_large()
        self._of = has.get("t", "n")
        style, shapes = int(has.get("s", "0")), self._book.shapes
        self._shape = shapes[style] if 0 <= style < len(shapes) else cell.Shape.PLAIN
        self._text = None

    def end(self, tag: str, text: str) -> None:
        if tag == "v" and self._of != "inlineStr":
            self._text = text
        elif tag == "t" and self._of == "inlineStr":
            self._text = (self._text or "") + text
        elif tag == "c" and self._text:
            self._take(self._text)

    def _take(self, text: str) -> None:
        book, row = self._book, self.rows[-1]
        missing = self._column - 1 - len(row)
        if missing < 0:
            raise ValueError("a column comes twice")
        book.cells += missing + 1
        if book.cells > book.bounds.cells:
            raise _too_large()
        row += [None] * missing
        row.append(cell.value(self._of, text, self._shape, book.strings, book.epoch))


def _column(place: str) -> int:
    """Give the number of a cell's column, from 1: `B12` is of the second."""
    found = PLACE.fullmatch(place)
    if found is None:
        raise ValueError(place)
    number = 0
    for letter in found[1]:
        number = 26 * number + ord(letter) - 64
    return number
