"""Enedis through Conso API (conso.boris.sh): a token, no account; asked once a day.

GET /api/{series}?prm&start&end, `end` exclusive, a curve by 7 days at most. An answer
is Data Connect's. No data is a 404 that says `no_data_found`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from collectors.collector import Rhythm, Table, Task
from collectors.enedis_answers import CURVE_DAYS, FORMATS, flag, named, refused
from collectors.errors import NotCollected
from collectors.web import Answer, base_url
from collectors.window import Window
from exports import Document

URL = "https://conso.boris.sh/api"
DRAWN = (
    ("daily_consumption", False),
    ("consumption_max_power", False),
    ("consumption_load_curve", True),
)
INJECTED = (("daily_production", False), ("production_load_curve", True))


@dataclass(frozen=True, slots=True)
class ConsoApi:
    """One supply point at Conso API."""

    kind: ClassVar[str] = "conso-api"
    title: ClassVar[str] = "Enedis, par Conso API"
    fluid: ClassVar[str] = "electricity"
    rhythm: ClassVar[Rhythm] = Rhythm(days=14, hours=(6,), spread_s=4 * 3600)
    secret_lines: ClassVar[int] = 1
    keys: ClassVar[frozenset[str]] = frozenset({"curve", "production"})
    formats = FORMATS

    url: str
    prm: str
    curve: bool
    production: bool

    @classmethod
    def from_table(cls, table: Table) -> ConsoApi:
        """Make one; its number is its meter's."""
        return cls(
            base_url(table.get("url"), URL),
            named(table),
            flag(table, "curve", default=True),
            flag(table, "production", default=False),
        )

    def fetch(self, task: Task) -> Iterator[Document]:
        """Give days, largest powers, and the curve if it is wanted."""
        wanted = DRAWN + (INJECTED if self.production else ())
        for series, is_curve in wanted:
            if self.curve or not is_curve:
                yield from self._series(task, series, CURVE_DAYS if is_curve else None)

    def _series(self, task: Task, series: str, most: int | None) -> Iterator[Document]:
        for window in task.window.pieces(most or task.window.days):
            answer = self._ask(task, series, window)
            if answer is not None:
                yield Document(answer.body, f"{series}.json")

    def _ask(self, task: Task, series: str, window: Window) -> Answer | None:
        answer = task.web.get(
            f"{self.url}/{series}",
            {"prm": self.prm, "start": str(window.first), "end": str(window.until)},
            headers={"Authorization": f"Bearer {task.secret.user}"},
        )
        reason = refused(answer)
        if reason is not None:
            raise NotCollected(reason, series, status=answer.status)
        if b"no_data_found" in answer.body[:4000]:
            return None
        answer.json(series)
        return answer
