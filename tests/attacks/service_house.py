"""A home with a broker of its own, a clock moved by hand, and services that listen."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.broker.address import Address, Login
from edge.broker.parts import open_parts
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.config import Config
from edge.consent.consents import Choice, Consents
from edge.consent.records import Declared
from edge.consent.terms import read
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.outputs.services.part import ServicesPart
from edge.sample import HostInstant
from tests.attacks.twin_home import GAS, LINKY, NOW_MS, PARIS, TwinReads
from tests.real.home import free_port

COACH = Declared("Coach", "ALEC", "dpo@alec.example")
DAY_MS = 86_400_000


class Hand:
    """A clock that is moved by hand, and synchronised."""

    def __init__(self, wall_ms: int) -> None:
        self.wall_ms, self.monotonic_ns = wall_ms, 1_000_000_000
        self.meter_ms, self.ahead_ms = wall_ms, 0

    def now(self) -> HostInstant:
        return HostInstant(self.wall_ms, self.monotonic_ns, True, "boot")

    def to(self, wall_ms: int) -> None:
        self.monotonic_ns += max(0, wall_ms - self.wall_ms) * 1_000_000
        self.wall_ms = wall_ms
        self.meter_ms = wall_ms + self.ahead_ms


def terms(granularity="day", consent_class="energy", **more):
    return read(
        {
            "type": "releve",
            "fluid": "electricity",
            "class": consent_class,
            "granularity": granularity,
            "channels": ["mqtt"],
            "purpose": "to see",
        }
        | more
    )


class Told(NamedTuple):
    topic: str
    payload: bytes
    properties: object
    retain: bool

    @property
    def document(self):
        return json.loads(self.payload)


class Ear:
    """A service's own client of the broker, in a thread of its own, as others write it.

    A durable one has a session that outlives its connection.
    """

    def __init__(
        self, port, login, *, client_id=None, durable=False, will=None, ca_file=None
    ):
        self.login, self.told, self.denied, self.ended = login, [], [], []
        self.published: list[int] = []
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=login["client_id"] if client_id is None else client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        self.client.username_pw_set(login["username"], login["password"])
        self._port, self._durable = port, durable
        self._host = "127.0.0.1"
        if ca_file is not None:  # by TLS, to a name that the certificate has
            self._host = "localhost"
            self.client.tls_set(str(ca_file))
        self._answers: dict[int, list] = {}
        self._news = threading.Condition()
        self.refused = None
        self.client.on_message = self._hear
        self.client.on_subscribe = self._subscribed
        self.client.on_publish = self._acknowledged
        self.client.on_connect = self._connected
        self.client.on_disconnect = self._gone
        if will is not None:
            self.client.will_set(*will[:2], qos=1, retain=will[2])

    def _notify(self):
        with self._news:
            self._news.notify_all()

    def wait(self, true, seconds=60):
        with self._news:
            assert self._news.wait_for(true, seconds), "it did not come in time"

    def _hear(self, _c, _u, message):
        self.told.append(
            Told(message.topic, message.payload, message.properties, message.retain)
        )
        self._notify()

    def _subscribed(self, _c, _u, number, reasons, _p):
        self._answers[number] = [reason.value for reason in reasons]
        self._notify()

    def _acknowledged(self, _c, _u, number, reason, _p):
        self._answers[number] = [reason.value]
        self._notify()

    def _connected(self, _c, _u, _f, reason, _p):
        self.refused = reason.is_failure
        self._notify()

    def _gone(self, _c, _u, _f, reason, _p):
        self.ended.append(reason)
        self._notify()

    def open(self, *topics):
        """Connect, and listen: to its own tree unless told otherwise."""
        properties = None
        if self._durable:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 86_400
        self.client.connect(
            self._host,
            self._port,
            clean_start=not self._durable,
            properties=properties,
        )
        # what it says waits for no acknowledgement of what it said before
        self.client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client.loop_start()
        self.wait(lambda: self.refused is not None or self.ended)
        if self.refused is None:  # the broker went before it answered
            self.shut()
            raise ConnectionResetError
        if self.refused:
            self.shut()
            raise PermissionError
        for topic in topics or (self.login["out"], self.login["response"]):
            assert self.subscribe(topic) < 0x80, topic
        return self

    def subscribe(self, topic, qos=1):
        """Give the reason code that the broker answers with."""
        _, number = self.client.subscribe(topic, qos)
        self.wait(lambda: number in self._answers)
        return self._answers[number][0]

    def publish(self, topic, payload, *, retain=False, **properties):
        """Give the reason code that the broker answers with."""
        told = None
        if properties:
            told = Properties(PacketTypes.PUBLISH)
            for name, value in properties.items():
                setattr(told, name, value)
        info = self.client.publish(topic, payload, 1, retain, told)
        self.wait(lambda: info.mid in self._answers)
        return self._answers[info.mid][0]

    def ask(self, document, *, topic=None, correlation=b"1", reply=None):
        """Ask for history; answers come to the response topic."""
        payload = document if isinstance(document, bytes) else json.dumps(document)
        return self.publish(
            topic or self.login["request"],
            payload,
            ResponseTopic=reply or self.login["response"],
            CorrelationData=correlation,
        )

    def answers(self):
        return [one for one in self.told if one.topic == self.login["response"]]

    def rows(self, part="/day/"):
        return [one.document for one in self.told if part in one.topic]

    def shut(self):
        """Go, as one whose connection breaks off unless it was ended before."""
        self.client.disconnect()
        self.client.loop_stop()
        # paho leaves the pair that wakes its thread to the collector, which warns
        self.client._reset_sockets()


@dataclass
class Noted:
    """A read journal that keeps all in a list."""

    lines: list

    def note(self, service, channel, readings, at_ms):  # noqa: ARG002 - its contract
        self.lines += [(service, channel.value, one) for one in readings]


class House:
    """A home's own broker and its services' part, on a disk of the test's."""

    def __init__(self, path, reads=None, now_ms=NOW_MS, port=None, prepare=None):
        self.port = port or free_port()
        self.path = path
        self.config = Config(
            data_dir=path / "data",
            mqtt={"url": "managed", "listen": f"127.0.0.1:{self.port}"},
            meters=[{"id": LINKY, "port": "/dev/null"}],
        )
        self.data = path / "data"
        self.clock = Hand(now_ms)
        self.reads = reads
        self.noted = Noted([])
        self.bus = Bus()
        self.prepare = prepare

    def _open(self):
        policy = Policy(commit_s=0.01)
        self.journal = Journal.open(self.data, policy=policy, ballast_bytes=0)
        meter = lambda _monotonic_ns: self.clock.meter_ms  # noqa: E731 - one line
        self.consents = Consents.open(self.data, self.clock, PARIS, meter)
        from edge.interval import Step  # noqa: PLC0415 - what a twin is told of

        self.reads = self.reads or TwinReads("a", Step.DAY)
        self.part = ServicesPart(
            *(self.config, self.journal, self.reads, self.bus, self.consents),
            {LINKY: Fluid.ELECTRICITY, GAS: Fluid.GAS},
            self.noted,
        )
        self.part.deliveries._look_s, self.part.deliveries._back_s = 0.02, 0
        self.parts = open_parts(self.config, self.part.outputs, self.consents)
        self.guests = self.parts.guests
        self.part.open_to(self.guests)

    @asynccontextmanager
    async def running(self):
        """Run it, and end it as the service does."""
        self._open()
        self.part.begin()
        task = asyncio.create_task(self.parts.run())
        try:
            await self.until(lambda: all(part.ok for part in self.parts.health()[:2]))
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.part.close()
            self.consents.close()
            self.journal.close()

    async def until(self, true, seconds=60):
        async with asyncio.timeout(seconds):
            while not (found := true()):  # noqa: ASYNC110 - what is asked has no event
                await asyncio.sleep(0.01)  # asks until it is so; never hopes that it is
        return found

    async def to(self, wall_ms):
        """Move the clock on, a day at a time: as long as it would have run."""
        self.clock.to(wall_ms)
        self.reads.now_ms = wall_ms
        await asyncio.to_thread(self.consents.expire)
        self.part._changed()

    async def give(self, who=COACH, *wanted, meters=(LINKY,)):
        """Grant a service; give its id, and the consents."""
        chosen = [Choice(one, frozenset(meters)) for one in wanted or (terms(),)]
        service, given = await asyncio.to_thread(self.consents.give, who, chosen, {})
        return service.id, given

    async def login(self, service):
        """Give what a service comes in with, once it has it."""
        return await self.until(lambda: self.part.login(service))

    async def withdraw(self, *consents):
        ids = [one.id for one in consents]
        await asyncio.to_thread(self.consents.withdraw, ids)

    @asynccontextmanager
    async def ear(self, service, *topics, **words):
        """Listen as a service; give its client."""
        ear = Ear(self.port, await self.login(service), **words)
        await asyncio.to_thread(ear.open, *topics)
        try:
            yield ear
        finally:
            await asyncio.to_thread(ear.shut)

    @property
    def address(self):
        return Address("127.0.0.1", self.port)

    def owner(self):
        return Login(
            "owner-shell",
            (self.data / "broker" / "owner-shell.password").read_text().strip(),
        )

    @property
    def pid(self):
        return int((self.data / "broker" / "mosquitto.pid").read_text().split()[0])
