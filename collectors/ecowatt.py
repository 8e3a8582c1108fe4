"""EcoWatt by RTE: the grid's level for each hour of four days; once in 15 minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from collectors.collector import Answered, Rhythm, Table, Task
from collectors.rte import URL, ask
from collectors.web import base_url

PATH = "ecowatt/v5/signals"


@dataclass(frozen=True, slots=True)
class EcoWatt:
    """The levels of today and the days to come."""

    kind: ClassVar[str] = "ecowatt"
    title: ClassVar[str] = "EcoWatt, RTE"
    fluid: ClassVar[str] = "electricity"
    rhythm: ClassVar[Rhythm] = Rhythm(
        days=1, ahead=4, hours=(0, 7, 12, 17), spread_s=1800
    )
    secret_lines: ClassVar[int] = 2
    keys: ClassVar[frozenset[str]] = frozenset()
    formats: ClassVar[Sequence[str]] = ("collectors.signals:ecowatt",)

    url: str

    @classmethod
    def from_table(cls, table: Table) -> EcoWatt:
        """Make one."""
        return cls(base_url(table.get("url"), URL))

    def fetch(self, task: Task) -> Sequence[Answered]:
        """Give the signals there are; they are of no window."""
        return [Answered(ask(task, self.url, PATH), "signals.json")]
