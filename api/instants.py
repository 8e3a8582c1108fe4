"""Instants as people write them: ISO 8601 with an offset, in the home's time zone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
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
        self._times: dict[str, Times] = {}

    def text(self, at_ms: int) -> str:
        """Write an instant, as in 2026-10-25T02:30:00+01:00; ms only if there are."""
        return self.texts((at_ms,))[0]

    def texts(self, instants_ms: Sequence[int]) -> list[str]:
        """Write instants that rise: each stretch of a day is looked up once."""
        found: list[str] = []
        at, count = 0, len(instants_ms)
        while at < count:
            first_ms = instants_ms[at]
            day = first_ms // DAY_MS
            steady = self._offsets.get(day) or self._learn(day)
            offset_ms, suffix = steady or self._offset(first_ms)
            local_day = (first_ms + offset_ms) // DAY_MS
            midnight_ms = local_day * DAY_MS - offset_ms
            date_text = self._dates.get(local_day) or self._learn_date(local_day)
            times = self._times.setdefault(suffix, Times(suffix))
            end_ms = min(midnight_ms + DAY_MS, (day + 1) * DAY_MS)
            # Where the offset changes within the day, go on one by one.
            end = bisect_left(instants_ms, end_ms, at) if steady else at + 1
            stretch = instants_ms[at:end]
            found += [date_text + times[at_ms - midnight_ms] for at_ms in stretch]
            at = end
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

    def _learn(self, day: int) -> tuple[int, str] | None:
        """Give a UTC day's offset when it holds from its start to its end."""
        if day in self._offsets:
            return self._offsets[day]
        if len(self._offsets) >= CACHED_DAYS:
            self._offsets = {}
        first, last = (self._offset(start * DAY_MS) for start in (day, day + 1))
        self._offsets[day] = steady = first if first == last else None
        return steady

    def _learn_date(self, local_day: int) -> str:
        if len(self._dates) >= CACHED_DAYS:
            self._dates = {}
        text = (EPOCH + timedelta(days=local_day)).date().isoformat()
        self._dates[local_day] = text
        return text


class Times(dict[int, str]):
    """Times of day as written under one offset; the 1,440 whole minutes are kept."""

    def __init__(self, suffix: str) -> None:
        super().__init__()
        self._suffix = suffix

    def __missing__(self, rest_ms: int) -> str:
        seconds, ms = divmod(rest_ms, 1000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        fraction = f".{ms:03}" if ms else ""
        text = f"T{hour:02}:{minute:02}:{second:02}{fraction}{self._suffix}"
        if not rest_ms % 60_000:
            self[rest_ms] = text
        return text


def _unclear(detail: str, parameter: str) -> Problem:
    return Problem("instant-unclear", detail, parameter=parameter)
