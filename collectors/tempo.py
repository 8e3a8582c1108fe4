"""Tempo's colours by api-couleur-tempo.fr: no account, tomorrow's from about 11:00."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from collectors.collector import Answered, Rhythm, Table, Task
from collectors.web import base_url

URL = "https://www.api-couleur-tempo.fr"
RHYTHM = Rhythm(days=10, ahead=2, hours=(11, 18), spread_s=3600)


@dataclass(frozen=True, slots=True)
class Tempo:
    """The colours of the last days, of today and tomorrow."""

    kind: ClassVar[str] = "tempo"
    title: ClassVar[str] = "Tempo, api-couleur-tempo.fr"
    fluid: ClassVar[str] = "electricity"
    rhythm: ClassVar[Rhythm] = RHYTHM
    secret_lines: ClassVar[int] = 0
    keys: ClassVar[frozenset[str]] = frozenset()
    formats: ClassVar[Sequence[str]] = ("collectors.signals:tempo-days",)

    url: str

    @classmethod
    def from_table(cls, table: Table) -> Tempo:
        """Make one."""
        return cls(base_url(table.get("url"), URL))

    def fetch(self, task: Task) -> Iterator[Answered]:
        """Give the colours of the window's days, a month of them at a time."""
        for window in task.window.pieces(31):
            days = [("dateJour[]", day.isoformat()) for day in window]
            answer = task.web.get(
                f"{self.url}/api/joursTempo",
                days,
                headers={"Accept": "application/json"},
            )
            yield Answered(answer.data("days"), "joursTempo.json")
