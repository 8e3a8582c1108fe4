"""Enedis through MyElectricalData: a token, 50 requests a day; it keeps a cache.

GET /{series}/{prm}/start/{day}/end/{day}/cache, the token as such in `Authorization`;
`end` is exclusive. First /valid_access/{prm}, which counts for nothing and tells of
consent, quota and when it is reset. No data is a 404.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from collectors.collector import Rhythm, Table, Task
from collectors.enedis_answers import (
    CURVE_DAYS,
    FORMATS,
    flag,
    named,
    quota_wait_s,
    refused,
    until_s,
)
from collectors.errors import NotCollected, Reason
from collectors.web import Answer, base_url
from collectors.window import Window
from exports import Document

URL = "https://www.myelectricaldata.fr"
PARIS = ZoneInfo("Europe/Paris")
DRAWN = (
    ("daily_consumption", False),
    ("daily_consumption_max_power", False),
    ("consumption_load_curve", True),
)
INJECTED = (("daily_production", False), ("production_load_curve", True))


@dataclass(frozen=True, slots=True)
class MyElectricalData:
    """One supply point at MyElectricalData."""

    kind: ClassVar[str] = "myelectricaldata"
    title: ClassVar[str] = "Enedis, par MyElectricalData"
    fluid: ClassVar[str] = "electricity"
    rhythm: ClassVar[Rhythm] = Rhythm(days=14, hours=(7,), spread_s=4 * 3600)
    secret_lines: ClassVar[int] = 1
    keys: ClassVar[frozenset[str]] = frozenset({"curve", "production"})
    formats = FORMATS

    url: str
    prm: str
    curve: bool
    production: bool

    @classmethod
    def from_table(cls, table: Table) -> MyElectricalData:
        """Make one; its number is its meter's."""
        return cls(
            base_url(table.get("url"), URL),
            named(table),
            flag(table, "curve", default=True),
            flag(table, "production", default=False),
        )

    def fetch(self, task: Task) -> Iterator[Document]:
        """Give days, largest powers, and the curve if it is wanted."""
        self._access(task)
        wanted = DRAWN + (INJECTED if self.production else ())
        for series, is_curve in wanted:
            if self.curve or not is_curve:
                yield from self._series(task, series, CURVE_DAYS if is_curve else None)

    def _get(self, task: Task, path: str) -> Answer:
        return task.web.get(
            f"{self.url}/{path}", headers={"Authorization": task.secret.user}
        )

    def _access(self, task: Task) -> None:
        """Ask how the access is; raise NotCollected where it is closed."""
        found = self._judged(self._get(task, f"valid_access/{self.prm}"), "access")
        told = found.json("access")
        if not isinstance(told, dict) or told.get("valid") is True:
            return
        if told.get("quota_reached") is True or told.get("ban") is True:
            wait_s = until_s(told.get("quota_reset_at"))
            raise NotCollected(Reason.QUOTA, "access", wait_s=wait_s)
        if _over(told.get("consent_expiration_date")):
            raise NotCollected(Reason.CONSENT, "access")
        raise NotCollected(Reason.TOKEN, "access")

    def _series(self, task: Task, series: str, most: int | None) -> Iterator[Document]:
        for window in task.window.pieces(most or task.window.days):
            answer = self._ask(task, series, window)
            if answer is not None:
                yield Document(answer.body, f"{series}.json")

    def _ask(self, task: Task, series: str, window: Window) -> Answer | None:
        dates = f"start/{window.first}/end/{window.until}"
        answer = self._get(task, f"{series}/{self.prm}/{dates}/cache")
        if answer.status == 404:
            return None
        self._judged(answer, series).json(series)
        return answer

    def _judged(self, answer: Answer, where: str) -> Answer:
        reason = refused(answer)
        if reason is not None:
            raise NotCollected(reason, where, status=answer.status)
        if answer.status == 429:
            raise NotCollected(
                Reason.QUOTA, where, status=429, wait_s=quota_wait_s(answer)
            )
        return answer


def _over(given: object) -> bool:
    """Tell whether a consent's last instant, naive and local, is past."""
    try:
        at = datetime.fromisoformat(str(given))
    except ValueError:
        return False
    return at.replace(tzinfo=at.tzinfo or PARIS) <= datetime.now(PARIS)
