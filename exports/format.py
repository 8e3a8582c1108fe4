"""Formats: each knows its files by their content, never by their name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from exports.document import Document
from exports.errors import FileRefused
from exports.said import Export


@dataclass(frozen=True, slots=True)
class Format:
    """One layout of file.

    `recognises` tells by content, never raises but FileRefused; `read` gives what the
    file says, or raises FileRefused. `name` is stable: it becomes part of an origin.
    """

    name: str
    title: str
    recognises: Callable[[Document], bool]
    read: Callable[[Document, ZoneInfo], Export]


def recognise(document: Document, formats: Iterable[Format]) -> Format:
    """Give the one format that a file is of; raise FileRefused ("unknown-format")."""
    for one in formats:
        if one.recognises(document):
            return one
    raise FileRefused(
        "unknown-format",
        "no known layout of GRDF, Enedis or a water company",
        hint="`releve import --mapping` reads any CSV whose columns you name",
    )
