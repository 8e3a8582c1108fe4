"""What was granted in the home that a pack is from: a stranger's words, to be shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge.portability import kept
from edge.portability.opening import Opened
from edge.portability.refusal import PackRefused
from edge.private_file import write_private
from exports.short_json import short_json

MOST = 4 << 20
"""Bytes; what is more is no household's."""
LONGEST = 200
MOST_SHOWN = 500


def granted(pack: Opened) -> list[Any]:
    """Give the records of a pack; none where it has none that can be read."""
    try:
        return _graph(pack.json(kept.CONSENTS, MOST))
    except (PackRefused, ValueError):
        return []


def keep(path: Path, records: list[Any]) -> None:
    """Keep them, durably: they are papers, and nothing asks them."""
    write_private(path, json.dumps({"@graph": records}, ensure_ascii=False).encode())


def kept_in(path: Path) -> list[Any]:
    """Give those that were kept."""
    try:
        with path.open("rb") as file:
            return _graph(short_json(file.read(2 * MOST), 2 * MOST))
    except (OSError, ValueError):
        return []


def rows(records: list[Any]) -> Iterator[tuple[str, ...]]:
    """Give who was granted what, for what, and how it stood: a row a consent."""
    for one in records[:MOST_SHOWN]:
        controller = _at(one, "dpv:hasDataController")
        process = _at(one, "dpv:hasProcess", 0)
        data = _at(process, "dpv:hasPersonalData")
        status = _at(one, "dpv:hasConsentStatus", -1)
        yield (
            _text(_at(one, "dct:identifier")),
            _text(_at(controller, "dct:title")),
            _text(_at(data, "dct:identifier")),
            _text(_at(process, "dpv:hasPurpose", "dct:description")),
            _text(_at(status, "@type")).rpartition("Consent")[2],
            _text(_at(status, "dpv:isIndicatedAtTime"))[:10],
        )


def _graph(document: Any) -> list[Any]:
    found = _at(document, "@graph")
    return found if isinstance(found, list) else []


def _at(document: Any, *way: str | int) -> Any:
    """Give what stands at the end of a way; None where it leads nowhere."""
    for step in way:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _text(found: Any) -> str:
    return found[:LONGEST] if isinstance(found, str) else ""
