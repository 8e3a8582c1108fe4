"""Tempo's colours by RTE itself: an application's id and secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from collectors.collector import Answered, Rhythm, Table, Task
from collectors.rte import URL, ask
from collectors.tempo import RHYTHM
from collectors.web import base_url

PATH = "tempo_like_supply_contract/v1/tempo_like_calendars"
PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class TempoRte:
    """The colours of the last days, of today and tomorrow."""

    kind: ClassVar[str] = "tempo-rte"
    title: ClassVar[str] = "Tempo, RTE"
    fluid: ClassVar[str] = "electricity"
    rhythm: ClassVar[Rhythm] = RHYTHM
    secret_lines: ClassVar[int] = 2
    keys: ClassVar[frozenset[str]] = frozenset()
    formats: ClassVar[Sequence[str]] = ("collectors.signals:tempo-calendar",)

    url: str

    @classmethod
    def from_table(cls, table: Table) -> TempoRte:
        """Make one."""
        return cls(base_url(table.get("url"), URL))

    def fetch(self, task: Task) -> Sequence[Answered]:
        """Give the colours of the window's days, a year of them at a time."""
        return [
            Answered(
                ask(
                    task,
                    self.url,
                    PATH,
                    {
                        "start_date": _midnight(window.first),
                        "end_date": _midnight(window.until),
                    },
                ),
                "tempo_like_calendars.json",
            )
            for window in task.window.pieces(360)
        ]


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), PARIS).isoformat()
