"""Looking into a portal's JSON answer, alone or wrapped with others in one object."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeAlias

from exports import Document, Json

Item: TypeAlias = dict[str, Any]
DEEP = 6
FIRST = 20
"""Items of a list that are enough to tell what it is of."""


def objects_with(
    value: Json, *keys: str, under: str = "", first: int | None = None
) -> Iterator[tuple[str, Item]]:
    """Give the objects that have all the keys, and where they stand, in their order.

    `first` looks at no more than so many items of each list.
    """
    yield from _walk(value, under, frozenset(keys), DEEP, first)


def has_objects_with(document: Document, *keys: str) -> bool:
    """Tell whether a file is JSON with such an object; raise FileRefused if damaged."""
    if not document.looks_json:
        return False
    return next(objects_with(document.json, *keys, first=FIRST), None) is not None


def _walk(
    value: Json, place: str, keys: frozenset[str], deep: int, first: int | None
) -> Iterator[tuple[str, Item]]:
    if isinstance(value, dict):
        if value.keys() >= keys:
            yield place or "the object", value
        elif deep:
            for key, inner in value.items():
                if isinstance(inner, dict | list):
                    path = f"{place}.{key[:40]}" if place else key[:40]
                    yield from _walk(inner, path, keys, deep - 1, first)
    elif isinstance(value, list) and deep:
        for number, inner in enumerate(islice(value, first), start=1):
            if isinstance(inner, dict | list):
                path = f"{place} {number}".strip()
                yield from _walk(inner, path, keys, deep - 1, first)
