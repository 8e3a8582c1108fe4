"""The number of a usage point where no spreadsheet came between: answers of APIs."""

from __future__ import annotations

from enedis.prm import MASKED


def number(said: object) -> str | None:
    """Give the number as a text; None where it is missing or masked."""
    found = "" if said is None else str(said).strip()
    return None if MASKED.fullmatch(found) else found
