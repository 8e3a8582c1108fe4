"""Veolia's portals of communes: eau.veolia.fr and those of its make.

A token of AWS Cognito, then the account, the subscription's numbers, and days by the
month. A stale token is refused by 403 as often as by 401.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from collectors.answer import says_nothing
from collectors.collector import Answered, Rhythm, Table, Task
from collectors.errors import NotCollected, Reason, Unusable
from collectors.web import base_url
from exports import Json

COGNITO = "https://cognito-idp.eu-west-3.amazonaws.com"
BACKEND = "https://prd-ael-sirius-backend.istefr.fr"
PORTALS: Mapping[str, tuple[str, str]] = {
    "eau.veolia.fr": ("3kghade1fg54739kj8pkbova8j", BACKEND),
    "eaudetm.monespace.eau.veolia.fr": ("19bjc8ldefie683n889iiubjc8", BACKEND),
    "atlantic-eau.monespace.eau.veolia.fr": ("91a3v5b3pef8cjbb3s0pdrnm2", BACKEND),
    "www.ea-pm.fr": (
        "54e8dri103e65defj6p67eolli",
        "https://prd-ael-sirius-pmm-backend.istefr.fr",
    ),
}
"""By host: the portal's client at Cognito, which is no secret, and its backend."""
TARGET = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
}
WRONG = frozenset({"NotAuthorizedException", "UserNotFoundException"})


@dataclass(frozen=True, slots=True)
class Veolia:
    """One household's account at one of Veolia's portals."""

    kind: ClassVar[str] = "veolia"
    title: ClassVar[str] = "Veolia, eau.veolia.fr"
    fluid: ClassVar[str] = "water"
    rhythm: ClassVar[Rhythm] = Rhythm(days=30, hours=(10,), spread_s=6 * 3600)
    secret_lines: ClassVar[int] = 2
    keys: ClassVar[frozenset[str]] = frozenset({"portal", "sign_in_url"})
    formats: ClassVar[Sequence[str]] = ("water.formats",)

    client: str
    url: str
    sign_in: str
    subscription: str | None

    @classmethod
    def from_table(cls, table: Table) -> Veolia:
        """Make one; its number is its subscription's."""
        portal = str(table.get("portal", "eau.veolia.fr"))
        if portal not in PORTALS:
            known = ", ".join(PORTALS)
            raise Unusable(f"portal: {portal!r} is none", hint=f"there are {known}")
        client, backend = PORTALS[portal]
        number = table.get("number")
        return cls(
            client,
            base_url(table.get("url"), backend),
            base_url(table.get("sign_in_url"), COGNITO),
            None if number is None else str(number),
        )

    def fetch(self, task: Task) -> Iterator[Answered]:
        """Give the days of the window's months."""
        headers = {"Authorization": f"Bearer {self._token(task)}"}
        subscription = self._subscription(task, headers)
        path = f"abonnements/{subscription}/facturation"
        told = self._ask(task, path, {}, headers, "account")
        point, since = told.get("numero_pds"), told.get("date_debut_abonnement")
        if not isinstance(point, str | int) or not isinstance(since, str):
            raise NotCollected(Reason.CHANGED, "account")
        for month in task.window.months():
            answer = task.web.get(
                f"{self.url}/consommations/{subscription}/journalieres",
                {
                    "annee": month.first.year,
                    "mois": month.first.month,
                    "numero-pds": point,
                    "date-debut-abonnement": since,
                },
                headers=headers,
            )
            data = answer.data("days")
            if not says_nothing(data):
                yield Answered(data, f"{month.first:%Y-%m}.json")

    def _ask(
        self,
        task: Task,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        where: str,
    ) -> Mapping[str, Json]:
        answer = task.web.get(f"{self.url}/{path}", dict(query), headers=headers)
        told = answer.json(where)
        if not isinstance(told, dict):
            raise NotCollected(Reason.CHANGED, where)
        return told

    def _subscription(self, task: Task, headers: Mapping[str, str]) -> str:
        """Give the household's subscription; raise NotCollected (which-meter)."""
        query = {"type-front": "WEB_ORDINATEUR"}
        told = self._ask(task, "espace-client", query, headers, "account")
        found = [
            str(one["id_abonnement"])
            for contact in _items(told, "contacts")
            for party in _items(contact, "tiers")
            for one in _items(party, "abonnements")
            if one.get("id_abonnement") is not None
        ]
        if self.subscription is not None:
            found = [one for one in found if one == self.subscription]
        if len(found) != 1 or not found[0].isalnum():
            raise NotCollected(Reason.WHICH_METER)
        return found[0]

    def _token(self, task: Task) -> str:
        answer = task.web.post(
            f"{self.sign_in}/",
            document={
                "ClientId": self.client,
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {
                    "USERNAME": task.secret.user,
                    "PASSWORD": task.secret.password,
                },
            },
            headers=TARGET,
        )
        if answer.status == 400:
            _explained(answer.body)
        told = answer.json("sign-in")
        if not isinstance(told, dict):
            raise NotCollected(Reason.CHANGED, "sign-in")
        if told.get("ChallengeName"):
            raise NotCollected(Reason.SECOND_FACTOR, "sign-in")
        result = told.get("AuthenticationResult")
        token = result.get("AccessToken") if isinstance(result, dict) else None
        if not isinstance(token, str):
            raise NotCollected(Reason.CHANGED, "sign-in")
        return token


def _explained(body: bytes) -> None:
    """Raise NotCollected for what Cognito's 400 says."""
    if any(word.encode() in body[:2000] for word in WRONG):
        raise NotCollected(Reason.PASSWORD, "sign-in", status=400)
    if b"TooManyRequests" in body[:2000] or b"LimitExceeded" in body[:2000]:
        raise NotCollected(Reason.QUOTA, "sign-in", status=400)


def _items(value: Mapping[str, Json], key: str) -> list[dict[str, Json]]:
    found = value.get(key)
    return [one for one in found or [] if isinstance(one, dict)]
