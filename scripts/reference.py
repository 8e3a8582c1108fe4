"""The reference parts of docs/, written from the commands and the tables themselves.

Each page keeps what a person wrote around its two marks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from enum import EnumType
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from typer.main import get_command

from cli.main import app
from edge.registers import CATALOGUE
from teleinfo.label import Stamp
from teleinfo.labels import LABELS

DOCS = Path(__file__).parents[1] / "docs"
START = "<!-- reference:start, written by `make docs` -->"
END = "<!-- reference:end -->"
STAMPS = {Stamp.NONE: "", Stamp.DATED: "yes", Stamp.PLANNED: "yes, of a plan"}


def leaves(command: Any, name: str = "releve") -> Iterator[tuple[str, Any]]:
    """Give each command that can be run, with the words that run it."""
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    for child in command.list_commands(None):
        yield from leaves(command.get_command(None, child), f"{name} {child}")


def commands() -> str:
    """Give a part for each command."""
    return "\n\n".join(_command(*leaf) for leaf in leaves(get_command(app)))


def _command(name: str, command: Any) -> str:
    shown = [param for param in command.params if param.name != "help"]
    words = [_metavar(p) for p in shown if p.param_type_name == "argument"]
    options = ["[OPTIONS]"] if len(words) < len(shown) else []
    lines = [f"### `{name}`", "", _sentence(command.help), ""]
    lines += [f"`{' '.join((name, *options, *words))}`"]
    if shown:
        lines += ["", "| | default | |", "|---|---|---|", *map(_row, shown)]
    return "\n".join(lines)


def _row(param: Any) -> str:
    return f"| {_spelt(param)} | {_default(param)} | {_sentence(param.help)} |"


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _spelt(param: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{_metavar(param)}`"
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    values = " \\| ".join(str(getattr(c, "value", c)) for c in _choices(param))
    return f"{names} {values}".rstrip()


def _metavar(argument: Any) -> str:
    word = argument.metavar or argument.name.upper()
    return word if argument.required else f"[{word}]"


def _choices(param: Any) -> tuple[Any, ...]:
    kind = param.type_descriptor.annotation
    if isinstance(kind, EnumType):
        return tuple(kind)
    return get_args(kind) if get_origin(kind) is Literal else ()


def _default(param: Any) -> str:
    default = getattr(param.default, "value", param.default)
    if param.required:
        return "needed"
    plain = isinstance(default, str | int | float | Path) and default is not False
    return f"`{default}`" if plain else ""


def labels() -> str:
    """Give the table of labels of each mode."""
    lines: list[str] = []
    for mode, table in LABELS.items():
        lines += [f"### {mode.capitalize()} mode, {mode.baud} baud", ""]
        lines += [
            "| label | width | unit | dated | who sends it | meaning | en français |"
        ]
        lines += ["|---|--:|---|---|---|---|---|"]
        lines += [
            f"| `{row.name}` | {row.width} | {row.unit or ''} | {STAMPS[row.stamp]} "
            f"| {_senders(row)} | {row.en} | {row.fr} |"
            for row in table.values()
        ]
        lines += [""]
    return "\n".join(lines).rstrip()


def _senders(row: Any) -> str:
    phases = {1: "single-phase", 3: "three-phase"}.get(row.phases, "")
    return ", ".join(filter(None, (phases, "producer" if row.producer else "")))


def registers() -> str:
    """Give the table of the catalogue."""
    lines = [
        "| register | kind | unit | | en français |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{row.name}` | {'peak' if row.peak else row.kind} | {row.unit or ''} "
        f"| {row.title_en} | {row.title_fr} |"
        for row in CATALOGUE.values()
    ]
    return "\n".join(lines)


def attacks() -> str:
    """Give what a service tries, by channel, and what tries it."""
    root = str(DOCS.parent)
    sys.path += [root, f"{root}/tests/attacks"]  # tests are no package
    from named import page  # noqa: PLC0415 - found by the line above

    written: str = page()
    return written


PAGES: dict[str, Callable[[], str]] = {
    "attack_table.md": attacks,
    "cli.md": commands,
    "labels.md": labels,
    "registers.md": registers,
}


def written_anew(name: str) -> str:
    """Give a page with the part between its marks as it must be."""
    before, _, rest = (DOCS / name).read_text().partition(START)
    after = rest.partition(END)[2]
    return f"{before}{START}\n\n{PAGES[name]()}\n\n{END}{after}"


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(written_anew(page))
