"""A passphrase: out of a file, or typed where nobody sees it; never an argument."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from cli.language import Words, spoken
from edge.errors import EdgeError

ASKED = Words("Phrase secrète du fichier", "The file's passphrase")
MOST = 1 << 12
PassphraseFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="A file whose first line is the passphrase; else it is asked."),
]


def passphrase(file: Path | None, *, twice: bool) -> str:
    """Give it; `twice` where nothing can be opened again if it is mistyped."""
    if file is None:
        return str(
            typer.prompt(
                ASKED.said(spoken()), hide_input=True, confirmation_prompt=twice
            )
        )
    try:
        with file.open(encoding="utf-8") as text:
            return text.read(MOST).partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{file} can't be read") from error
