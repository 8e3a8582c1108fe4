"""From the meter's line to a subscriber: live values by MQTT, and what a broker writes.

    python -m bench.mqtt [--seconds N]

The service is a process of its own, as `releve run` starts it, with three years in its
store; its meter speaks on a real pseudo-terminal at a true 9600 baud, its broker is a
Mosquitto on loopback. A delay is from the last byte of a frame, as it is given to the
terminal, to the frame's JSON in a subscriber.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.http import WHOLE
from bench.http_home import fill_intervals
from bench.mqtt_broker import MqttBroker, day_of_saves
from bench.scratch import scratch
from bench.service import RUN
from bench.table import Row, machine, render
from edge.stores.sqlite.store import FILE
from teleinfo import Mode
from teleinfo.virtual import MeterSpec, PtyLine, VirtualLinky

SECONDS = 60.0
WARM_FRAMES = 15
WARM_S = 120.0
MEDIAN_MS = 3.0
P99_MS = 15.0
ETX = b"\x03"
LIVE = "releve/linky/live"
ASK = """
import sys, time, urllib.request
url, token = sys.argv[1:]
asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
while True:
    with urllib.request.urlopen(asked) as answer:
        answer.read()
    print(flush=True)
"""


class TimedLine(PtyLine):
    """A line that notes when the last byte of each frame was given to the terminal."""

    def __init__(self, meter: VirtualLinky, link: Path) -> None:
        super().__init__(meter, link=link)
        self.ended_s: list[float] = []

    def _send(self, data: bytes, baud: int) -> None:
        if ETX in data:  # before: what comes of it may be here before we are back
            self.ended_s.append(time.monotonic())
        super()._send(data, baud)


@dataclass(slots=True)
class Ear:
    """Notes when each message of a topic came."""

    port: int
    topic: str
    came_s: list[float] = field(default_factory=list)

    def _hear(self, _client: Client, _user: object, message: MQTTMessage) -> None:
        if message.topic == self.topic:
            self.came_s.append(time.monotonic())

    @contextmanager
    def open(self) -> Iterator[Client]:
        """Listen, in a thread of its own."""
        client = Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5
        )
        client.on_message = self._hear
        client.connect("127.0.0.1", self.port)
        client.subscribe(self.topic)
        client.loop_start()
        try:
            yield client
        finally:
            client.disconnect()
            client.loop_stop()


def delays_ms(ended_s: list[float], came_s: list[float]) -> list[float]:
    """Give each message's delay behind the frame that ended last before it."""
    delays, ends = [], iter(ended_s)
    end = next(ends, None)
    for came in came_s:
        last = None
        while end is not None and end <= came:
            last, end = end, next(ends, None)
        if last is not None:
            delays.append((came - last) * 1000)
    return delays


def p99(delays: list[float]) -> float:
    """Give the 99th percentile."""
    return quantiles(delays, n=100, method="inclusive")[98]


async def _hear(line: TimedLine, ear: Ear, seconds: float) -> list[float]:
    """Give the delays of what comes for so long."""
    first_end, first_came = len(line.ended_s), len(ear.came_s)
    await asyncio.sleep(seconds)
    return delays_ms(line.ended_s[first_end:], ear.came_s[first_came:])


def _plain(broker: MqttBroker, payload: bytes, rounds: int = 400) -> list[float]:
    """Give what a publication costs through the same broker, from one to another."""
    ear = Ear(broker.port, "plain/live")
    sender = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    sender.connect("127.0.0.1", broker.port)
    sender.loop_start()
    delays = []
    with ear.open():
        time.sleep(0.5)
        for _ in range(rounds):
            heard, started = len(ear.came_s), time.monotonic()
            sender.publish(ear.topic, payload)
            while len(ear.came_s) == heard and time.monotonic() - started < 1:
                time.sleep(0.0002)
            delays.append((ear.came_s[-1] - started) * 1000)
    sender.disconnect()
    sender.loop_stop()
    return delays


@dataclass(slots=True)
class Figures:
    """What one run measured, in ms."""

    alone: list[float]
    asked: list[float]
    answers: int
    plain: list[float]


async def _run(home: Path, broker: MqttBroker, port: int, seconds: float) -> Figures:
    meter = VirtualLinky(MeterSpec(mode=Mode.STANDARD), time.time_ns() // 1_000_000)
    line = TimedLine(meter, home / "tic")
    speaking = asyncio.create_task(line.run())
    ear = Ear(broker.port, LIVE)
    words = [sys.executable, "-c", RUN, "run", "--config", str(home / "releve.toml")]
    service = subprocess.Popen(words)  # noqa: ASYNC220 - milliseconds, before it begins
    try:
        with ear.open():
            async with asyncio.timeout(WARM_S):
                while len(ear.came_s) < WARM_FRAMES:  # noqa: ASYNC110 - a thread's
                    await asyncio.sleep(0.1)
            alone = await _hear(line, ear, seconds)
            asked, answers = await _asked(home, port, line, ear, seconds)
        payload = b"x" * 1200
        plain = await asyncio.to_thread(_plain, broker, payload)
    finally:
        service.terminate()
        service.wait()
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
    return Figures(alone, asked, answers, plain)


async def _asked(
    home: Path, port: int, line: TimedLine, ear: Ear, seconds: float
) -> tuple[list[float], int]:
    """Give the delays while three years are asked for, one answer after the other."""
    token = (home / "data" / "owner.token").read_text().strip()
    url = f"http://127.0.0.1:{port}{WHOLE}"
    with (home / "answers").open("w+") as out:
        words = [sys.executable, "-c", ASK, url, token]
        asking = subprocess.Popen(words, stdout=out)  # noqa: ASYNC220 - as above
        try:
            await asyncio.sleep(1)
            delays = await _hear(line, ear, seconds)
        finally:
            asking.send_signal(signal.SIGTERM)
            asking.wait()
        out.seek(0)
        return delays, len(out.read())


def measure(seconds: float = SECONDS) -> list[Row]:
    """Give the delays of live values, beside a plain publication's, and bytes a day."""
    with scratch() as home:
        with MqttBroker(home / "broker") as broker:
            port = broker.free_port()
            (home / "data").mkdir(mode=0o700)
            fill_intervals(home / "data" / FILE)
            (home / "releve.toml").write_text(
                f'data_dir = "{home}/data"\nlog_level = "error"\n'
                f'[api]\nlisten = "127.0.0.1:{port}"\n'
                f'[mqtt]\nurl = "mqtt://127.0.0.1:{broker.port}"\n'
                f'[[meters]]\nid = "linky"\nport = "{home}/tic"\nmode = "standard"\n'
            )
            found = asyncio.run(_run(home, broker, port, seconds))
        saves, kept, written = day_of_saves(home / "day")
    limit = f"a plain publication: {median(found.plain):.2f} ms"
    limit99 = f"a plain publication: {p99(found.plain):.2f} ms"
    frames = f"{len(found.alone)} frames"
    load = f"{len(found.asked)} frames, {found.answers} answers meanwhile"
    return [
        _row("line to MQTT subscriber, median", median(found.alone), MEDIAN_MS, limit),
        _row("… p99", p99(found.alone), P99_MS, f"{limit99}; {frames}"),
        _row(
            "… during a three-year query, median", median(found.asked), MEDIAN_MS, load
        ),
        _row("… p99", p99(found.asked), P99_MS, limit99),
        Row(
            "broker: bytes written in a day",
            written / 1e6,
            "MB",
            beside=f"{saves} saves of {kept / 1024:.0f} KiB, a day's messages between",
        ),
    ]


def _row(name: str, value: float, target: float | None, beside: str) -> Row:
    return Row(name, value, "ms", target, at_least=False, beside=beside)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    print(machine())
    print(render(measure(parser.parse_args().seconds)))


if __name__ == "__main__":
    main()
