"""A home that lets services in: the household's side at hand, both clocks by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from api_house import NOW_MS, PARIS

from api.app import create_app
from api.deps import Deps
from edge.consent.asking import Asking
from edge.consent.consents import Choice, Consents
from edge.consent.credentials import Credentials
from edge.consent.records import Consent
from edge.sample import HostInstant

LINE = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "history": "P1Y",
    "channels": ["rest"],
    "purpose": "advice",
    "duration": "P1Y",
}
COACH = {
    "client_id": "coach",
    "client_name": "Coach",
    "controller": "Coach SAS",
    "contact": "contact@coach.example",
}
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Clock:
    """Both clocks, moved by hand."""

    passed_s: float = 0.0

    def __call__(self) -> float:
        return 1000.0 + self.passed_s

    def now(self) -> HostInstant:
        passed_ms = int(self.passed_s * 1000)
        return HostInstant(
            NOW_MS + passed_ms,
            int(self() * 1e9),
            synchronised=True,
            boot_id="boot",
        )


@dataclass
class Household:
    """What the household decides with, and what it has decided."""

    consents: Consents
    credentials: Credentials
    asking: Asking
    clock: Clock

    @classmethod
    def open(cls, directory: Path) -> Household:
        clock = Clock()
        consents = Consents.open(directory, clock, PARIS)
        credentials = Credentials(consents.ledger).follow(consents)
        return cls(consents, credentials, Asking(consents, clock), clock)

    def within(self, deps: Deps) -> Deps:
        return replace(
            deps,
            consents=self.consents,
            credentials=self.credentials,
            asking=self.asking,
        )

    def approve(self, user_code: str, meters=("linky",)) -> tuple[str, list[Consent]]:
        """Approve all of a request; give the service's id and its consents."""
        seen = self.asking.by_code(user_code, "owner")
        choices = [Choice(one, frozenset(meters)) for one in seen.request.terms]
        service, given = self.asking.approve(seen.id, seen.digest, choices, {})
        return service.id, given

    def refuse(self, user_code: str) -> None:
        seen = self.asking.by_code(user_code, "owner")
        self.asking.refuse(seen.id, seen.digest)


@dataclass
class Service:
    """A service as its maker writes it: forms, and tokens of its own."""

    client: httpx.AsyncClient
    tokens: dict | None = None

    async def ask(self, *lines: dict, headers=None, **more: str) -> httpx.Response:
        form = {**COACH, "authorization_details": json.dumps(lines or [LINE]), **more}
        return await self.post("device_authorization", form, headers)

    async def poll(self, device: str, client_id: str = "coach") -> httpx.Response:
        form = {"grant_type": DEVICE, "device_code": device, "client_id": client_id}
        return await self.post("token", form)

    async def refresh(self, token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return await self.post("token", form)

    async def post(self, path: str, form: dict, headers=None) -> httpx.Response:
        return await self.client.post(f"/oauth/{path}", data=form, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers=self.bearer)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    async def join(self, household: Household, *lines: dict) -> str:
        """Ask, be approved, fetch the tokens; give the service's id."""
        codes = (await self.ask(*lines)).json()
        service, _ = household.approve(codes["user_code"])
        answer = await self.poll(codes["device_code"])
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        return service


def stranger(deps: Deps, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """A caller without a credential, from an address."""
    transport = httpx.ASGITransport(app=create_app(deps), client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")
