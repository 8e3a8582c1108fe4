"""Answers that hold no reading: contract, address, access, EcoWatt, Tempo, errors.

They are recognised so that the household is told what they are.
"""

from __future__ import annotations

import re
from typing import NoReturn, TypeAlias
from zoneinfo import ZoneInfo

from exports import Document, FileRefused, Json

Keys: TypeAlias = tuple[tuple[str, str], ...]
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
KEYS = (
    ("usage_point_addresses", "the address of the supply point"),
    ("contracts", "the contract of the supply point"),
    ("identity", "the holder of the contract"),
    ("contact_data", "how to reach the holder of the contract"),
)
"""These stand with the number of a usage point only: others say `contracts`, too."""
OWN_KEYS = (
    ("quota_limit", "the state of an access and its quota"),
    ("consent_expiration_date", "the state of an access and its consent"),
    ("codeJour", "a Tempo colour"),
    ("couleurJourJ", "a Tempo colour"),
    ("tempo_like_calendars", "Tempo colours"),
    ("hvalue", "EcoWatt signals"),
)
DEEPEST = 6
HINT = "readings come in the files of consumption or production"


def what(document: Document) -> str | None:
    """Say what a JSON document is, if it is one of those; None of any other."""
    value = document.json
    keys = OWN_KEYS + (KEYS if b'"usage_point' in document.data else ())
    if isinstance(value, dict):
        if {"error", "error_description"} & set(value):
            return "an error that the service answered"
        if value and all(DAY.fullmatch(key) for key in value):
            return _dated(next(iter(value.values())))
    return _named(value, keys)


def _dated(first: Json) -> str | None:
    """Tell a calendar of days by its first."""
    if isinstance(first, str):
        return "Tempo colours"
    return "EcoWatt signals" if isinstance(first, dict) and "value" in first else None


def _named(
    value: Json, keys: tuple[tuple[str, str], ...], depth: int = 0
) -> str | None:
    """Tell it by a key near its root; of a list, by its first."""
    if isinstance(value, list):
        value = next(iter(value), None)
    if not isinstance(value, dict) or depth > DEEPEST:
        return None
    found = (words for key, words in keys if key in value)
    inner = (_named(part, keys, depth + 1) for part in value.values())
    return next(found, None) or next(filter(None, inner), None)


def recognises(document: Document) -> bool:
    """Tell one of those answers."""
    return document.looks_json and what(document) is not None


def read(document: Document, _zone: ZoneInfo) -> NoReturn:
    """Refuse it by name ("no-readings")."""
    words = what(document) or "an answer"
    raise FileRefused("no-readings", f"this is {words}, without readings", hint=HINT)
