"""A home's New Year on its own broker, and who listens there: all that is published.

The whole service on a clock that the meter's word moves: from the last evening of a
year to the first morning of the next, so that each step closes.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.config import Config
from edge.consent.consents import Choice
from edge.consent.records import Declared
from edge.consent.terms import read
from edge.health import PartHealth
from edge.importing.reading import Asked
from edge.sample import HostInstant, Reading
from edge.service.hub import Hub
from edge.service.service import Service
from edge.sources.mapping import Mapper
from teleinfo import Mode
from teleinfo.decoder import Decoder
from teleinfo.virtual import Contract, MeterSpec, VirtualLinky
from tests.attacks.twin_home import paris
from tests.edge.importing.importing_home import gas_days
from tests.real.brokers import until
from tests.real.home import free_port

START_MS, LAST_MS = (
    paris("2026-12-31T22:20:00+01:00"),
    paris("2027-01-01T06:58:00+01:00"),
)
SEVEN_MS = paris("2027-01-01T07:05:10+01:00")
EACH_MS = 60_000
SPEC = MeterSpec(mode=Mode.STANDARD, contract=Contract.HPHC, seed=123_456)
DECLARED = Declared("Coach", "ALEC", "dpo@alec.example")
GRANTED = (
    ("energy", "30min"),
    ("energy_by_tariff", "day"),
    ("max_power", "day"),
    ("live_power", "live"),
    ("event", "live"),
)


class Played:
    """The host's clock, and a meter that speaks once a minute of it, far faster."""

    meters = ("linky",)

    def __init__(self) -> None:
        self.wall_ms = START_MS
        self.listened, self.over = asyncio.Event(), asyncio.Event()

    @property
    def beat_ns(self) -> int:
        return time.monotonic_ns()

    def now(self) -> HostInstant:
        return HostInstant(self.wall_ms, self.wall_ms * 1_000_000, True, "boot")

    def health(self) -> PartHealth:
        return PartHealth("source:linky", True)

    async def __aiter__(self) -> AsyncIterator[Reading]:
        await self.listened.wait()
        meter, decoder, mapper = (
            VirtualLinky(SPEC, START_MS),
            Decoder(),
            Mapper("linky"),
        )
        for at_ms in range(START_MS, LAST_MS, EACH_MS):
            self.wall_ms = at_ms
            for frame in decoder.feed(meter.frame_at(at_ms)):
                yield mapper.reading(frame, self.now())
                await asyncio.sleep(0)
        self.over.set()
        await asyncio.Event().wait()


class Told(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    retain: bool


@dataclass
class Ear:
    """A client that subscribes so as to see how each message was published."""

    client: Client
    told: list[Told] = field(default_factory=list)

    @classmethod
    def open(
        cls, port: int, login: dict[str, str], *topics: str, ca_file: Path | None = None
    ) -> Ear:
        client = Client(
            CallbackAPIVersion.VERSION2,
            login["client_id"],
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        client.username_pw_set(login.get("username"), login.get("password"))
        ear = cls(client)
        client.on_message = lambda _c, _u, m: ear.told.append(
            Told(m.topic, m.payload, m.qos, m.retain)
        )
        heard: list[list[int]] = []
        client.on_subscribe = lambda _c, _u, _m, reasons, _p: heard.append(
            [reason.value for reason in reasons]
        )
        if ca_file is not None:
            client.tls_set(str(ca_file))
        client.connect("127.0.0.1" if ca_file is None else "localhost", port)
        options = SubscribeOptions(qos=2, retainAsPublished=True)
        client.loop_start()
        client.subscribe([(topic, options) for topic in topics])
        deadline = time.monotonic() + 20
        while not heard and time.monotonic() < deadline:
            time.sleep(0.01)  # asks until the broker has answered
        assert heard == [[2] * len(topics)], "it may not listen there"
        return ear

    def ask(self, login: dict[str, str], **question: object) -> None:
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = login["response"]
        payload = json.dumps(question)
        self.client.publish(login["request"], payload, 1, properties=properties)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def count(self, topic: str) -> int:
        return sum(one.topic == topic for one in self.told)

    def has(self, pattern: str) -> bool:
        return any(re.search(pattern, told.topic) for told in self.told)


@dataclass
class Home:
    """The home while it runs, and who listens there."""

    config: Config
    port: int
    hub: Hub
    played: Played

    def owner(self, user: str) -> dict[str, str]:
        file = self.config.data_dir / "broker" / f"{user}.password"
        return {
            "username": user,
            "client_id": f"releve-{user}",
            "password": file.read_text().strip(),
        }

    async def granted(self) -> tuple[str, list[str], dict[str, str]]:
        common = {"type": "releve", "fluid": "electricity", "channels": ["mqtt"]}
        lines = [
            read(common | {"class": each, "granularity": grain, "purpose": each})
            for each, grain in GRANTED
        ]
        choices = [Choice(one, frozenset({"linky"})) for one in lines]
        service, given = await asyncio.to_thread(
            self.hub.consents.give, DECLARED, choices, {}
        )
        login = await until(lambda: self.hub.mqtt.service_login(service.id))
        return service.id, [one.id for one in given], login


def asked(**more: object) -> dict[str, object]:
    start, end = "2026-12-31T00:00:00+01:00", "2027-01-01T00:00:00+01:00"
    return {
        "meter": "linky",
        "register": "import_total_wh",
        "step": "30min",
        "start": start,
        "end": end,
    } | more


QUESTIONS = (
    asked(limit=3),
    asked(step="raw", limit=5),
    asked(register="apparent_power_va"),
    asked(meter="gas"),
    asked(end="2026-12-30T00:00:00+01:00"),
    *([asked(limit=1)] * 9),  # and these are too many at once, yet all may wait
)


async def lived(home: Home) -> tuple[list[Told], list[Told]]:
    """Do what there is to do; give what the owner and the service were told."""
    outputs, services = home.hub.mqtt.outputs, home.hub.mqtt.services
    outputs.intervals._history_every_s = outputs.intervals._back_s = 0.1
    services.deliveries._back_s = services.deliveries._look_s = 0.1
    await until(lambda: all(part.ok for part in home.hub.mqtt.health()))
    owner = Ear.open(
        home.port, home.owner("owner-shell"), "releve/#", "homeassistant/#"
    )
    assistant = Ear.open(home.port, home.owner("owner"), "homeassistant/#")
    _, consents, login = await home.granted()
    service = Ear.open(home.port, login, login["out"], login["response"])
    try:
        assistant.client.publish("homeassistant/status", b"online", 1)
        data = gas_days([50, 60, 70], "2026-12-20")
        await home.hub.importer.take(data, Asked("gas.json", meter="gas"))
        home.played.listened.set()
        await home.played.over.wait()
        await until(lambda: owner.has("^releve/linky/year/"))
        home.played.wall_ms = SEVEN_MS
        await until(lambda: service.has("/out/linky/year/import_total_wh"))
        await until(lambda: service.has("/out/linky/event/"))
        await until(lambda: owner.has("/event/history$"))
        for question in QUESTIONS:
            service.ask(login, **question)
        await until(lambda: service.count(login["response"]) == len(QUESTIONS))
        await asyncio.to_thread(home.hub.consents.withdraw, consents)
        await until(lambda: (login["request"], b"") in {t[:2] for t in owner.told})
        assert {t.topic for t in service.told} <= {t.topic for t in owner.told}
    finally:
        for ear in (owner, assistant, service):
            ear.close()
    return owner.told, service.told


async def published(directory: Path) -> list[Told]:
    """Give all that a home published, as the owner and as a service was told it."""
    port = free_port()
    config = Config(
        data_dir=directory / "data",
        journal={"commit_seconds": 1},
        mqtt={"url": "managed", "listen": f"127.0.0.1:{port}"},
        meters=[
            {"id": "linky", "port": "/dev/null", "silence_seconds": 86_400},
            {"id": "gas", "kind": "gazpar"},
        ],
    )
    played, found = Played(), list[Told]()

    async def live(hub: Hub, stop: asyncio.Event) -> None:
        try:
            for each in await lived(Home(config, port, hub, played)):
                found.extend(each)
        finally:
            stop.set()

    service = Service(config, clock=played, sources=[played])
    await service.run(asyncio.Event(), {"live": live})
    return found
