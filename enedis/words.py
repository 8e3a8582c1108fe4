"""French labels, compared without accents, case or spacing."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

EMPTY = frozenset(
    {
        "",
        "null",
        "na",
        "n/a",
        "#n/a",
        "-",
        "--",
        "—",
        "nd",
        "n.d.",
        "n/d",
        "none",
        "nan",
    }
)
"""What the portals, the spreadsheets and the extensions write for "no value"."""


@lru_cache(maxsize=512)
def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(ch for ch in plain if not unicodedata.combining(ch))
    return " ".join(kept.lower().replace("_", " ").split())


def folded(cell: object) -> str:
    """Give `Unité ` as `unite`; an empty cell, or a long text, as nothing."""
    if cell is None:
        return ""
    text = str(cell)
    return _folded(text) if len(text) <= 200 else ""


def is_empty(cell: object) -> bool:
    """Tell whether a cell says that there is no value: `NA`, `null`, nothing."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in EMPTY)
