"""Instants as people write them: ISO 8601 with an offset, in the home's time zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.errors import Problem
from api.problems import shown
from edge.sample import EPOCH, millis, utc

DAY_MS = 86_400_000
FIRST_MS = -DAY_MS
LAST_MS = millis(datetime(2200, 1, 1, tzinfo=UTC))
"""What can be asked for: 1970, in whatever zone, to 2199. No meter is older."""

WRITTEN = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<clock>\d{2}:\d{2}(?::\d{2})?)(?:[.,](?P<fraction>\d{1,9}))?"
    # A '+' that was not escaped in a query string arrives as a space: take it kindly.
    r"(?P<offset>[Zz]|[+\- ]\d{2}:?\d{2})?)?",
    re.ASCII,
)
CACHED_DAYS = 8192
HINT = "write it as 2026-10-25T02:30:00+02:00, 2026-10-25T00:30:00Z or 2026-10-25"


class Civil:
    """Reads and writes instants in one zone.

    Each written instant carries its offset, so that both passes of the hour repeated
    in autumn differ. Days whose offset does not change are remembered: 52,608 half
    hours are written in some 20 ms.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._offsets: dict[int, tuple[int, str] | None] = {}
        self._dates: dict[int, str] = {}
        self._times: dict[int, str] = {}

    def text(self, at_ms: int) -> str:
        """Write an instant, as in 2026-10-25T02:30:00+01:00; ms only if there are."""
        return self.texts((at_ms,))[0]

    def texts(self, instants_ms: Iterable[int]) -> list[str]:
        """Write many instants: what a day or a time of day repeats is looked up."""
        offsets, dates, times = self._offsets, self._dates, self._times
        found: list[str] = []
        add = found.append
        for at_ms in instants_ms:
            while True:
                try:
                    offset_ms, suffix = offsets[at_ms // DAY_MS] or self._offset(at_ms)
                    local_ms = at_ms + offset_ms
                    date_text = dates[local_ms // DAY_MS]
                    break
                except KeyError:  # once a day: to try is cheaper than to ask
                    offsets, dates = self._learn(at_ms)
            rest_ms = local_ms % DAY_MS
            time_text = times.get(rest_ms) or self._time(rest_ms)
            add(date_text + time_text + suffix)
        return found

    def parse(self, text: str, parameter: str) -> int:
        """Read an instant in ms; raise Problem, which says how to write it.

        A date alone is the start of that civil day in the zone.
        """
        written = WRITTEN.fullmatch(text.strip())
        if written is None:
            raise _unclear(f"{shown(text)!r} is not an instant; {HINT}", parameter)
        try:
            at_ms = self._instant(written, parameter)
        except (ValueError, OverflowError) as error:
            raise _unclear(
                f"{shown(text)!r} does not exist ({error}); {HINT}", parameter
            ) from error
        if not FIRST_MS <= at_ms <= LAST_MS:
            raise _unclear(f"{shown(text)!r} is out of range: 1970 to 2199", parameter)
        return at_ms

    def start_of_day(self, day: date) -> int:
        """Give the first instant of a civil day, also where midnight is skipped."""
        midnight = datetime.combine(day, time(), tzinfo=self.zone)
        first = midnight.astimezone(UTC)
        if first.astimezone(self.zone).date() != day:
            # The clock went back over this midnight: its second pass begins the day.
            first = midnight.replace(fold=1).astimezone(UTC)
        return millis(first)

    def _instant(self, written: re.Match[str], parameter: str) -> int:
        day = date.fromisoformat(written["date"])
        if written["clock"] is None:
            return self.start_of_day(day)
        moment = datetime.combine(day, time.fromisoformat(written["clock"]))
        offset = written["offset"]
        if offset is None:
            raise _unclear(self._how_to_write(moment), parameter)
        fraction_ms = int((written["fraction"] or "").ljust(3, "0")[:3])
        hours, minutes = (0, 0)
        if offset not in "Zz":
            digits = offset[1:].replace(":", "")
            hours, minutes = int(digits[:2]), int(digits[2:])
            if hours > 23 or minutes > 59:
                raise ValueError(f"an offset of {offset}")
        shift = timedelta(hours=hours, minutes=minutes)
        if offset[0] == "-":
            shift = -shift
        return millis(moment.replace(tzinfo=UTC)) - millis(EPOCH + shift) + fraction_ms

    def _how_to_write(self, moment: datetime) -> str:
        """Say which instants a civil time without an offset could be."""
        passes = {
            local.isoformat()
            for fold in (0, 1)
            if (
                local := moment.replace(tzinfo=self.zone, fold=fold)
                .astimezone(UTC)
                .astimezone(self.zone)
            ).replace(tzinfo=None)
            == moment
        }
        given = moment.isoformat()
        if not passes:
            return f"{given} was skipped in {self.zone.key} that day; {HINT}"
        ways = " or ".join(sorted(passes, reverse=True))
        return f"{given} has no offset; in {self.zone.key} write it as {ways}"

    def _offset(self, at_ms: int) -> tuple[int, str]:
        offset = utc(at_ms).astimezone(self.zone).utcoffset() or timedelta()
        minutes = round(offset.total_seconds() / 60)
        sign = "-" if minutes < 0 else "+"
        hours, rest = divmod(abs(minutes), 60)
        return minutes * 60_000, f"{sign}{hours:02}:{rest:02}"

    def _learn(
        self, at_ms: int
    ) -> tuple[dict[int, tuple[int, str] | None], dict[int, str]]:
        """Note the UTC day and the civil day of an instant.

        A UTC day has an offset when the same holds from its start to its end.
        """
        if len(self._offsets) >= CACHED_DAYS or len(self._dates) >= CACHED_DAYS:
            self._offsets, self._dates = {}, {}
        day = at_ms // DAY_MS
        first, last = (self._offset(start * DAY_MS) for start in (day, day + 1))
        self._offsets[day] = steady = first if first == last else None
        local_day = (at_ms + (steady or self._offset(at_ms))[0]) // DAY_MS
        self._dates[local_day] = (EPOCH + timedelta(days=local_day)).date().isoformat()
        return self._offsets, self._dates

    def _time(self, rest_ms: int) -> str:
        """Write a time of day; whole minutes are remembered, there are 1,440."""
        seconds, ms = divmod(rest_ms, 1000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        if ms:
            return f"T{hour:02}:{minute:02}:{second:02}.{ms:03}"
        text = f"T{hour:02}:{minute:02}:{second:02}"
        if not second:
            self._times[rest_ms] = text
        return text


def _unclear(detail: str, parameter: str) -> Problem:
    return Problem("instant-unclear", detail, parameter=parameter)
