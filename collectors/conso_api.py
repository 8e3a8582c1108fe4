"""Enedis through Conso API (conso.boris.sh): a token, no account; asked once a day.

GET /api/{series}?prm&start&end, `end` exclusive, a curve by 7 days at most. An answer
is Data Connect's. No data is a 404 that says `no_data_found`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from collectors.collector import Rhythm, Task
from collectors.enedis_answers import refused
from collectors.enedis_gateway import EnedisGateway
from collectors.errors import NotCollected
from collectors.window import Window


@dataclass(frozen=True, slots=True)
class ConsoApi(EnedisGateway):
    """One supply point at Conso API."""

    kind: ClassVar[str] = "conso-api"
    title: ClassVar[str] = "Enedis, par Conso API"
    rhythm: ClassVar[Rhythm] = Rhythm(days=14, hours=(6,), spread_s=4 * 3600)
    at = "https://conso.boris.sh/api"
    drawn = (
        ("daily_consumption", False),
        ("consumption_max_power", False),
        ("consumption_load_curve", True),
    )

    def ask(self, task: Task, series: str, window: Window) -> bytes | None:
        """Ask for one series of a window."""
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
        return answer.data(series)
