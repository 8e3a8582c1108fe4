"""Looking into a portal's JSON answer, alone or wrapped with others in one object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from exports import Document, FileRefused, Json

Item: TypeAlias = dict[str, Any]
DEEP = 6


def objects_with(value: Json, *keys: str) -> Iterator[tuple[str, Item]]:
    """Give the objects that have all the keys, and where they stand, in their order."""
    yield from _walk(value, "", keys, DEEP)


def has_objects_with(document: Document, *keys: str) -> bool:
    """Tell whether a file is JSON with such an object; never raises."""
    if not document.looks_json:
        return False
    try:
        return next(objects_with(document.json, *keys), None) is not None
    except FileRefused:  # broken off: whose it was can't be told here
        return False


def _walk(
    value: Json, place: str, keys: tuple[str, ...], deep: int
) -> Iterator[tuple[str, Item]]:
    if isinstance(value, dict):
        if all(key in value for key in keys):
            yield place or "the object", value
        elif deep:
            for key, inner in value.items():
                path = f"{place}.{key}" if place else str(key)[:40]
                yield from _walk(inner, path, keys, deep - 1)
    elif isinstance(value, list) and deep:
        for number, inner in enumerate(value, start=1):
            yield from _walk(inner, f"{place} {number}".strip(), keys, deep - 1)
