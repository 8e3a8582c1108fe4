"""Payloads by the thousand on a real broker, in two homes: questions, and anything.

Part of `python -m tests.attacks.fuzz`. Each goes to two homes that are equal in what
the service may see and differ in all else: the answers are the same bytes, no other
service and no part of the home hears anything, and who asked is answered on.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

sys.path.insert(0, str(Path(__file__).parent))  # as pytest finds the house

import fuzz_heard
from fuzz_payloads import Failures, payload
from twin_house import Held

from edge.interval import Step
from tests.attacks.mqtt_twin import MqttTwin, asked, paris
from tests.attacks.service_house import Ear

AT_ONCE = 15
"""With the one that is known to be good, as many as wait of one service."""
WAIT_S = 20.0
GOOD = asked()
ONLINE = ("releve/status", b"online")
TOPICS = (
    *("releve/linky/live", "releve/status", "releve/in/x", "homeassistant/status"),
    *("releve/services/{other}/request", "releve/services/{other}/out/linky/live"),
    *("$CONTROL/dynamic-security/v1", "$SYS/x", "releve/services/{me}/response", "é"),
)


@dataclass
class Found:
    """What was sent, and how it was answered."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)


@dataclass
class Fuzzed:
    """One home: who asks, and those who must not hear of it."""

    home: MqttTwin
    ear: Ear
    other: Ear
    owner: Ear

    async def send(self, batch: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """Publish some, then a good question; give all answers, in one order."""
        sent = [self._publish(one) for one in batch]
        for info in sent:
            await asyncio.to_thread(info.wait_for_publish, WAIT_S)
        code = await asyncio.to_thread(lambda: self.ear.ask(GOOD, correlation=b"good"))
        assert code < 0x80
        good = lambda: any(_of(told) == b"good" for told in self.ear.told)  # noqa: E731 - asked again and again
        await asyncio.to_thread(self.ear.wait, good, WAIT_S)
        told, self.ear.told = self.ear.told, []
        assert all(one.topic == self.ear.login["response"] for one in told)
        return sorted((_of(one) or b"", one.payload, one.retain) for one in told)

    def _publish(self, one: dict[str, Any]) -> Any:
        names = {"me": self.home.services["coach"]}
        names["other"] = self.home.services["other"]
        topic = (one["topic"] or self.ear.login["request"]).format(**names)
        properties = Properties(PacketTypes.PUBLISH)
        for name, value in one["properties"].items():
            given = value.format(**names) if isinstance(value, str) else value
            setattr(properties, name, given)
        return self.ear.client.publish(
            topic, one["payload"], one["qos"], one["retain"], properties
        )

    def nothing_else_was_heard(self) -> None:
        """Raise AssertionError if anyone but the asker and the owner heard of it."""
        own = f"releve/services/{self.home.services['coach']}/"
        assert not self.other.told, self.other.told[:3]
        owned = [told for told in self.owner.told if told[:2] != ONLINE]
        self.owner.told.clear()
        places = {told.topic for told in owned}
        assert places <= {own + "request", own + "response"}, places


@asynccontextmanager
async def opened(path: Path, name: str) -> AsyncIterator[Fuzzed]:
    """Run a home whose coach holds days, and another service more."""
    place = path / name
    place.mkdir()
    home = MqttTwin(name, place, Step.DAY, paris("2026-09-26T00:00:00+02:00"))
    async with home.running(), AsyncExitStack() as stack:
        await home.give("coach", Held())
        await home.give("other", Held(grain="30min"))
        ticks = count()
        home.part.requests._now_s = lambda: float(next(ticks))
        shell = home.owner()
        login = {"username": shell.user, "password": shell.password}
        login["client_id"] = f"releve-{shell.user}"
        owner = Ear(home.port, login)
        await asyncio.to_thread(owner.open, "releve/#", "homeassistant/#")
        stack.push_async_callback(asyncio.to_thread, owner.shut)
        ear = await stack.enter_async_context(home.ear(home.services["coach"]))
        other = await stack.enter_async_context(home.ear(home.services["other"]))
        yield Fuzzed(home, ear, other, owner)
        assert home.parts.health()[0].counters["starts"] == 1
        assert all(part.ok for part in home.parts.health())
        assert not ear.ended


def _of(told: Any) -> bytes | None:
    return getattr(told.properties, "CorrelationData", None)


def one(rng: random.Random, number: int) -> dict[str, Any]:
    """Give what to publish, where, and how."""
    elsewhere = rng.randrange(AT_ONCE) == 0
    replies = ("releve/services/{me}/response",) * 8
    reply = rng.choice((*replies, *TOPICS, "x" * rng.randrange(1, 300), None))
    properties: dict[str, Any] = {} if reply is None else {"ResponseTopic": reply}
    known = b"%d" % number
    properties["CorrelationData"] = rng.choice(
        [known, known, known, known + rng.randbytes(rng.randrange(160)), b""]
    )
    if rng.randrange(8) == 0:
        properties["MessageExpiryInterval"] = rng.choice([0, 1, 2**32 - 1])
        properties["ContentType"] = "application/json" * rng.randrange(3)
        properties["UserProperty"] = ("seq", "\ufffd" * rng.randrange(99))
        properties["PayloadFormatIndicator"] = rng.randrange(2)
    return {
        "topic": rng.choice(TOPICS) if elsewhere else None,
        "payload": payload(rng, GOOD),
        "qos": rng.choice([1, 1, 1, 2]),
        "retain": rng.randrange(20) == 0,
        "properties": properties,
    }


def knock(port: int, noise: bytes) -> None:
    """Send the broker itself bytes that are no MQTT, or nearly."""
    with (
        suppress(OSError),
        socket.create_connection(("127.0.0.1", port), WAIT_S) as line,
    ):
        line.settimeout(WAIT_S)
        line.sendall(noise)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass


async def ask(
    path: Path, wanted: int, rng: random.Random, tell: Callable[[Found], None]
) -> Found:
    """Send so many to both homes; raise AssertionError on the first that tells."""
    found, failures = Found(), Failures()
    try:
        async with opened(path, "a") as first, opened(path, "b") as second:
            while found.sent < wanted:
                batch = [one(rng, found.sent + n) for n in range(AT_ONCE)]
                noise = bytes([rng.choice([0x10, 0x30, 0xF0])]) + rng.randbytes(40)
                for home in (first, second):
                    await asyncio.to_thread(knock, home.home.port, noise)
                said, again = await asyncio.gather(
                    first.send(batch), second.send(batch)
                )
                assert said == again, batch
                assert not failures.told, (batch, failures.told)
                for home in (first, second):
                    home.nothing_else_was_heard()
                found.sent += len(batch)
                found.answers.update(map(_kind, said))
                tell(found)
    finally:
        failures.close()
    return found


def _kind(said: tuple[Any, ...]) -> str:
    document = json.loads(said[1])
    return str(document.get("error", "rows"))


def run(
    path: Path, wanted: int, seed: int, tell: Callable[[int], None]
) -> dict[str, int]:
    """Send half as questions and half as what meters say; give what came of them."""
    rng = random.Random(seed)
    path = path / "mqtt"
    path.mkdir()
    asked_most = wanted - wanted // 2
    found = asyncio.run(ask(path, asked_most, rng, lambda now: tell(now.sent)))
    heard = asyncio.run(
        fuzz_heard.hear(path, wanted // 2, rng, lambda n: tell(found.sent + n))
    )
    return {"sent": found.sent + sum(heard.values())} | found.answers | heard
