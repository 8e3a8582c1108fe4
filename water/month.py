"""Civil months as rows."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from exports import Civil, Nature, RowRefused
from water.row import Row, span


def month_row(  # noqa: PLR0913 - a row has its cells
    place: str,
    year: object,
    month: int,
    volume_l: int | None,
    civil: Civil,
    nature: Nature = Nature.MEASURED,
) -> Row:
    """Give the row of a civil month, 1 to 12; raise RowRefused ("not-a-date")."""
    try:
        first = date(int(str(year)), month, 1)
    except (ValueError, OverflowError) as error:
        raise RowRefused("not-a-date", "its month doesn't exist") from error
    last = first.replace(day=monthrange(first.year, month)[1])
    start, end = span(first, last, civil)
    return Row(place, start, end, volume_l, nature)
