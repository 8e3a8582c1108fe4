"""Collectors as plugins: a package that is installed adds a kind by its name."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from collectors.collector import Collector, Table
from collectors.errors import Unusable

GROUP = "releve.collectors"
COMMON = frozenset(
    {"id", "kind", "meter", "number", "secret_file", "days", "url", "zone"}
)
"""Keys that each table may have."""
MOST_DAYS = 1100


def kinds() -> dict[str, EntryPoint]:
    """Give the kinds of collector, by name; nothing is imported yet."""
    return {point.name: point for point in entry_points(group=GROUP)}


def load(kind: str) -> type[Collector]:
    """Give the class of a kind; raise Unusable."""
    point = kinds().get(kind)
    if point is None:
        known = ", ".join(sorted(kinds())) or "none"
        raise Unusable(
            f"kind: there is no collector {kind!r}", hint=f"there are {known}"
        )
    try:
        return cast("type[Collector]", point.load())
    except (ImportError, AttributeError) as error:
        raise Unusable(
            f"kind: the collector {kind!r} can't be loaded",
            hint="reinstall the package that brings it",
        ) from error


def build(table: Table) -> Collector:
    """Make the collector of a table; raise Unusable, naming the key."""
    made = load(str(table.get("kind")))
    odd = sorted(set(table) - COMMON - made.keys)
    if odd:
        known = ", ".join(sorted(COMMON - {"number", "zone"} | made.keys))
        raise Unusable(f"there is no key {odd[0]!r}", hint=f"there are {known}")
    if made.secret_lines and not table.get("secret_file"):
        raise Unusable("secret_file: this collector needs one", hint="mode 0600")
    days = table.get("days")
    if days is not None and not (type(days) is int and 1 <= days <= MOST_DAYS):
        raise Unusable(f"days: write a number of days from 1 to {MOST_DAYS}")
    return made.from_table(table)


def secret_path(table: Table) -> Path | None:
    """Give where a table's secret is."""
    given = table.get("secret_file")
    return None if given is None else Path(str(given))
