"""A hostile file: what it attacks, and its bytes, or what stands in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.edge.importing.importing_home import HEAD

MB = 1 << 20
CURVE = HEAD.encode()


@dataclass(frozen=True)
class Hostile:
    """One file; `reasons` are those that may be given for it, and no other."""

    name: str
    made: Callable[[], bytes]
    reasons: frozenset[str]


@dataclass(frozen=True)
class Planted:
    """What is no plain file, or doesn't stand still: planted under a path."""

    name: str
    plant: Callable[[Path], None]
    reasons: frozenset[str]


def hostile(name: str, made: Callable[[], bytes] | bytes, *reasons: str) -> Hostile:
    """Give one; bytes that are short are given as they are."""
    if isinstance(made, bytes):
        data = made
        return Hostile(name, lambda: data, frozenset(reasons))
    return Hostile(name, made, frozenset(reasons))
