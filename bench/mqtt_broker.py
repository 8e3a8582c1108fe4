"""A Mosquitto for the benchmarks, as Relevé runs its own; what it writes in a day."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bench.decode import DAY_START_MS
from edge.broker.mosquitto import AUTOSAVE_S
from edge.outputs.payloads import Payloads
from edge.outputs.shown import Shown
from edge.outputs.topics import Topics
from edge.sample import HostInstant, Sample
from edge.sources.mapping import Mapper
from teleinfo import Decoder, Mode
from teleinfo.virtual import Contract, MeterSpec, VirtualLinky

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
DAY_S = 86_400
SAVES = 3
"""Measured: each writes what is kept whole, so that a few tell of the day's."""


class MqttBroker:
    """A broker of its own directory, on the disk; autosave as Relevé sets it."""

    def __init__(self, directory: Path, autosave_s: int = AUTOSAVE_S) -> None:
        self.directory, self.port = directory, self.free_port()
        self.kept = directory / "mosquitto.db"
        directory.mkdir()
        (directory / "mosquitto.conf").write_text(
            f"user {pwd.getpwuid(os.geteuid()).pw_name}\n"
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {directory}/\n"
            f"autosave_interval {autosave_s}\nlog_type error\n"
        )

    @staticmethod
    def free_port() -> int:
        """Give a port that nobody listens at."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def __enter__(self) -> Self:
        if MOSQUITTO is None:
            raise SystemExit("mosquitto is not installed")
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self.directory / "mosquitto.conf")],
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return self
            time.sleep(0.05)
        raise SystemExit("mosquitto does not listen")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait()

    @property
    def written(self) -> int:
        """Give what the kernel counts as written by it, in bytes."""
        told = Path(f"/proc/{self.process.pid}/io").read_text(encoding="ascii")
        (line,) = (x for x in told.splitlines() if x.startswith("write_bytes"))
        return int(line.split()[1])


def day_of_saves(directory: Path) -> tuple[int, int, float]:
    """Give (saves a day, bytes kept, bytes written a day)."""
    with MqttBroker(directory, autosave_s=1) as broker:
        client = Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5
        )
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        _tell(client, 600)
        time.sleep(2.5)
        before, seen, saves = broker.written, 0, 0
        while saves < SAVES:
            _tell(client, 30)
            now = broker.kept.stat().st_mtime_ns if broker.kept.exists() else 0
            saves, seen = saves + (now != seen), now
        written = broker.written - before
        kept = broker.kept.stat().st_size
        client.disconnect()
        client.loop_stop()
    a_day = DAY_S // AUTOSAVE_S
    return a_day, kept, written / saves * a_day


def _tell(client: Client, frames: int) -> None:
    """Publish a meter's samples as the live output does."""
    topics, payloads, shown = Topics("releve"), Payloads(ZoneInfo("UTC")), Shown()
    meter = VirtualLinky(
        MeterSpec(mode=Mode.STANDARD, contract=Contract.HPHC, phases=3), DAY_START_MS
    )
    decoder, mapper = Decoder(Mode.STANDARD), Mapper("linky")
    end_ms = DAY_START_MS + frames * 1000
    for at_ms, data in meter.timed_frames(DAY_START_MS, end_ms):
        seen = HostInstant(at_ms, at_ms * 1_000_000, synchronised=True, boot_id="day")
        for frame in decoder.feed(data):
            values = mapper.reading(frame, seen).values
            sample = Sample("linky", at_ms, values)
            client.publish(topics.live("linky"), payloads.sample(sample))
            for each in shown.due(values, at_ms / 1000):
                shown.keep(each, at_ms / 1000)
                properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's own
                if each.expiry_s:
                    properties.MessageExpiryInterval = each.expiry_s
                topic = topics.bare("linky", each.register)
                client.publish(topic, each.payload, retain=True, properties=properties)
