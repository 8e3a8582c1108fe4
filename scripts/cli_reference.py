# ruff: noqa: INP001 - a program of its own, in no package
"""The reference part of docs/cli.md, written from the commands themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from cli.main import app

START = "<!-- reference:start, written by `make docs` -->"
END = "<!-- reference:end -->"


def leaves(command: Any, name: str = "releve") -> Iterator[tuple[str, Any]]:
    """Give each command that can be run, with the words that run it."""
    for child in getattr(command, "commands", {}).values():
        yield from leaves(child, f"{name} {child.name}")
    if not hasattr(command, "commands"):
        yield name, command


def section(name: str, command: Any) -> str:
    """Give one command's part."""
    shown = [param for param in command.params if param.name != "help"]
    arguments = [p for p in shown if p.param_type_name == "argument"]
    words = [name, *(argument.make_metavar(None) for argument in arguments)]
    if len(arguments) < len(shown):
        words.insert(1, "[OPTIONS]")
    lines = [f"### `{name}`", "", _sentence(command.help), "", f"`{' '.join(words)}`"]
    if shown:
        lines += ["", "| | default | |", "|---|---|---|"]
        lines += [_row(param) for param in shown]
    return "\n".join(lines)


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def _row(param: Any) -> str:
    if param.param_type_name == "argument":
        spelt = f"`{param.make_metavar(None)}`"
    else:
        names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
        spelt = names
        choices = getattr(param.type, "choices", ())
        if choices:
            values = (str(getattr(c, "value", c)) for c in choices)
            spelt += " " + " \\| ".join(values)
    default = param.default
    needed = "needed" if param.required else ""
    plain = default is None or default is False or callable(default) or default == ()
    given = "" if plain else f"`{getattr(default, 'value', default)}`"
    meaning = _sentence(getattr(param, "help", "")).replace("|", "\\|")
    return f"| {spelt} | {needed or given} | {meaning} |"


def reference() -> str:
    """Give the whole reference."""
    return "\n\n".join(section(name, command) for name, command in leaves(_root()))


def _root() -> Any:
    return get_command(app)


def with_reference(page: str) -> str:
    """Give a page with the part between its two marks written anew."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{reference()}\n\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_reference(target.read_text()))
