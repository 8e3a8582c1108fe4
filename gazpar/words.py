"""The words of GRDF: qualifications of a reading, months, and texts without accents."""

from __future__ import annotations

import unicodedata

from exports import Nature

MONTHS = {
    "janvier": 1,
    "fevrier": 2,
    "mars": 3,
    "avril": 4,
    "mai": 5,
    "juin": 6,
    "juillet": 7,
    "aout": 8,
    "aoet": 8,  # its accent lost
    "septembre": 9,
    "octobre": 10,
    "novembre": 11,
    "decembre": 12,
}
MEASURED = ("mes", "mesure", "mesuree")
"""`MES` and `EST` are the portal's words before November 2021."""


def plain(text: object) -> str:
    """Give a text in lower case, without accents, its spaces single."""
    given = "" if text is None else str(text)
    bare = unicodedata.normalize("NFKD", given.replace("\u00a0", " "))
    return " ".join(
        "".join(c for c in bare if not unicodedata.combining(c)).split()
    ).lower()


def is_absence(qualification: object) -> bool:
    """Tell whether a row is `Absence de Données`: its numbers, 0 too, mean nothing."""
    return plain(qualification).startswith("absence")


def nature(
    qualification: object, *, published: bool = False, provisional: bool = False
) -> Nature:
    """Give the nature of a value that is no absence.

    What is published is billed, an estimate too, hence definitive unless it says that
    it is provisional. A row without a word (weeks, months) sums what was measured; an
    unknown word promises no measure.
    """
    if published and not provisional:
        return Nature.DEFINITIVE
    word = plain(qualification)
    return Nature.MEASURED if word in ("", *MEASURED) else Nature.ESTIMATED
