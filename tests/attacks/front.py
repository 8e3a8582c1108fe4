"""The doors of a simulated home where nobody is known yet: askers, pages, writers.

Tokens and codes are of chance, so these rows take down what a stranger can tell by, and
assert for themselves what must not open.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from twin_house import TOKEN, House

from api.app import create_app
from api.owner_tokens import OwnerTokens
from api.sign_in import SignIn
from edge.consent.asking import Asking
from edge.consent.pairing import Pairing
from edge.consent.writers import Writers
from edge.receiving import Answer, Denied

OWNER = {"Authorization": f"Bearer {TOKEN}"}
URL = "http://releve.local:8080"
WRITTEN_S = 0.05
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
PASSWORD = "a meter in the cupboard"  # noqa: S105 - invented
LINE = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "history": "P30D",
    "channels": ["rest"],
    "purpose": "advice",
}
COACH = {
    "client_id": "asker",
    "client_name": "Asker",
    "controller": "Asker SAS",
    "contact": "contact@asker.example",
}


@dataclass
class Gate:
    """Takes readings; home "b" refuses what home "a" takes."""

    refuses: bool
    taken: list[tuple[str, object]] = field(default_factory=list)

    async def take(self, meter, batch):
        self.taken.append((meter, batch))
        refused = [Denied(one.where, "jump") for one in batch] if self.refuses else []
        return Answer(len(batch) - len(refused), 0, refused)


@dataclass
class Front:
    """A home with all its doors; `path` is its data directory."""

    home: House
    path: Path
    asking: Asking
    door: SignIn
    writers: Writers
    gate: Gate
    app: object

    def caller(self, address: str = "10.0.0.7", **headers: str) -> httpx.AsyncClient:
        """Give a stranger, who calls from an address."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 4711))
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers=names
        )

    async def ask(self, *lines: dict, address: str = "10.0.0.7", **more: str):
        """Ask as a service of its own does; give the answer."""
        form = {**COACH, "authorization_details": json.dumps(lines or [LINE]), **more}
        async with self.caller(address) as caller:
            return await caller.post("/oauth/device_authorization", data=form)

    async def token(self, **form: str):
        """Ask for tokens; give the answer."""
        async with self.caller() as caller:
            return await caller.post("/oauth/token", data=form)

    async def poll(self, codes: dict, client_id: str = COACH["client_id"]):
        """Ask how a request fares; give the answer."""
        return await self.token(
            grant_type=DEVICE, device_code=codes["device_code"], client_id=client_id
        )

    async def owner(self, path: str, document: object, **headers: str):
        """Do something as the owner; give the answer."""
        async with self.caller(**OWNER | headers) as caller:
            return await caller.post(f"/api/v1/owner/{path}", json=document)

    async def shown(self, codes: dict):
        """Type the code that a service shows; give the answer."""
        return await self.owner("requests", {"code": codes["user_code"]})

    async def approve(self, codes: dict, *terms: dict, digest: str = ""):
        """Approve a request, or what is put in its place; give the answer."""
        seen = (await self.shown(codes)).json()
        lines = terms or [one["terms"] for one in seen["lines"]]
        told = {
            "request": seen["request"],
            "digest": digest or seen["digest"],
            "choices": [{"terms": one, "meters": ["linky"]} for one in lines],
            "language": "en",
        }
        return await self.owner("requests/approve", told)

    async def join(self, client: str = COACH["client_id"], **more: str) -> dict:
        """Ask, be approved, and give the tokens."""
        codes = (await self.ask(client_id=client, **more)).json()
        assert (await self.approve(codes)).status_code == 200
        answer = await self.poll(codes, client)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def opens(self, token: str) -> bool:
        """Tell whether an access token opens anything."""
        async with self.caller(Authorization=f"Bearer {token}") as caller:
            return (await caller.get("/api/v1/meters")).status_code == 200

    async def signed_in(self) -> tuple[str, str]:
        """Pair a browser; give its cookie and its page's secret."""
        told = {"code": self.door.pairing.make(), "password": PASSWORD}
        async with self.caller(Origin="http://localhost") as browser:
            answer = await browser.post("/api/v1/owner/password", json=told)
            assert answer.status_code == 200, answer.text
            return browser.cookies["releve"], answer.json()["page"]

    def say(self, *answers: httpx.Response) -> None:
        """Take down what a stranger got."""
        for answer in answers:
            self.home.say(answer.status_code, answer.content)


@asynccontextmanager
async def front(home: House) -> AsyncIterator[Front]:
    """Open a home's other doors."""

    def clock_s() -> float:
        return home.clock.monotonic_ms / 1000

    with TemporaryDirectory() as directory:
        path = Path(directory)
        asking = Asking(home.consents, clock_s)
        door = SignIn.open(path, Pairing(clock_s))
        gate = Gate(home.other)
        tokens = OwnerTokens(path)
        (path / "owner.token").write_text(TOKEN)
        (path / "owner.token").chmod(0o600)
        deps = home.app.state.home.deps
        within = replace(
            *(deps,),
            asking=asking,
            sign_in=door,
            readings=gate,
            owner_tokens=tokens,
            url=URL,
            limits=replace(deps.limits, written_s=WRITTEN_S),
        )
        app = create_app(within)
        yield Front(home, path, asking, door, Writers(home.consents), gate, app)
        await asyncio.to_thread(lambda: None)  # what was decided is told by now
