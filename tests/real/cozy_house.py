"""A home that sends to a Cozy: the server of its own process, a clock moved by hand."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from edge.consent.consents import Choice, Consents
from edge.consent.records import Declared
from edge.interval import Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.lan.certificates import Certificates
from edge.lan.names import Names
from edge.outgoing.places import Guard
from edge.outputs.cozy import account as accounts
from edge.outputs.cozy.account import Account, Asked
from edge.outputs.cozy.doors import Doors
from edge.outputs.cozy.part import CozyPart
from edge.outputs.cozy.shape import OWN, scope
from edge.outputs.cozy.stack import Stack, authorize
from tests.attacks.service_house import Hand, Noted, terms
from tests.attacks.twin_home import LINKY, NOW_MS, PARIS, TwinReads
from tests.real.brokers import until
from tests.real.home import free_port

MINE = Declared("My Cozy", "Me", "me@home.example", True, "https://localhost")
HERE = Guard(judge=lambda _ip: None)
"""The Cozy of a test is this machine, which no destination may be."""
REDIRECT = "http://127.0.0.1:8080/cozy/callback"
ROOT = Path(__file__).parents[2]


class Server:
    """The Cozy, and what its household does there."""

    def __init__(self, path, address=None):
        """Make it ready on this machine, under an address that others could reach."""
        self.port, self.process = free_port(), None
        self.address, self.host = address or "127.0.0.1", address or "localhost"
        path.mkdir(parents=True, exist_ok=True)
        names = Names(("localhost",), (IPv4Address(self.address),))
        held = Certificates.open(path, names, datetime.now(UTC))
        self.ca_file, self.pem = held.public_file, held.server_file
        trusted = ssl.create_default_context(cafile=str(self.ca_file))
        self.http = httpx.AsyncClient(base_url=self.url, verify=trusted)

    @property
    def url(self):
        return f"https://{self.host}:{self.port}"

    def begin(self):
        module = ("-m", "tests.real.cozy_server")
        told = (self.address, str(self.port), str(self.pem))
        self.process = subprocess.Popen([sys.executable, *module, *told], cwd=ROOT)

    async def start(self):
        self.begin()
        async with asyncio.timeout(20):
            while True:
                try:
                    await self.http.get("/_docs")
                except httpx.TransportError:
                    await asyncio.sleep(0.02)  # asks until it listens
                else:
                    return

    async def end(self):
        await self.http.aclose()
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=90)
            self.process = None

    async def consent(self, asked):
        """Say yes there; give the state and the code that the browser brings back."""
        return await self.agree(authorize(asked))

    async def agree(self, page):
        """Do so on the page that is to be opened for it."""
        answer = await self.http.post(page.removeprefix(self.url))
        back = urlsplit(answer.headers["location"])
        found = parse_qs(back.query)
        return found["state"][0], found["code"][0]

    async def control(self, **asked):
        await self.http.post("/_control", json=asked)

    async def told(self):
        return (await self.http.get("/_docs")).json()

    async def docs(self, kind="org.releve.electricity.day"):
        found = (await self.told())["docs"].get(kind, {})
        return {of: one for of, one in found.items() if not one.get("_deleted")}


class CozyHome:
    """A home; opened anew, it is another process of the same."""

    spread_ms = 1

    def __init__(self, path, server, reads=None, now_ms=NOW_MS):
        self.data, self.server = path / "data", server
        self.clock, self.noted = Hand(now_ms), Noted([])
        self.reads = reads or TwinReads("a", Step.DAY)
        self.reads.meters = lambda: {LINKY: ("import_total_wh", "import_tariff01_wh")}
        self.reads.now_ms = now_ms

    def open(self):
        self.open_journal()
        meter = lambda _monotonic_ns: self.clock.meter_ms  # noqa: E731 - one line
        self.consents = Consents.open(self.data, self.clock, PARIS, meter)

    def open_journal(self):
        policy = Policy(commit_s=0.01)
        self.journal = Journal.open(self.data, policy=policy, ballast_bytes=0)

    def close(self):
        self.consents.close()
        self.journal.close()

    async def begin(self, *wanted, **more):
        """Register, and begin a consent over there, as `releve cozy connect` does."""
        ca_file = str(self.server.ca_file)
        async with Stack.open(self.server.url, ca_file, HERE) as stack:
            made = await stack.register(REDIRECT)
        account = Account(
            name="cozy",
            url=self.server.url,
            client=made["client_id"],
            secret=made["client_secret"],
            registration=made["registration_access_token"],
            redirect=REDIRECT,
            ca_file=ca_file,
            scope=scope(more.get("shape", OWN), wanted or (by_cozy(),)),
            **more,
        )
        asked = Asked(account, self.clock.wall_ms)
        accounts.ask(self.data, asked)
        return asked

    async def connect(self, *wanted, part=None, **more):
        """Have the household consent over there, then grant what is wanted."""
        asked = await self.begin(*wanted, **more)
        state, code = await self.server.consent(asked)
        part = part or self.part
        assert await part.host(state, "session") == self.server.url
        await part.connect(state, code, "session")
        return self.grant(*wanted)

    def grant(self, *wanted, meters=(LINKY,)):
        chosen = [Choice(one, frozenset(meters)) for one in wanted or (by_cozy(),)]
        service, given = self.consents.give(MINE, chosen, {})
        account = accounts.load(self.data, "cozy")
        accounts.keep(self.data, accounts.granted(account, service.id))
        return service.id, given

    @asynccontextmanager
    async def running(self):
        """Run what tells the Cozy, and end it as the service does."""
        doors = (self.journal, self.reads, self.consents, self.noted, PARIS, self.data)
        self.part = part = CozyPart(Doors(*doors), HERE, spread_ms=self.spread_ms)
        part.look_s = 0.02
        task = asyncio.create_task(part.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def cozy(self):
        (one,) = self.part.cozys
        one.look_s = 0.02
        return one

    @property
    def health(self):
        return self.part.health()[0]

    async def to(self, wall_ms):
        """Move the clock on."""
        self.clock.to(wall_ms)
        self.reads.now_ms = wall_ms
        await asyncio.to_thread(self.consents.expire)
        self.part._changed()

    async def quiet(self):
        """Return once all that is due by now was looked for, and sent."""
        await until(lambda: self.part.cozys)
        for _ in range(2):
            before = self.cozy.rounds
            self.cozy.changed()
            await until(lambda before=before: self.cozy.rounds > before)


def by_cozy(*told, **more):
    return terms(*told, channels=["cloud"], **more)
