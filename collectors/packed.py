"""A portal's answers packed as one file, and what they say: read apart, never here.

`pack` is for the process that has the network and a secret, and looks at none of
them. `planned` is for the one that reads files and can do nothing else
(exports/reading): it imports this module, hence nothing of the Internet's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from collectors.carried import MOST_AMOUNTS
from collectors.collector import Answered
from exports import Amount, Document, Export, FileRefused, Format, Refused, recognise

HEAD = b"\n"
"""What the file begins with, so that no mark of an answer's is the file's."""
NOTHING = frozenset({"no-readings", "empty"})
WHOLE = frozenset({"several-meters", "too-large"})
"""Why nothing is taken of any answer."""
BROKE_OFF = "broke-off"
"""The kind of a fact: why the answers from one on could not be read."""

Parts: TypeAlias = Sequence[tuple[str, int]]
Fact: TypeAlias = dict[str, str | int | None]


def pack(answers: Sequence[Answered]) -> bytes:
    """Give answers as one file."""
    return HEAD + b"".join(one.data for one in answers)


def plan(formats: Sequence[str], answers: Sequence[Answered]) -> str:
    """Say which formats read them, and where each answer is."""
    parts = [(one.name, len(one.data)) for one in answers]
    return json.dumps({"formats": list(formats), "parts": parts})


def planned(text: str) -> Format:
    """Give the format that reads packed answers, by their plan."""
    said: dict[str, Any] = json.loads(text)
    formats = [one for name in said["formats"] for one in _named(name)]
    read: Callable[[Document, ZoneInfo], Export] = lambda document, zone: _joined(  # noqa: E731 - a row of the table
        _documents(document.data, said["parts"]), formats, zone
    )
    return Format("collected", "what a portal answered", lambda _: True, read)


def _named(name: str) -> Iterator[Format]:
    """Give a module's formats, or the one that a colon names."""
    module, _, only = name.partition(":")
    for one in import_module(module).FORMATS:
        if only in ("", one.name):
            yield one


def _documents(data: bytes, parts: Parts) -> Iterator[tuple[str, bytes]]:
    at = len(HEAD)
    for name, size in parts:
        yield name, data[at : at + size]
        at += size


def _joined(
    parts: Iterator[tuple[str, bytes]], formats: Sequence[Format], zone: ZoneInfo
) -> Export:
    """Join what answers say; what came before one that can't be read counts."""
    amounts: list[Amount] = []
    refused: list[Refused] = []
    meters: set[str] = set()
    for name, data in parts:
        try:
            document = Document(data, name)
            said = recognise(document, formats).read(document, zone)
        except FileRefused as error:
            if error.reason in NOTHING:
                continue
            if error.reason in WHOLE or not amounts:
                raise
            fact: Fact = {"kind": BROKE_OFF, "reason": error.reason}
            return _export(meters, amounts, refused, (fact,))
        amounts += said.amounts
        refused += said.refused
        meters |= set() if said.meter is None else {said.meter}
        if len(amounts) > MOST_AMOUNTS:
            raise FileRefused("too-large", "they say more than three years do")
        if len(meters) > 1:
            raise FileRefused("several-meters", "the answers are of several meters")
    return _export(meters, amounts, refused)


def _export(
    meters: set[str],
    amounts: Sequence[Amount],
    refused: Sequence[Refused],
    facts: tuple[Fact, ...] = (),
) -> Export:
    meter = next(iter(meters), None)
    return Export("collected", meter, tuple(amounts), tuple(refused), (), facts)
