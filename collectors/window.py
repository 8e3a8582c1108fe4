"""The days that are asked for: late ones are normal, so the same are read anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """Civil days [first, until)."""

    first: date
    until: date

    def __post_init__(self) -> None:
        if self.first >= self.until:
            raise ValueError("a window has a day at least")

    @classmethod
    def sliding(cls, today: date, days: int, ahead: int = 0) -> Window:
        """Give the last days up to yesterday, or `ahead` days further."""
        return cls(today - timedelta(days=days), today + timedelta(days=ahead))

    @property
    def days(self) -> int:
        """Give how many days it has."""
        return (self.until - self.first).days

    @property
    def last(self) -> date:
        """Give its last day."""
        return self.until - timedelta(days=1)

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.days))

    def pieces(self, most: int) -> Iterator[Window]:
        """Cut it into windows of at most so many days, the first first."""
        at = self.first
        while at < self.until:
            until = min(at + timedelta(days=most), self.until)
            yield Window(at, until)
            at = until

    def months(self) -> Iterator[Window]:
        """Cut it at each first of a month."""
        at = self.first
        while at < self.until:
            following = (at.replace(day=1) + timedelta(days=31)).replace(day=1)
            until = min(following, self.until)
            yield Window(at, until)
            at = until
