"""Eau du Grand Lyon, agence.eaudugrandlyon.com, as the field's client pyeaugrandlyon.

OAuth2 with a code and PKCE; its tokens live an hour, an attempt takes seconds, so none
is kept. The id of a contract changes at each answer: a contract is known by its
`reference`. Its front sends away what doesn't look like a browser, or asks too often.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from collectors.answer import Answer
from collectors.collector import Answered, Rhythm, Table, Task
from collectors.errors import NotCollected, Reason
from collectors.web import base_url
from exports import Json

URL = "https://agence.eaudugrandlyon.com"
CLIENT = "kwnOk0B_aqlOI6p_GVxrbf6"
"""The portal's own public client, which is no secret."""
AUTH = "/application/auth"
PRODUCTS = "/application/rest/produits/contrats"
OLDER = "/application/rest/interfaces/ael/contrats"
"""Where it was before, and may still be."""
DAYS = "consommationsJournalieres"
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux aarch64) AppleWebKit/537.36 (KHTML, like"
    " Gecko) Chrome/122.0.0.0 Safari/537.36",
    "Accept-Language": "fr-FR,fr;q=0.9",
}
STEPS = 10


@dataclass(frozen=True, slots=True)
class EauGrandLyon:
    """One household's account at Eau du Grand Lyon."""

    kind: ClassVar[str] = "eau-grand-lyon"
    title: ClassVar[str] = "Eau du Grand Lyon"
    fluid: ClassVar[str] = "water"
    rhythm: ClassVar[Rhythm] = Rhythm(days=30, hours=(10,), spread_s=6 * 3600)
    secret_lines: ClassVar[int] = 2
    keys: ClassVar[frozenset[str]] = frozenset()
    formats: ClassVar[Sequence[str]] = ("water.formats",)

    url: str
    contract: str | None

    @classmethod
    def from_table(cls, table: Table) -> EauGrandLyon:
        """Make one; its number is its contract's reference."""
        number = table.get("number")
        given = None if number is None else str(number)
        return cls(base_url(table.get("url"), URL), given)

    def fetch(self, task: Task) -> Sequence[Answered]:
        """Give the days of one contract."""
        headers = {
            "Accept": "application/json, text/plain, */*",
            "Referer": f"{self.url}/",
            "Authorization": f"Bearer {self._token(task)}",
            **BROWSER,
        }
        contract = self._contract(task, headers)
        first, until = _midnight(task.window.first), _midnight(task.window.until)
        ways = (
            f"{PRODUCTS}/{contract}/{DAYS}?dateDebut={first}&dateFin={until}",
            f"{OLDER}/{contract}/{DAYS}?nbJours={task.window.days}",
        )
        for way in ways:
            answer = task.web.get(f"{self.url}{way}", headers=headers)
            if answer.status != 404:
                break
        return [Answered(answer.data("days"), f"{DAYS}.json")]

    def _contract(self, task: Task, headers: dict[str, str]) -> str:
        """Give the id that a contract has now; raise NotCollected (which-meter)."""
        # Commas and colons stand as the portal's own pages write them: no %2C.
        url = f"{self.url}{PRODUCTS}?select=id,reference,statutExtrait"
        told = task.web.get(url, headers=headers).json("contracts")
        found = told.get("content") if isinstance(told, dict) else told
        mine = [
            str(one["id"])
            for one in (found if isinstance(found, list) else [])
            if isinstance(one, dict)
            and one.get("id") is not None
            and (self.contract is None or self.contract == str(one.get("reference")))
        ]
        if len(mine) != 1:
            raise NotCollected(Reason.WHICH_METER)
        return quote(mine[0], safe="")

    def _token(self, task: Task) -> str:
        answer = task.web.post(
            f"{self.url}{AUTH}/externe/authentification",
            form={
                "username": task.secret.user,
                "password": task.secret.password,
                "client_id": CLIENT,
            },
            headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", **BROWSER},
        )
        if answer.status == 401 and not answer.asks_captcha:
            raise NotCollected(Reason.PASSWORD, "sign-in", status=401)
        answer.checked("sign-in")
        verifier = secrets.token_urlsafe(32)
        code = self._code(task, verifier)
        told: Json = task.web.post(
            f"{self.url}{AUTH}/tokenUtilisateurInternet",
            form={
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "client_id": CLIENT,
                "redirect_uri": f"{self.url}/autorisation-callback.html",
            },
            headers=BROWSER,
        ).json("token")
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str):
            raise NotCollected(Reason.CHANGED, "token")
        return token

    def _code(self, task: Task, verifier: str) -> str:
        """Follow where the authorisation leads until an address has a code in it."""
        digest = hashlib.sha256(verifier.encode()).digest()
        answer = task.web.get(
            f"{self.url}{AUTH}/authorize-internet",
            {
                "redirect_uri": f"{self.url}/autorisation-callback.html",
                "response_type": "code",
                "code_challenge": base64.urlsafe_b64encode(digest)
                .rstrip(b"=")
                .decode(),
                "code_challenge_method": "S256",
                "client_id": CLIENT,
            },
            headers=BROWSER,
        )
        for _ in range(STEPS):
            there = answer.headers.get("location")
            if there is None:
                break
            url = urljoin(answer.url, there)
            code = _in(url)
            if code is not None:
                return code
            if not task.web.may_go(url, (self.url,)):
                break
            answer = task.web.get(url, headers=BROWSER)
        return _no_code(answer)


def _no_code(answer: Answer) -> str:
    answer.checked("authorize")
    reason = Reason.MAINTENANCE if answer.is_page else Reason.CHANGED
    reason = Reason.CAPTCHA if answer.asks_captcha else reason
    raise NotCollected(reason, "authorize", status=answer.status)


def _in(url: str) -> str | None:
    parts = urlsplit(url)
    for text in (parts.query, parts.fragment):
        code = parse_qs(text).get("code")
        if code:
            return code[0]
    return None


def _midnight(day: date) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).strftime(
        "%Y-%m-%dT%H:%M:%S.000Z"
    )
