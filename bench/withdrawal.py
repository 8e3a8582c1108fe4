"""From the ledger's commit to the last byte that a service gets, by each way.

    python -m bench.withdrawal [--runs N]

The whole service in one process: its API on a socket, its own Mosquitto, a meter's
samples fifty times a second, and hours of its past. A service reads a long answer, a
stream and an MQTT session; another one has a durable session with a queue and comes
back for it again and again; a third one asks anew, as often, for what stands retained
in its tree, where nothing of ours ever does. Then all are withdrawn. What counts is
when the last byte came that was read after the commit; a run in which none came is one
of no delay. `end` is when the connection was seen to end, or the login to be refused.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.app import create_app
from api.server import serve
from bench.mqtt import p99
from bench.mqtt_broker import MqttBroker
from bench.scratch import scratch
from bench.table import Row, machine, render
from bench.withdrawal_ears import Answer, Kept, Queue, Session, Stream
from cli.compose import listen_to
from edge.broker.publisher import Publisher
from edge.config import Config
from edge.consent.consents import Choice
from edge.consent.records import Declared
from edge.consent.terms import read
from edge.journal.block import Block
from edge.outputs.mqtt import MqttPart
from edge.sample import Sample
from edge.service.hub import Hub
from edge.service.interpreter import settle, tuned
from edge.service.service import Service

RUNS = 200
WITHIN_MS = 1_000.0
EACH_S = 0.02
QUEUED = 300
PAST = 20_000
"""Samples of a second each before we begin: an answer of more than a megabyte."""
ASKED = "/api/v1/meters/linky/registers/apparent_power_va?step=raw&limit=60000"
MAKER = Declared("Bench", "Bench", "bench@example.org")
TERMS = read(
    {
        "type": "releve",
        "fluid": "electricity",
        "class": "live_power",
        "granularity": "live",
        "channels": ["rest", "sse", "mqtt"],
        "purpose": "to measure",
    }
)


@dataclass(slots=True)
class Delays:
    """What one way measured, in ms after the commit."""

    last: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)

    def add(self, committed_s: float, last_s: float, ended_s: float) -> None:
        """Take one run's."""
        self.last.append(max(0.0, (last_s - committed_s) * 1000))
        self.end.append(max(0.0, (ended_s - committed_s) * 1000))


@dataclass(slots=True)
class Bench:
    """The home while it runs, and what was measured there."""

    hub: Hub
    api_port: int
    runs: int
    answer: Delays = field(default_factory=Delays)
    stream: Delays = field(default_factory=Delays)
    session: Delays = field(default_factory=Delays)
    queue: Delays = field(default_factory=Delays)
    kept: Delays = field(default_factory=Delays)
    committed_s: float = 0.0

    async def measure(self) -> None:
        """Grant and withdraw, again and again."""
        # the first to be told, in the thread that decided: just after the commit
        self.hub.consents._listeners.insert(0, self._commit)  # noqa: SLF001 - to measure
        who: list[Declared | str] = [MAKER, MAKER, MAKER]
        await self.hub.journal.append([Block.of(past())])
        flowing = asyncio.create_task(self._flow())
        try:
            for _ in range(self.runs):
                who = [*await self._run(who)]
        finally:
            flowing.cancel()
            await asyncio.gather(flowing, return_exceptions=True)

    def _commit(self, _services: frozenset[str]) -> None:
        self.committed_s = time.monotonic()

    async def _flow(self) -> None:
        """Have the meter speak, faster than any does."""
        count = 0
        while True:
            count += 1
            now_ms = time.time_ns() // 1_000_000
            self.hub.bus.publish(
                Sample("linky", now_ms, {"apparent_power_va": 500 + count % 1000})
            )
            await asyncio.sleep(EACH_S)

    async def _run(self, who: list[Declared | str]) -> list[str]:
        given = [await self._give(each) for each in who]
        (first, second, third), consents = zip(*given, strict=True)
        token = self.hub.credentials.issue_long(first)
        answer = Answer(self.api_port, token, ASKED)
        stream = Stream(self.api_port, token)
        session = Session(await self._login(first))
        queue = Queue(await self._login(second))
        kept = Kept(await self._login(third))
        await asyncio.to_thread(queue.fill)
        await self._queue(_live(queue.login))
        await self._publisher.publish(_live(kept.login), b"x", qos=1, retain=True)
        ways: list[tuple[Answer | Stream | Session | Queue, Delays]] = [
            (stream, self.stream),
            (session, self.session),
            (kept, self.kept),
            (queue, self.queue),
            (answer, self.answer),
        ]
        for ear, _ in ways:
            await asyncio.to_thread(ear.start)
        withdrawn = [one for each in consents for one in each]
        await asyncio.to_thread(self.hub.consents.withdraw, withdrawn)
        committed_s = self.committed_s
        for ear, delays in ways:
            await asyncio.to_thread(ear.join)
            delays.add(committed_s, ear.last_s, ear.ended_s)
        await self._publisher.publish(_live(kept.login), b"", qos=1, retain=True)
        return [first, second, third]

    async def _give(self, who: Declared | str) -> tuple[str, list[str]]:
        choices = [Choice(TERMS, frozenset({"linky"}))]
        service, given = await asyncio.to_thread(
            self.hub.consents.give, who, choices, {}
        )
        return service.id, [one.id for one in given]

    @property
    def _mqtt(self) -> MqttPart:
        if self.hub.mqtt is None:
            raise SystemExit("there is no broker")
        return self.hub.mqtt

    async def _login(self, service: str) -> dict[str, Any]:
        mqtt = self._mqtt
        while (found := mqtt.service_login(service)) is None:  # noqa: ASYNC110 - another part's
            await asyncio.sleep(0.005)
        return found

    @property
    def _publisher(self) -> Publisher:
        services = self._mqtt.services
        publisher = None if services is None else services.requests._publisher  # noqa: SLF001 - the edge's own
        if publisher is None:
            raise SystemExit("the edge lost its broker")
        return publisher

    async def _queue(self, topic: str) -> None:
        """Have messages wait for who is away, as days would that come due."""
        waiting = (
            self._publisher.publish(topic, b"x" * 200, qos=1, expiry_s=3600)
            for _ in range(QUEUED)
        )
        await asyncio.gather(*waiting)


def past() -> list[Sample]:
    """Give what the meter said before, up to now."""
    now_ms = time.time_ns() // 1_000_000
    return [
        Sample("linky", now_ms - n * 1000, {"apparent_power_va": 500 + n % 1000})
        for n in range(PAST, 0, -1)
    ]


def _live(login: dict[str, Any]) -> str:
    return str(login["out"]).replace("#", "linky/live")


async def _whole(home: Path, runs: int) -> Bench:
    config = Config(
        data_dir=home / "data",
        log_level="error",
        mqtt={"url": "managed", "listen": f"127.0.0.1:{MqttBroker.free_port()}"},
        meters=[{"id": "linky", "port": str(home / "tic")}],
    )
    stop = asyncio.Event()
    found: list[Bench] = []

    async def bench(hub: Hub, stop: asyncio.Event) -> None:
        ready: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        app = create_app(listen_to(config, hub))
        serving = asyncio.create_task(serve(app, "127.0.0.1:0", stop, ready=ready))
        port = int((await ready)[0].rpartition(":")[2])
        found.append(Bench(hub, port, runs))
        try:
            while not all(  # noqa: ASYNC110 - other parts'
                part.ok for part in hub.health().parts if "mqtt" in part.name
            ):
                await asyncio.sleep(0.05)
            await found[0].measure()
        finally:
            stop.set()
            await serving

    with tuned():  # as `releve run` has it
        await Service(config).run(stop, {"bench": bench}, started=settle)
    return found[0]


def measure(runs: int = RUNS) -> list[Row]:
    """Give the delays of each way."""
    with scratch() as home:
        done = asyncio.run(_whole(home, runs))
    rows = []
    for name, delays, ending in (
        ("HTTP answer under way", done.answer, "reset"),
        ("event stream", done.stream, "connection seen to end"),
        ("MQTT session", done.session, "connection seen to end"),
        ("MQTT queue of a durable session", done.queue, "login refused"),
        ("MQTT retained message", done.kept, "login refused"),
    ):
        beside = f"{len(delays.last)} runs; at most {max(delays.last):,.1f} ms"
        rows.append(_row(f"withdrawal to last byte, {name}, p99", delays.last, beside))
        rows.append(_row(f"… {ending}, p99", delays.end, ""))
    return rows


def _row(name: str, delays: list[float], beside: str) -> Row:
    return Row(name, p99(delays), "ms", WITHIN_MS, at_least=False, beside=beside)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    print(machine())
    print(render(measure(parser.parse_args().runs)))


if __name__ == "__main__":
    main()
