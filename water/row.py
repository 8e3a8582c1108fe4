"""One row of a water company's file, before it is judged among its neighbours."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from exports import Civil, Nature, RowRefused

FIRST_YEAR, LAST_YEAR = 1980, 2100


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says of [start, end), aware UTC; litres, None where it says none.

    `index_l` is the counter at the start or at the end: a company's own habit.
    """

    place: str
    start: datetime
    end: datetime
    volume_l: int | None
    nature: Nature = Nature.MEASURED
    index_l: int | None = None

    @property
    def hours(self) -> float:
        """Give how long it lasts: 23 or 25 on the days when clocks change."""
        return (self.end - self.start).total_seconds() / 3600

    @classmethod
    def of_day(  # noqa: PLR0913 - a row has its cells
        cls,
        place: str,
        day: date,
        volume_l: int | None,
        civil: Civil,
        *,
        nature: Nature = Nature.MEASURED,
        index_l: int | None = None,
    ) -> Row:
        """Give the row of one civil day."""
        start, end = span(day, day, civil)
        return cls(place, start, end, volume_l, nature, index_l)


def span(first: date, last: date, civil: Civil) -> tuple[datetime, datetime]:
    """Give [start, end) of the days; raise RowRefused for what no water file knows."""
    if not (first.year >= FIRST_YEAR and last.year <= LAST_YEAR):
        raise RowRefused("not-a-date", "its year can't be right")
    return civil.span(first, last)


def plain(text: object) -> str:
    """Give a word without accents, capitals and outer spaces, to compare it by."""
    if text is None:
        return ""
    split = unicodedata.normalize("NFKD", str(text).strip().lower())
    return "".join(ch for ch in split if not unicodedata.combining(ch))


MEASURED = ("m", "r", "mesur", "reel", "relev")
"""Two letters, then beginnings: the é after them suffers in spreadsheets."""


def nature_of(word: object) -> Nature:
    """Give what M, R, MESURE, Mesuré, Réel mean; any other word claims the least.

    A row that says nothing (None, or an empty text) is measured: its file has no
    estimates.
    """
    said = plain(word)
    if not said or said in MEASURED[:2] or said.startswith(MEASURED[2:]):
        return Nature.MEASURED
    return Nature.ESTIMATED


EMPTY = frozenset(
    {"", "-", "--", "—", "na", "n/a", "#n/a", "nd", "n.d.", "n/d", "null"}
)
"""What portals and spreadsheets write for no value; `nan`, `none` those of programs."""


def is_empty(cell: object) -> bool:
    """Tell whether a cell says that there is no value."""
    return plain(cell) in EMPTY or plain(cell) in ("nan", "none")


def says_nothing(word: object) -> bool:
    """Tell whether a quality is the word for a reading that did not happen."""
    return plain(word).startswith(("non mesur", "non_mesur", "absen", "manquant"))
