"""A home that tells a cloud: a real Mosquitto by TLS, and a clock moved by hand."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from cryptography import x509

from edge.broker.address import Address
from edge.broker.connection import Connection
from edge.broker.publisher import Message
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.config import Config
from edge.consent.consents import Choice, Consents
from edge.consent.records import Declared
from edge.interval import Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.lan.authority import fingerprint
from edge.lan.certificates import Certificates
from edge.lan.names import Names
from edge.outgoing.places import Guard
from edge.outputs.cloud.account import Account, keep
from edge.outputs.cloud.destination import Doors
from edge.outputs.cloud.part import CloudPart
from tests.attacks.service_house import Hand, Noted, terms
from tests.attacks.twin_home import GAS, LINKY, NOW_MS, PARIS, TwinReads
from tests.real.brokers import MOSQUITTO, until
from tests.real.home import free_port

MINE = Declared("My cloud", "Me", "me@home.example", True, "my server")
HERE = Guard(judge=lambda _ip: None)
"""The cloud of a test is this machine, which no destination may be."""
PREFIX = "homes/mine"


class Cloud:
    """A Mosquitto on the other side of TLS; what it keeps, it writes down at once."""

    def __init__(self, path, port=None, *lines, host="127.0.0.1"):
        self.path, self.port, self.host = path, port or free_port(), host
        path.mkdir(parents=True, exist_ok=True)
        held = Certificates.open(path, Names(("localhost",)), datetime.now(UTC))
        self.ca_file, pem = held.public_file, held.server_file
        shown = x509.load_pem_x509_certificate(pem.read_bytes())
        self.fingerprint = fingerprint(shown)
        user = pwd.getpwuid(os.geteuid()).pw_name
        (path / "mosquitto.conf").write_text(
            f"user {user}\nlistener {self.port} {host}\nallow_anonymous true\n"
            f"certfile {pem}\nkeyfile {pem}\n"
            f"persistence true\npersistence_location {path}/\n"
            "autosave_interval 1\nautosave_on_changes true\n"
            "max_queued_messages 100000\nlog_type error\n" + "\n".join(lines) + "\n"
        )
        self.process = None

    @property
    def url(self):
        name = "localhost" if self.host == "127.0.0.1" else self.host
        return f"mqtts://{name}:{self.port}"

    @property
    def address(self):
        pinned = self.fingerprint.replace(":", "").lower()
        return Address(self.host, self.port, tls=True, fingerprint=pinned)

    def begin(self):
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self.path / "mosquitto.conf")],
            stderr=subprocess.DEVNULL,
        )

    async def start(self):
        self.begin()
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection(self.host, self.port)
                except OSError:
                    await asyncio.sleep(0.02)  # asks until it listens
                else:
                    writer.close()
                    return

    def end(self, number=signal.SIGTERM):
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(timeout=90)
            self.process = None

    @asynccontextmanager
    async def ear(self, *topics):
        """Listen as whoever owns the cloud: give what is told, as it comes."""
        connection = await Connection.open(self.address, None, "")
        told: list[Message] = []
        inbox = connection.messages()

        async def hear():
            async for message in inbox:
                told.append(message)  # noqa: PERF401 - as they come, not at the end

        hearing = asyncio.create_task(hear())
        for topic in topics or ("#",):
            await connection.subscribe(topic, qos=1)
        try:
            yield Ear(connection, told)
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
            await connection.close()


class Ear:
    """What the cloud's owner was told."""

    def __init__(self, connection, told):
        self.connection, self.told = connection, told

    def documents(self, part="/day/"):
        return [json.loads(one.payload) for one in self.told if part in one.topic]

    async def ask(self, correlation=b"1", **document):
        """Ask for history, as MQTT 5 has it."""
        await self.connection.publish(
            f"{PREFIX}/request",
            json.dumps(document).encode(),
            qos=1,
            correlation=correlation,
        )


class CloudHome:
    """A home with one destination; opened anew, it is another process of the same."""

    def __init__(self, path, cloud, reads=None, now_ms=NOW_MS, **more):
        self.path, self.cloud = path, cloud
        table = {"name": "mine", "url": cloud.url, "prefix": PREFIX}
        if not more:
            more = {"ca_file": cloud.ca_file}
        self.config = Config(
            data_dir=path / "data",
            meters=[{"id": LINKY, "port": "/dev/null"}],
            cloud=[table | more],
        )
        self.clock, self.noted, self.bus = Hand(now_ms), Noted([]), Bus()
        self.reads = reads or TwinReads("a", Step.DAY)
        self.reads.now_ms = now_ms
        self.rate_s = 10_000

    def open(self):
        policy = Policy(commit_s=0.01)
        self.journal = Journal.open(
            self.config.data_dir, policy=policy, ballast_bytes=0
        )
        meter = lambda _monotonic_ns: self.clock.meter_ms  # noqa: E731 - one line
        self.consents = Consents.open(self.config.data_dir, self.clock, PARIS, meter)

    def close(self):
        self.consents.close()
        self.journal.close()

    def add(self, *wanted, meters=(LINKY,), user="", password=""):
        """Grant the destination what is wanted, as `releve cloud add` does."""
        wanted = wanted or (terms(channels=["cloud"]),)
        chosen = [Choice(one, frozenset(meters)) for one in wanted]
        service, given = self.consents.give(MINE, chosen, {})
        keep(self.config.data_dir, "mine", Account(service.id, user, password))
        return service.id, given

    @asynccontextmanager
    async def running(self):
        """Run what tells the cloud, and end it as the service does."""
        fluids = {LINKY: Fluid.ELECTRICITY, GAS: Fluid.GAS}
        read = (self.journal, self.reads, self.bus)
        part = CloudPart(
            self.config, Doors(*read, self.consents, fluids, self.noted), HERE
        )
        for one in part.destinations:
            one.deliveries._look_s, one.deliveries._back_s = 0.02, 0
            one.forwarder._jitter_s, one.claim._settle_s = 0, 0.2
            one.deliveries.settle_s, one.deliveries.rate_s = 0.2, self.rate_s
        self.part = part
        threads, loop = ThreadPoolExecutor(4), asyncio.get_running_loop()
        loop.set_default_executor(threads)
        task = asyncio.create_task(part.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            # no book is closed under a thread that reads it
            threads.shutdown(wait=True, cancel_futures=True)
            loop.set_default_executor(ThreadPoolExecutor(1))
            part.close()

    @property
    def destination(self):
        return self.part.destinations[0]

    @property
    def health(self):
        return self.part.health()[0]

    async def up(self):
        """Return once the prefix is its own, and it speaks there."""
        await until(lambda: self.health.gauges.get("claimed"))

    async def to(self, wall_ms):
        """Move the clock on."""
        self.clock.to(wall_ms)
        self.reads.now_ms = wall_ms
        await asyncio.to_thread(self.consents.expire)
        self.part._changed()

    async def quiet(self):
        """Return once all that is due by now was looked for, and sent."""
        rounds = self.destination.deliveries
        for _ in range(2):
            before = rounds.rounds
            await until(lambda before=before: rounds.rounds > before)
