"""A broker of others, and who listens there: real ones, stopped, killed, frozen."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
MOSQUITTO_SUB = shutil.which("mosquitto_sub")
FORMAT = '{"topic":"%t","retain":%r,"qos":%q,"payload":"%x"}'


class Program:
    """One that runs until it is ended, and may be frozen meanwhile."""

    process: subprocess.Popen[bytes] | None = None

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal, and reap it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(number)
            self.process.wait(timeout=90)
            self.process = None

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Broker(Program):
    """A Mosquitto whose clients need no password, on a port that stays its own."""

    def __init__(self, directory: Path, port: int, autosave_s: int = 1800) -> None:
        directory.mkdir()
        self.directory, self.port = directory, port
        self.url = f"mqtt://127.0.0.1:{port}"
        self.kept = directory / "mosquitto.db"
        user = pwd.getpwuid(os.geteuid()).pw_name
        (directory / "mosquitto.conf").write_text(
            f"user {user}\nlistener {port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {directory}/\n"
            f"autosave_interval {autosave_s}\nmax_queued_messages 50000\n"
            "log_type error\nlog_type warning\n"
        )

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self.directory / "mosquitto.conf")],
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(OSError), socket.socket() as probe:
                probe.connect(("127.0.0.1", self.port))
                return
            time.sleep(0.02)
        raise TimeoutError("mosquitto does not listen")

    def save(self) -> None:
        """Have it write down what it keeps, now."""
        before = self._saved_ns
        deadline = time.monotonic() + 20
        while self._saved_ns == before:
            # asked while it still ends the save before, it forgets that it was asked
            self.process.send_signal(signal.SIGUSR1)
            if time.monotonic() > deadline:
                raise TimeoutError("mosquitto did not save")
            time.sleep(0.1)

    @property
    def _saved_ns(self) -> int:
        return self.kept.stat().st_mtime_ns if self.kept.exists() else 0


class Told(NamedTuple):
    topic: str
    retain: bool
    qos: int
    payload: bytes

    @property
    def document(self):
        return json.loads(self.payload)


class Listener(Program):
    """A mosquitto_sub; a durable one has a session that outlives the broker's restart.

    It connects again by itself a second after the broker went.
    """

    def __init__(
        self, path: Path, port: int, *topics: str, durable: bool = False
    ) -> None:
        self.path, self._port, self._topics = path, port, topics or ("#",)
        self._durable = durable
        self.words: list[str] = []

    def start(self) -> None:
        words = [MOSQUITTO_SUB, "-V", "5", "-p", str(self._port), "-F", FORMAT]
        words += [*self.words, "-q", "1", *(w for t in self._topics for w in ("-t", t))]
        if self._durable:
            # a session that begins clean does not survive the broker, in 2.0.11
            words += ["-i", self.path.stem, "-c", "-x", "86400"]
        with self.path.open("ab") as out:
            self.process = subprocess.Popen(
                words, stdout=out, stderr=subprocess.DEVNULL
            )

    def known_to(self, broker: Broker) -> None:
        """Return once the broker has written this one's session down."""
        deadline = time.monotonic() + 20
        known = b""
        while self.path.stem.encode() not in known:
            if time.monotonic() > deadline:
                raise TimeoutError("the broker knows no such session")
            broker.save()
            known = broker.kept.read_bytes()

    def told(self, start: str = "") -> list[Told]:
        """Give what it was told so far of topics that start so."""
        lines = self.path.read_bytes().split(b"\n")[:-1] if self.path.exists() else []
        found = []
        for line in lines:
            document = json.loads(line)
            told = Told(
                document["topic"],
                bool(document["retain"]),
                document["qos"],
                bytes.fromhex(document["payload"]),
            )
            if told.topic.startswith(start):
                found.append(told)
        return found

    def last(self, topic: str) -> bytes | None:
        """Give what it was told last on one topic."""
        found = [told.payload for told in self.told(topic) if told.topic == topic]
        return found[-1] if found else None


def kept(port: int, *topics: str) -> dict[str, bytes]:
    """Give what the broker keeps on some topics, as one who comes now is told it."""
    words = [MOSQUITTO_SUB, "-V", "5", "-p", str(port), "-F", FORMAT, "-W", "1"]
    words += ["--retained-only", *(w for t in topics or ("#",) for w in ("-t", t))]
    done = subprocess.run(words, capture_output=True, check=False, timeout=90)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["topic"]: bytes.fromhex(line["payload"]) for line in lines}


async def until(true, seconds: float = 60):
    """Wait until something is so, of anything; give what it is."""
    async with asyncio.timeout(seconds):
        while True:
            found = await asyncio.to_thread(true)
            if found:
                return found
            await asyncio.sleep(0.05)
