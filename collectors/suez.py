"""Suez, Tout sur mon eau, and the portals of its make: an account, then JSON.

The page of the sign-in carries a CSRF token in escaped JSON; the session is a cookie.
A day is final two days late; a question reaches over a month at most. An answer with
the code 02 has no data. A portal that wants a captcha does so after failures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from collectors.answer import Answer
from collectors.collector import Answered, Rhythm, Table, Task
from collectors.errors import NotCollected, Reason
from collectors.web import base_url
from exports import Json

URL = "https://www.toutsurmoneau.fr"
SISTERS = (
    "toutsurmoneau.fr",
    "dolea.fr",
    "eau-olivet.fr",
    "eaudetoulousemetropole.fr",
    "eaugrandavignon.fr",
    "eaux-de-calais.com",
    "eaux-dunkerque.fr",
    "eauxdelest.com",
    "gaz-et-eaux.info",
    "odivea.fr",
    "orleanaise-des-eaux.fr",
    "seop.fr",
    "sevesc.fr",
    "seynoisedeseaux.fr",
    "stephanoise-eaux.fr",
    "usagers.eaux-de-normandie.fr",
    "usagers.leau.bordeaux-metropole.fr",
)
"""Portals of its make, to which a sign-in may lead: what follows is asked there."""
SIGN_IN = "/mon-compte-en-ligne/je-me-connecte"
METERS = "/public-api/cel-consumption/meters-list"
TELEMETRY = "/public-api/cel-consumption/telemetry"
CSRF = re.compile(
    r"\\u0022csrfToken\\u0022\\u003A\\u0022([^,\"]{1,500}?)\\u0022", re.IGNORECASE
)
ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})")
SESSION = "eZSESSID"
NOTHING = re.compile(rb'"code"\s*:\s*"02"')
HEADERS = {
    "Accept": "application/json, text/javascript, */*; q=0.01",
    "Accept-Language": "fr,fr-FR;q=0.8,en;q=0.6",
}
POINT = re.compile(r"[0-9A-Za-z-]{1,40}")


@dataclass(frozen=True, slots=True)
class Suez:
    """One household's account at one of Suez's portals."""

    kind: ClassVar[str] = "suez"
    title: ClassVar[str] = "Suez, Tout sur mon eau"
    fluid: ClassVar[str] = "water"
    rhythm: ClassVar[Rhythm] = Rhythm(days=30, hours=(10,), spread_s=6 * 3600)
    secret_lines: ClassVar[int] = 2
    keys: ClassVar[frozenset[str]] = frozenset()
    formats: ClassVar[Sequence[str]] = ("water.formats",)

    url: str
    point: str | None

    @classmethod
    def from_table(cls, table: Table) -> Suez:
        """Make one; its number is its meter's `idPDS`, its url a sister portal's."""
        number = table.get("number")
        return cls(
            base_url(table.get("url"), URL), None if number is None else str(number)
        )

    def fetch(self, task: Task) -> Iterator[Answered]:
        """Give the days of the window, a month at a time."""
        base = self._enter(task)
        point = self._point(task, base)
        for month in task.window.months():
            answer = task.web.get(
                f"{base}{TELEMETRY}",
                {
                    "id_PDS": point,
                    "mode": "daily",
                    "start_date": month.first.isoformat(),
                    "end_date": month.last.isoformat(),
                },
                headers=HEADERS,
            )
            if not NOTHING.search(answer.body[:2000]):
                data = _inside(answer, "days").data("days")
                yield Answered(data, f"{month.first:%Y-%m}.json")

    def _enter(self, task: Task) -> str:
        """Sign in; give the portal that it led to."""
        sites = (self.url, *SISTERS)
        page = task.web.get(f"{self.url}{SIGN_IN}", headers=HEADERS, follow=sites)
        page.checked("page")
        token = CSRF.search(page.text)
        if token is None:
            asked = page.asks_captcha
            raise NotCollected(Reason.CAPTCHA if asked else Reason.MAINTENANCE, "page")
        answer = task.web.post(
            page.url,
            form={
                "_csrf_token": ESCAPED.sub(lambda hit: chr(int(hit[1], 16)), token[1]),
                "tsme_user_login[_username]": task.secret.user,
                "tsme_user_login[_password]": task.secret.password,
            },
            headers=HEADERS,
            follow=sites,
        ).checked("sign-in")
        if SESSION not in task.web.cookies or SIGN_IN in answer.url:
            asked = answer.asks_captcha
            raise NotCollected(Reason.CAPTCHA if asked else Reason.PASSWORD, "sign-in")
        parts = urlsplit(answer.url)
        return f"{parts.scheme}://{parts.netloc}"

    def _point(self, task: Task, base: str) -> str:
        answer = task.web.get(f"{base}{METERS}", headers=HEADERS)
        told = _inside(answer, "meters").json("meters")
        content = told.get("content") if isinstance(told, dict) else None
        found = [
            str(one.get("idPDS"))
            for client in _items(content, "clientCompteursPro")
            for one in _items(client, "compteursPro")
        ]
        if self.point is not None:
            found = [one for one in found if one == self.point]
        if len(found) != 1 or not POINT.fullmatch(found[0]):
            raise NotCollected(Reason.WHICH_METER)
        return found[0]


def _inside(answer: Answer, where: str) -> Answer:
    """Give an answer of a session that holds; raise NotCollected."""
    if 300 <= answer.status < 400:
        raise NotCollected(Reason.CHANGED, f"{where} session", status=answer.status)
    return answer


def _items(value: Json, key: str) -> list[dict[str, Json]]:
    found = value.get(key) if isinstance(value, dict) else None
    return [one for one in found or [] if isinstance(one, dict)]
