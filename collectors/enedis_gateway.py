"""A gateway to Enedis, whichever: its series, a window at a time, a curve by weeks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from collectors.collector import Answered, Table, Task
from collectors.enedis_answers import CURVE_DAYS, flag, named
from collectors.web import base_url
from collectors.window import Window

INJECTED = (("daily_production", False), ("production_load_curve", True))


@dataclass(frozen=True, slots=True)
class EnedisGateway(ABC):
    """One supply point at a gateway; `drawn` names its series, and which are curves."""

    fluid: ClassVar[str] = "electricity"
    secret_lines: ClassVar[int] = 1
    keys: ClassVar[frozenset[str]] = frozenset({"curve", "production"})
    formats: ClassVar[Sequence[str]] = ("enedis.formats:enedis-data-connect",)
    at: ClassVar[str]
    drawn: ClassVar[tuple[tuple[str, bool], ...]]

    url: str
    prm: str
    curve: bool
    production: bool

    @classmethod
    def from_table(cls, table: Table) -> Self:
        """Make one; its number is its meter's."""
        return cls(
            base_url(table.get("url"), cls.at),
            named(table),
            flag(table, "curve", default=True),
            flag(table, "production", default=False),
        )

    def fetch(self, task: Task) -> Iterator[Answered]:
        """Give days, largest powers, and the curve if it is wanted."""
        for series, is_curve in self.drawn + (INJECTED if self.production else ()):
            if is_curve and not self.curve:
                continue
            most = CURVE_DAYS if is_curve else task.window.days
            for window in task.window.pieces(most):
                data = self.ask(task, series, window)
                if data is not None:
                    yield Answered(data, f"{series}.json")

    @abstractmethod
    def ask(self, task: Task, series: str, window: Window) -> bytes | None:
        """Give what a series has of a window, None for none; raise NotCollected."""
