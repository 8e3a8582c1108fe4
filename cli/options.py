"""Options that several commands share, written once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from cli.language import Words, spoken
from edge.config import load_config
from edge.errors import EdgeError

INVENTED = Words(
    "DÉMONSTRATION : tout ce que ce foyer dit est inventé.",
    "DEMONSTRATION: all that this home says is invented.",
)


def _marked(path: Path | None) -> Path | None:
    """Say of a demonstration that it is one, whatever command looks at it."""
    with suppress(EdgeError):  # the command itself says what is wrong with it
        if load_config(path).demo:
            typer.echo(INVENTED.said(spoken()), err=True)
    return path


ConfigFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        callback=_marked,
        help="The configuration; else ./releve.toml, /etc/releve/releve.toml.",
    ),
]
