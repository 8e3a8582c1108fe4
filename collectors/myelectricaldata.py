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

from collectors.answer import Answer
from collectors.collector import Answered, Rhythm, Task
from collectors.enedis_answers import quota_wait_s, refused, until_s
from collectors.enedis_gateway import EnedisGateway
from collectors.errors import NotCollected, Reason
from collectors.window import Window

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class MyElectricalData(EnedisGateway):
    """One supply point at MyElectricalData."""

    kind: ClassVar[str] = "myelectricaldata"
    title: ClassVar[str] = "Enedis, par MyElectricalData"
    rhythm: ClassVar[Rhythm] = Rhythm(days=14, hours=(7,), spread_s=4 * 3600)
    at = "https://www.myelectricaldata.fr"
    drawn = (
        ("daily_consumption", False),
        ("daily_consumption_max_power", False),
        ("consumption_load_curve", True),
    )

    def fetch(self, task: Task) -> Iterator[Answered]:
        """Give the same, once the access is known to be open."""
        self._access(task)
        yield from EnedisGateway.fetch(self, task)

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

    def ask(self, task: Task, series: str, window: Window) -> bytes | None:
        """Ask for one series of a window."""
        dates = f"start/{window.first}/end/{window.until}"
        answer = self._get(task, f"{series}/{self.prm}/{dates}/cache")
        if answer.status == 404:
            return None
        return self._judged(answer, series).data(series)

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
