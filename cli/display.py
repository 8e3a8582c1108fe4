"""What others wrote, made fit for a terminal: shown as it is, obeyed never."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

HIDDEN = "\ufffd"


def shown(text: str) -> str:
    """Give a text without what moves a cursor, turns writing round or hides.

    They were refused when it was taken; a file that was changed since may hold them.
    """
    return "".join(one if one.isprintable() else HIDDEN for one in text)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Show a table; ids stand first and whole, to be copied."""
    table = Table(box=None, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(Text(column), no_wrap=place == 0, overflow="fold")
    for row in rows:
        # Text, not markup: "[red]" in a name is a name
        table.add_row(*(Text("\n".join(map(shown, c.split("\n")))) for c in row))
    Console(highlight=False).print(table)
