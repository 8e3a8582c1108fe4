"""Where the demo keeps its things, and the configuration that it writes there."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from cli.language import spoken
from edge.commands import CONTROL_SOCKET
from edge.errors import BrokerError
from house import VirtualHome
from house.story import NUMBER

MARK = "releve-demo"
DAY_MS = 86_400_000
OLDEST_MS = 31 * DAY_MS
"""A story that went live longer ago is told anew."""
SOCKET_BYTES = 104
"""Less than what an address of a Unix socket has room for."""
LEAK_MINUTES = 2
PREFIX = "releve-demo"
"""On a broker, and in a Home Assistant, nothing of it meets a real home's names."""


@dataclass(frozen=True, slots=True)
class Place:
    """A directory of ours; `anchor_ms` is when its story went live, first of all."""

    directory: Path
    anchor_ms: int

    @property
    def config(self) -> Path:
        """Give the configuration's file."""
        return self.directory / "releve.toml"

    @property
    def linky(self) -> Path:
        """Give the port on which the Linky speaks."""
        return self.directory / "linky"

    @property
    def leak(self) -> Path:
        """Give the file that has water leak while it is there."""
        return self.directory / "leak"

    @property
    def history(self) -> Path:
        """Give where the operators' files are."""
        return self.directory / "history"

    def line(self, meter: str) -> Path:
        """Give the socket on which a meter pulses."""
        return self.directory / f"{meter}.line"

    def words(self, address: str) -> dict[str, str]:
        """Give what the words of the demo name."""
        return {
            "address": address,
            "config": str(self.config),
            "leak": str(self.leak),
            "linky": str(self.linky),
            "minutes": str(LEAK_MINUTES),
        }

    def write_history(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write the files that are imported, for who wants to look."""
        self.history.mkdir(mode=0o700, exist_ok=True)
        for name, data in files:
            (self.history / name).write_bytes(data)

    def write_config(self, home: VirtualHome) -> Path:
        """Write the configuration of three meters, as they stood when it went live."""
        gas_l, water_l = home.gas.at(self.anchor_ms), home.water.at(self.anchor_ms)
        self.config.write_text(
            f"""demo = true
data_dir = "{self.directory}/data"
log_level = "warning"
[api]
listen = "127.0.0.1:{_free_port(8080)}"
[journal]
commit_seconds = 5
{_broker()}[[meters]]
id = "linky"
port = "{self.linky}"
identifier = "{NUMBER}"
[[meters]]
id = "gas"
kind = "gazpar"
identifier = "{NUMBER}"
gpio = 17
gpio_chip = "virtual:{self.line("gas")}"
index_m3 = {gas_l // 1000}.{gas_l % 1000:03}
[[meters]]
id = "water"
kind = "water"
gpio = 27
gpio_chip = "virtual:{self.line("water")}"
index_m3 = {water_l // 1000}.{water_l % 1000:03}
leak_minutes = {LEAK_MINUTES}
""",
            encoding="utf-8",
        )
        return self.config


@contextmanager
def held(directory: Path, *, fresh: bool = False) -> Iterator[Place]:
    """Lend a place for one demo at a time; raise typer.BadParameter."""
    longest = directory / "data" / CONTROL_SOCKET
    if len(os.fsencode(longest)) > SOCKET_BYTES:
        raise typer.BadParameter(f"{directory} is too long a name for sockets in it")
    mark = directory / MARK
    with ExitStack() as stack:
        # before anything in it is forgotten
        before = stack.enter_context(_locked(mark)) if mark.exists() else None
        place = prepared(directory, fresh=fresh)
        if before is None or not os.path.samestat(os.fstat(before), mark.stat()):
            stack.enter_context(_locked(mark))
        yield place


@contextmanager
def _locked(mark: Path) -> Iterator[int]:
    """Hold a mark that no other demo holds; it is let go of when we end."""
    with mark.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise typer.BadParameter(
                f"a demo is running in {mark.parent}: name another directory"
            ) from error
        yield file.fileno()


def prepared(directory: Path, *, fresh: bool = False) -> Place:
    """Give a place to go on in, or an empty one; raise typer.BadParameter.

    What isn't ours is never emptied.
    """
    mark = directory / MARK
    if directory.exists() and any(directory.iterdir()) and not mark.exists():
        raise typer.BadParameter(f"{directory} holds something else: name another")
    now_ms = time.time_ns() // 1_000_000
    anchor_ms = _anchor(mark, now_ms)
    if fresh or anchor_ms is None:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o700, parents=True)
        anchor_ms = now_ms
        mark.write_text(f"{anchor_ms}\n", encoding="ascii")
    place = Place(directory, anchor_ms)
    place.leak.unlink(missing_ok=True)
    return place


def _anchor(mark: Path, now_ms: int) -> int | None:
    try:
        anchor_ms = int(mark.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return anchor_ms if now_ms - OLDEST_MS < anchor_ms <= now_ms else None


def _broker() -> str:
    """Give the [mqtt] of a private Mosquitto; nothing where there is none."""
    from edge.broker.mosquitto import find  # noqa: PLC0415 - MQTT, where asked for

    try:
        find()
    except BrokerError:
        return ""
    return f"""[mqtt]
url = "managed"
listen = "127.0.0.1:{_free_port(1883)}"
prefix = "{PREFIX}"
language = "{spoken()}"
"""


def _free_port(first: int) -> int:
    """Give the first port from a usual one on that nobody listens at."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    return 0
