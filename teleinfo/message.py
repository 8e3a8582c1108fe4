"""Texts: the supplier's calendar and tariff names, and its messages (6.2.2)."""

from __future__ import annotations

NO_MESSAGE = "PAS DE MESSAGE"


def fits(field: str, width: int) -> bool:
    """Tell whether a text has its width, or was trimmed whole by what passed it on.

    Padding lost in part is refused: two spaces less pass the checksum.
    """
    return len(field) == width or (0 < len(field) < width and field == field.strip(" "))


def text(field: str) -> str:
    """Give the words without their padding: free text, not to be switched upon."""
    return " ".join(field.split())


def message(field: str) -> str | None:
    """Give the message, or None where the meter says that there is none."""
    words = text(field)
    return None if words in ("", NO_MESSAGE) else words
