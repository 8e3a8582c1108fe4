"""GRDF's portal, monespace.grdf.fr, as a browser asks it: an account, then JSON.

Its sign-in is Okta's identity engine since July 2025: a page with a `stateToken`,
`identify`, `challenge/answer`, and where that leads. Consumption comes 2 to 5 days
late, published periods months after. The PCE is a text: it may begin with 0 or GI.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from collectors.answer import Answer, says_nothing
from collectors.collector import Answered, Rhythm, Table, Task
from collectors.errors import NotCollected, Reason, Unusable
from collectors.web import base_url
from collectors.window import Window
from exports import Json

URL = "https://monespace.grdf.fr"
SIGN_IN = "https://connexion.grdf.fr"
SITE = "grdf.fr"
STATE = re.compile(r'"stateToken"\s*:\s*"([^"]{1,4000})"')
ESCAPED = re.compile(r"\\x([0-9A-Fa-f]{2})")
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux aarch64)"}
"""It sends other clients away."""
OKTA = {"Accept": "application/json; okta-version=1.0.0", **BROWSER}
PCE = re.compile(r"[0-9A-Za-z]{6,20}")
BILLED_DAYS = 400


def pce_of(table: Table) -> str | None:
    """Give the PCE of the meter, None where the configuration has none."""
    given = table.get("number")
    if given is None:
        return None
    if not PCE.fullmatch(str(given)):
        raise Unusable("number: a PCE has digits and letters only")
    return str(given)


def billed(window: Window) -> Window:
    """Give the window of what is published: periods of months, and months late."""
    first = min(window.first, window.until - timedelta(days=BILLED_DAYS))
    return Window(first, window.until)


@dataclass(frozen=True, slots=True)
class Account:
    """One household's account at GRDF, however it is asked."""

    fluid: ClassVar[str] = "gas"
    rhythm: ClassVar[Rhythm] = Rhythm(days=30, hours=(9,), spread_s=6 * 3600)
    secret_lines: ClassVar[int] = 2
    keys: ClassVar[frozenset[str]] = frozenset({"sign_in_url"})
    formats: ClassVar[Sequence[str]] = ("gazpar.formats",)

    url: str
    sign_in: str
    pce: str | None

    @classmethod
    def from_table(cls, table: Table) -> Self:
        """Make one; its number is its meter's, else the account's only one."""
        return cls(
            base_url(table.get("url"), URL),
            base_url(table.get("sign_in_url"), SIGN_IN),
            pce_of(table),
        )


@dataclass(frozen=True, slots=True)
class Grdf(Account):
    """One household's account, as a browser asks."""

    kind: ClassVar[str] = "grdf"
    title: ClassVar[str] = "GRDF, mon espace"

    @property
    def _sites(self) -> tuple[str, ...]:
        return (SITE, self.url, self.sign_in)

    def fetch(self, task: Task) -> Iterator[Answered]:
        """Give daily and published consumption."""
        self._enter(task)
        pce = self.pce or self._only(task)
        windows = {"informatives": task.window, "publiees": billed(task.window)}
        for what, window in windows.items():
            query = {
                "dateDebut": window.first.isoformat(),
                "dateFin": window.last.isoformat(),
                "pceList[]": pce,
            }
            answer = self._ask(task, f"pce/consommation/{what}", query)
            data = answer.data(what)
            if not says_nothing(data):
                yield Answered(data, f"{what}.json")

    def _ask(self, task: Task, path: str, query: dict[str, str]) -> Answer:
        answer = task.web.get(f"{self.url}/api/e-conso/{path}", query, headers=BROWSER)
        if answer.status in (302, 401):
            raise NotCollected(Reason.CHANGED, "session", status=answer.status)
        return answer

    def _only(self, task: Task) -> str:
        points = self._ask(task, "pce", {"details": "false"}).json("pce")
        numbers = [
            str(one.get("idObject"))
            for one in (points if isinstance(points, list) else [])
            if isinstance(one, dict)
        ]
        if len(numbers) != 1 or not PCE.fullmatch(numbers[0]):
            raise NotCollected(Reason.WHICH_METER)
        return numbers[0]

    def _enter(self, task: Task) -> None:
        page = task.web.get(f"{self.url}/", headers=BROWSER, follow=self._sites)
        token = STATE.search(page.checked("page").text)
        if token is None:
            asked = page.asks_captcha
            raise NotCollected(Reason.CAPTCHA if asked else Reason.MAINTENANCE, "page")
        state = ESCAPED.sub(lambda found: chr(int(found[1], 16)), token[1])
        task.web.cookies.set("ln", task.secret.user)
        identify = {"identifier": task.secret.user, "stateHandle": state}
        handle = self._step(task, "identify", identify).get("stateHandle")
        if not isinstance(handle, str):
            raise NotCollected(Reason.CHANGED, "identify")
        passcode = {"passcode": task.secret.password}
        answer = {"credentials": passcode, "stateHandle": handle}
        success = self._step(task, "challenge/answer", answer).get("success")
        href = success.get("href") if isinstance(success, dict) else None
        if not isinstance(href, str):  # another step is asked for
            raise NotCollected(Reason.SECOND_FACTOR, "challenge")
        self._land(task, href)

    def _step(self, task: Task, step: str, document: Json) -> dict[str, Json]:
        answer = task.web.post(
            f"{self.sign_in}/idp/idx/{step}",
            document=document,
            headers={"Content-Type": "application/json", **OKTA},
        )
        if answer.status in (400, 401, 403) and not answer.is_page:
            asked = answer.asks_captcha
            reason = Reason.CAPTCHA if asked else Reason.PASSWORD
            raise NotCollected(reason, step, status=answer.status)
        found = answer.json(step)
        if not isinstance(found, dict):
            raise NotCollected(Reason.CHANGED, step)
        return found

    def _land(self, task: Task, href: str) -> None:
        if not task.web.may_go(href, self._sites):
            raise NotCollected(Reason.CHANGED, "success")
        task.web.get(href, headers=BROWSER, follow=self._sites).checked("success")
