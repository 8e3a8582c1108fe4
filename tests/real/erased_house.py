"""One home with all that keeps readings: InfluxDB, a broker of its own, copies."""

from __future__ import annotations

import asyncio
import gzip
import re
import zlib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.config import Config, InfluxConfig, JournalConfig, MeterConfig
from edge.importing.folder import Folder
from edge.sample import HostInstant, Sample, millis, utc
from edge.service.erasing import erasure_of
from edge.service.hub import Hub
from edge.stores.influx.consumer import InfluxConsumer, Keeping, Pace
from exports.reading.here import here
from tests.real.home import free_port

HOUR, DAY, EVER = 3_600_000, 86_400_000, 1 << 50
MIDNIGHT = millis(datetime(2026, 3, 2, 23, tzinfo=UTC))
INDEX, POWER, CURVE = "import_total_wh", "apparent_power_va", "import_load_curve_w"
PRM = "01234567890123"
HEAD = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
    "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
    f"{PRM};Courbe de charge;01/03/2026;01/04/2026;Energie active;"
    "Consommation;Comptage Brut;W;30\nHorodate;Valeur\n"
)
PARIS = ZoneInfo("Europe/Paris")


def peak(hour: int) -> int:
    """Give the power of an hour, which no other number is."""
    return 1_234_567_891 + 1_003 * hour


def samples(first: int, hours: int) -> list[Sample]:
    """One a minute, the power of each hour its own."""
    return [
        Sample(
            "linky",
            MIDNIGHT + minute * 60_000,
            {INDEX: 50_000_000 + 7 * minute, POWER: peak(minute // 60)},
        )
        for minute in range(first * 60, (first + hours) * 60)
    ]


def curve(values: list[int], first_ms: int) -> bytes:
    """A load curve as Enedis gives it: each instant ends its half-hour."""
    rows = [
        f"{utc(first_ms + (n + 1) * HOUR // 2).astimezone(PARIS).isoformat()};{value}"
        for n, value in enumerate(values)
    ]
    return (HEAD + "\n".join(rows) + "\n").encode()


class Clock:
    """A host's clock that stands."""

    now_ms = MIDNIGHT + 3 * DAY

    def now(self) -> HostInstant:
        at_ms = self.now_ms
        return HostInstant(at_ms, at_ms * 1_000_000, synchronised=True, boot_id="b")


class House:
    """A hub with its consumers running, as a service has them."""

    def __init__(self, data: Path, url: str) -> None:
        self.data = data
        self.config = Config(
            data_dir=data,
            journal=JournalConfig(commit_seconds=30),
            influxdb=InfluxConfig(url=url),
            mqtt={"url": "managed", "listen": f"127.0.0.1:{free_port()}"},
            meters=(MeterConfig(id="linky", port="/dev/null", identifier=PRM),),
        )
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        hub = self.hub = Hub.open(self.config, Clock(), ("linky",))
        hub.importer = replace(hub.importer, reader=here)
        hub.influx = InfluxConsumer(
            *(hub.journal, hub.influx.store, hub.store, Keeping(36_500, 36_500)),
            Pace(every_s=0.1, first_delay_s=0.05, last_delay_s=0.3),
        )
        await hub.projector.project()
        hub.projector.near.set()
        self.erasure = erasure_of(hub)
        runs = (hub.roller.run, hub.influx.run, hub.mqtt.run)
        self.tasks = [asyncio.create_task(run()) for run in runs]

    async def stop(self) -> None:
        self.hub.hang_up()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.hub.close()

    async def live(self, first: int, hours: int) -> None:
        """Have the meter speak, and all of it delivered."""
        some = samples(first, hours)
        for one in some:
            self.hub.journal.add_sample(one)
        self.hub.bus.publish(some[-1])
        await self.delivered()

    async def delivered(self) -> None:
        hub = self.hub
        await hub.journal.commit()
        await hub.roller.catch_up()
        await hub.journal.commit()
        await hub.projector.project()
        async with asyncio.timeout(60):
            cursor = hub.influx.store.cursor
            while await asyncio.to_thread(cursor) != hub.journal.tail:  # noqa: ASYNC110 - InfluxDB has no event
                await asyncio.sleep(0.05)  # asks until it is so

    async def dropped(self, name: str, data: bytes) -> None:
        """Drop a file into the folder, and have it taken."""
        folder = Folder(self.data / "import", self.hub.importer)
        await asyncio.to_thread(folder._make)
        (self.data / "import" / name).write_bytes(data)
        await folder.look()
        await folder.look()
        await self.delivered()


def forms(number: int) -> list[bytes]:
    """Give how a number may stand in a file: as text, as SQLite, numpy, InfluxDB do."""
    zigzag = number << 1
    return [
        str(number).encode(),
        number.to_bytes(4, "big"),
        number.to_bytes(8, "little"),
        number.to_bytes(8, "big"),
        zigzag.to_bytes(8, "big"),
    ]


MOST = 1 << 20
STREAM = re.compile(rb"x[\x01\x5e\x9c\xda]")


def contents(path: Path) -> list[bytes]:
    """Give a file's bytes, and what each zlib stream within them says."""
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    found = [data]
    for match in STREAM.finditer(data):
        with suppress(zlib.error):
            found.append(
                zlib.decompressobj().decompress(data[match.start() :], 1 << 22)
            )
    return found


def holding(directory: Path, needles: list[bytes]) -> set[str]:
    """Give the names of the files that hold any of these."""
    return {
        path.name
        for path in directory.rglob("*")
        if path.is_file()
        and any(needle in some for some in contents(path) for needle in needles)
    }
