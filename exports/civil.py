"""Naive local times as instants: the hour that October repeats, the one March lacks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exports.errors import RowRefused

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4})", re.ASCII)
TIME = re.compile(
    r"[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.0+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
HALF = timedelta(milliseconds=500)
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Civil:
    """Reads one file's times in order; a naive time goes on from the one before it.

    Of a naive time that exists twice, the later instant is meant where the earlier is
    not after the time before it. `zone` is where the meter stands.
    """

    def __init__(self, zone: ZoneInfo | None = None) -> None:
        self.zone = zone or ZoneInfo("Europe/Paris")
        self._last: datetime | None = None
        self._days: dict[date, timedelta | None] = {}

    def instant(self, text: object) -> datetime:
        """Give the aware UTC instant of `2023-01-01T00:00:00+01:00` or a local time.

        A local one is naive, ISO or dd/mm/yyyy. Raises RowRefused: "not-a-time", or
        "no-such-time" for one that March skips.
        """
        if isinstance(text, datetime):  # a spreadsheet's, off by its roundings
            text = (text + HALF).replace(microsecond=0).isoformat()
        given = str(text).strip()
        short = self._short(given)
        if short is not None:
            return short
        day = DAY.match(given)
        clock = None if day is None else TIME.fullmatch(given, day.end())
        if day is None or (clock is None and day.end() != len(given)):
            raise RowRefused("not-a-time", f"{given[:40]!r} is not a date and time")
        hour, minute, second = (
            (0, 0, 0)
            if clock is None
            else (int(part or 0) for part in clock.groups()[:3])
        )
        try:
            naive = datetime.combine(
                self.day(given[: day.end()]), time(hour, minute, second)
            )
        except (ValueError, RowRefused) as error:
            raise RowRefused("not-a-time", f"{given[:40]!r}: {error}") from error
        offset = None if clock is None else clock.group(4)
        if offset is not None:
            known = self._with_offset(naive.isoformat() + offset)
            if known is None:
                raise RowRefused("not-a-time", f"{given[:40]!r} is no such time")
            return known
        return self.local(naive)

    def _short(self, given: str) -> datetime | None:
        """Read the shapes that fill long files; None sends any other the long way."""
        size = len(given)
        if size not in (16, 19, 25) or given[10] not in "T " or given[13] != ":":
            return None
        if given[2] == given[5] == "/":
            given = f"{given[6:10]}-{given[3:5]}-{given[:2]}{given[10:]}"
        if given[4] != "-" or given[7] != "-":
            return None
        if size == 25:
            return self._with_offset(given)
        try:
            naive = datetime.fromisoformat(given)
        except ValueError:
            return None
        return self.local(naive) if naive.tzinfo is None else None

    def _with_offset(self, iso: str) -> datetime | None:
        """Give the instant of the most frequent shape, None of anything else."""
        try:
            aware = datetime.fromisoformat(iso)
            if aware.tzinfo is None or not FIRST_YEAR <= aware.year <= LAST_YEAR:
                return None
            self._last = aware.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return self._last

    def local(self, naive: datetime) -> datetime:
        """Give the instant of a naive local time, which goes on from the one before."""
        if not FIRST_YEAR <= naive.year <= LAST_YEAR:
            raise RowRefused("not-a-time", f"{naive} is no time of a meter's")
        ahead = self._ahead(naive.date())
        if ahead is not None:
            self._last = (naive - ahead).replace(tzinfo=UTC)
            return self._last
        first = naive.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        second = naive.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        if first > second:  # the clock jumped over it
            raise RowRefused(
                "no-such-time", f"{naive} doesn't exist: clocks went forward"
            )
        last = self._last
        again = last is not None and first <= last < second
        self._last = second if again else first
        return self._last

    def _ahead(self, day: date) -> timedelta | None:
        """Give how far ahead of UTC a whole day is; None where clocks change in it."""
        if day not in self._days:
            bounds = (datetime.combine(day, clock) for clock in (time.min, time.max))
            offsets = {
                bound.replace(tzinfo=self.zone, fold=fold).utcoffset()
                for bound in bounds
                for fold in (0, 1)
            }
            self._days[day] = offsets.pop() if len(offsets) == 1 else None
        return self._days[day]

    def day(self, text: object) -> date:
        """Give the date of `2019-11-30`, `30/11/2019`, or a longer text that starts so.

        Raises RowRefused ("not-a-date").
        """
        if isinstance(text, date):
            text = text.isoformat()
        given = str(text).strip()
        found = DAY.match(given)
        if found is None:
            raise RowRefused("not-a-date", f"{given[:40]!r} is not a date")
        y1, m1, d1, d2, m2, y2 = found.groups()
        try:
            day = date(int(y1 or y2), int(m1 or m2), int(d1 or d2))
        except ValueError as error:
            raise RowRefused("not-a-date", f"{given[:40]!r}: {error}") from error
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise RowRefused("not-a-date", f"{given[:40]!r} is no date of a meter's")
        return day

    def midnight(self, day: date, hour: int = 0) -> datetime:
        """Give the instant at which a civil day (gas: hour=6) begins."""
        start = datetime.combine(day, time(hour), tzinfo=self.zone)
        return start.astimezone(UTC)

    def span(self, first: date, last: date, hour: int = 0) -> tuple[datetime, datetime]:
        """Give [start, end) of the days `first` to `last`, both included."""
        return self.midnight(first, hour), self.midnight(last + timedelta(days=1), hour)
