"""The read journal: who read what, by which way, when, of which period, how much.

One line a day, service, channel, meter, class and grain. It is kept in memory and
written now and then: an SD card must not pay for each answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from edge.calendar import MINUTE_MS, Calendar
from edge.catalogue import ConsentClass
from edge.consent.ledger import Ledger
from edge.consent.terms import Channel
from edge.sample import utc

OWNER = "owner"
"""Who the household itself is in it."""
KEPT_DAYS = 400
NEW_MS, MORE_MS = MINUTE_MS, 15 * MINUTE_MS
"""How long a new line, and more of a line that is written, may wait in memory."""

Key: TypeAlias = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Which rows were shown: a meter's, of a class, at a grain, of [start, end)."""

    meter: str
    consent_class: ConsentClass
    grain: str
    start_ms: int
    end_ms: int
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """What one service read in a day; the instants of its first and last reading."""

    day: str
    service: str
    channel: str
    meter: str
    consent_class: str
    grain: str
    first_ms: int
    last_ms: int
    start_ms: int
    end_ms: int
    rows: int

    @property
    def key(self) -> Key:
        """Give what makes two lines one."""
        return (
            *(self.day, self.service, self.channel),
            *(self.meter, self.consent_class, self.grain),
        )

    def plus(self, other: Line) -> Line:
        """Give two parts of one line as one."""
        return replace(
            self,
            first_ms=min(self.first_ms, other.first_ms),
            last_ms=max(self.last_ms, other.last_ms),
            start_ms=min(self.start_ms, other.start_ms),
            end_ms=max(self.end_ms, other.end_ms),
            rows=self.rows + other.rows,
        )


@dataclass(slots=True)
class ReadJournal:
    """Notes what is read; `write` and `lines` block for the disk, `note` doesn't."""

    ledger: Ledger
    zone: ZoneInfo
    kept_days: int = KEPT_DAYS
    """0: for ever."""
    _waiting: dict[Key, Line] = field(default_factory=dict)
    _written: set[Key] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _disk: threading.Lock = field(default_factory=threading.Lock)
    _day: tuple[int, int, str] = (0, 0, "")
    _new_ms: int | None = None
    _more_ms: int | None = None
    _pruned: str = ""

    def note(
        self, service: str, channel: Channel, readings: Iterable[Reading], at_ms: int
    ) -> None:
        """Note what a service was shown at an instant."""
        with self._lock:
            day = self._day_of(at_ms)
            for one in readings:
                line = Line(
                    *(day, service, channel.value, one.meter),
                    *(one.consent_class.value, one.grain),
                    *(at_ms, at_ms, one.start_ms, one.end_ms, one.rows),
                )
                before = self._waiting.get(line.key)
                self._waiting[line.key] = line if before is None else before.plus(line)
                if self._more_ms is None:
                    self._more_ms = at_ms
                if self._new_ms is None and line.key not in self._written:
                    self._new_ms = at_ms

    def due(self, now_ms: int) -> bool:
        """Tell whether what waits should be written."""
        with self._lock:
            return (self._new_ms is not None and now_ms - self._new_ms >= NEW_MS) or (
                self._more_ms is not None and now_ms - self._more_ms >= MORE_MS
            )

    def write(self, now_ms: int) -> None:
        """Write what waits, and forget what is older than is kept."""
        with self._disk:
            self._write(now_ms)

    def _write(self, now_ms: int) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            marks = self._new_ms, self._more_ms
            self._new_ms = self._more_ms = None
            today = self._day_of(now_ms)
        if not waiting and self._pruned == today:
            return
        first = date.min
        if self.kept_days:
            first = date.fromisoformat(today) - timedelta(days=self.kept_days)
        try:
            with self.ledger.writing() as database:
                if self._pruned != today:
                    database.execute(
                        "DELETE FROM reading WHERE day < ?", (first.isoformat(),)
                    )
                for line in waiting.values():
                    database.execute(UPSERT, _row(line))
        except BaseException:
            with self._lock:  # it is told once the disk takes it
                for key, line in waiting.items():
                    since = self._waiting.get(key)
                    self._waiting[key] = line if since is None else line.plus(since)
                self._new_ms, self._more_ms = marks
            raise
        with self._lock:
            self._pruned = today
            self._written = {key for key in self._written if key[0] == today}
            self._written |= waiting.keys()

    def lines(self, service: str | None = None) -> list[Line]:
        """Give the lines of a service, or all, by day; what waits is in them."""
        where = "" if service is None else " WHERE service = ?"
        values = () if service is None else (service,)
        with self._disk:
            rows = self.ledger.database.execute(
                f"SELECT {COLUMNS} FROM reading{where}",  # noqa: S608 - ours
                values,
            )
            with self._lock:
                waiting = list(self._waiting.values())
        found = {line.key: line for line in (Line(*row) for row in rows)}
        for line in waiting:
            if service is None or line.service == service:
                kept = found.get(line.key)
                found[line.key] = line if kept is None else kept.plus(line)
        return [found[key] for key in sorted(found)]

    def _day_of(self, at_ms: int) -> str:
        """Give the civil day of an instant; the last one is remembered."""
        start_ms, end_ms, _ = self._day
        if not start_ms <= at_ms < end_ms:
            day = utc(at_ms).astimezone(self.zone).date()
            calendar = Calendar(self.zone)
            ends = calendar.day_start(day + timedelta(days=1))
            self._day = (calendar.day_start(day), ends, day.isoformat())
        return self._day[2]


COLUMNS = (
    "day, service, channel, meter, class, grain, "
    "first_ms, last_ms, start_ms, end_ms, rows"
)
UPSERT = """INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        first_ms = min(first_ms, excluded.first_ms),
        last_ms = max(last_ms, excluded.last_ms),
        start_ms = min(start_ms, excluded.start_ms),
        end_ms = max(end_ms, excluded.end_ms),
        rows = rows + excluded.rows"""


def _row(line: Line) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in Line.__dataclass_fields__)
