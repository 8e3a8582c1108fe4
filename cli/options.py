"""Options that several commands share, written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

ConfigFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="The configuration; else ./releve.toml, /etc/releve/releve.toml.",
    ),
]
