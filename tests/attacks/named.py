"""The tricks that were named, with what tries each; and the page that says so.

`named.txt` has them. Whatever row of the table is of no trick that was named stands in
the page all the same: somebody thought of more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
FILE = HERE / "named.txt"
TEST = r"^(?:async )?def (test_\w+)"


@dataclass(frozen=True, slots=True)
class Named:
    """A trick: its rows ("rest: finer steps", "oauth: test_…"), and what it lacks."""

    trick: str
    rows: tuple[str, ...]
    lacks: str = ""


def proof(row: str) -> str | None:
    """Give the test that a row is, where it isn't one of the table's."""
    name = row.partition(": ")[2]
    return name if name.startswith("test_") else None


@cache
def named() -> tuple[Named, ...]:
    """Give the tricks of the file, in its order."""
    return tuple(_read())


def _read() -> Iterator[Named]:
    for part in FILE.read_text().split("\n\n")[1:]:
        trick, *lines = part.strip().splitlines()
        said = [line.strip() for line in lines]
        found = tuple(line for line in said if not line.startswith("- "))
        lacks = "".join(line[2:] for line in said if line.startswith("- "))
        yield Named(trick, found, lacks)


def proofs() -> list[str]:
    """Give the rows that are tests of their own."""
    return sorted({row for one in named() for row in one.rows if proof(row)})


def tabled() -> list[str]:
    """Give the rows of the table."""
    from table import rows  # noqa: PLC0415 - it imports all that is tried

    return [row.name for row in rows()]


def whole() -> list[str]:
    """Give every row by its name: the table's, then the tests that are rows."""
    return [*tabled(), *proofs()]


def more() -> dict[str, list[str]]:
    """Give the tricks of the table that were not named, by channel."""
    known = {row for one in named() for row in one.rows}
    found: dict[str, list[str]] = {}
    for row in tabled():
        channel, _, trick = row.partition(": ")
        if row not in known:
            found.setdefault(channel, []).append(trick)
    return found


@cache
def places() -> dict[str, list[Path]]:
    """Give where each test of the project is, by its name."""
    found: dict[str, list[Path]] = {}
    for path in sorted(HERE.parent.rglob("test_*.py")):
        for name in re.findall(
            r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE
        ):
            found.setdefault(name, []).append(path)
    return found


def page() -> str:
    """Give the part of docs/attack_table.md that says all of it."""
    lines = ["| what is tried | channel | by |", "|---|---|---|"]
    for one in named():
        lines += [f"| {one.trick} | {by} |" for by in _by_channel(one.rows)]
        if one.lacks:
            lines.append(f"| {one.trick} | | {one.lacks} |")
    lines += ["", "What else is tried:", "", "| channel | tricks |", "|---|---|"]
    lines += [f"| {name} | {'; '.join(how)} |" for name, how in more().items()]
    counts = f"{len(whole())} rows: {len(tabled())} in two homes, the others by tests."
    return "\n".join([*lines, "", counts])


def _by_channel(names: tuple[str, ...]) -> Iterator[str]:
    """Give "channel | row; row; `test`" of each channel."""
    found: dict[str, list[str]] = {}
    for name in names:
        channel, _, how = name.partition(": ")
        found.setdefault(channel, []).append(f"`{how}`" if proof(name) else how)
    for channel, ways in found.items():
        yield f"{channel} | {'; '.join(ways)}"
