"""A home whose every hour is told apart by a number that stands nowhere else."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.config import Config, JournalConfig, MeterConfig
from edge.errors import EdgeError
from edge.importing.reading import Asked
from edge.sample import HostInstant, Sample, millis, utc
from edge.service.erasing import erasure_of
from edge.service.hub import Hub
from exports.reading.here import here

HOUR, DAY = 3_600_000, 86_400_000
MIDNIGHT = millis(datetime(2026, 3, 2, 23, tzinfo=UTC))
"""A midnight in Paris."""
INDEX, POWER = "import_total_wh", "apparent_power_va"
CURVE = "import_load_curve_w"
EVER = 1 << 50
PARIS = ZoneInfo("Europe/Paris")
HEAD = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
    "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
    "01234567890123;Courbe de charge;01/03/2026;01/04/2026;Energie active;"
    "Consommation;Comptage Brut;W;30\nHorodate;Valeur\n"
)


def curve(values: list[int], first_ms: int = MIDNIGHT) -> bytes:
    """A load curve of half-hours as Enedis gives it: each instant ends its own."""
    rows = [
        f"{utc(first_ms + (n + 1) * HOUR // 2).astimezone(PARIS).isoformat()};{value}"
        for n, value in enumerate(values)
    ]
    return (HEAD + "\n".join(rows) + "\n").encode()


class Clock:
    """A host's clock that stands where a test puts it."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def now(self):
        return HostInstant(
            self.now_ms, self.now_ms * 1_000_000, synchronised=True, boot_id="boot"
        )


def peak(hour: int) -> int:
    """Give the power of an hour, which no other number is."""
    return 1_234_567_891 + 1_003 * hour


def samples(first: int, hours: int, meter: str = "linky") -> list[Sample]:
    """One a minute: the index rises by 7 Wh, the power names its hour."""
    return [
        Sample(
            meter,
            MIDNIGHT + minute * 60_000,
            {INDEX: 50_000_000 + 7 * minute, POWER: peak(minute // 60)},
        )
        for minute in range(first * 60, (first + hours) * 60)
    ]


class Home:
    """A hub, opened and closed as a service does."""

    def __init__(self, directory: Path) -> None:
        self.config = Config(
            data_dir=directory,
            journal=JournalConfig(commit_seconds=300),
            meters=(
                MeterConfig(id="linky", port="/dev/null", identifier="01234567890123"),
                MeterConfig(id="shed", port="/dev/null"),
            ),
        )
        self.clock = Clock(MIDNIGHT + 3 * DAY)
        self.hub: Hub | None = None
        self.open()

    def open(self) -> Hub:
        self.hub = Hub.open(self.config, self.clock, ("linky", "shed"))
        # in this process: each test would start another
        self.hub.importer = replace(self.hub.importer, reader=here)
        self.erasure = erasure_of(self.hub)
        return self.hub

    async def live(self, first: int, hours: int, meter: str = "linky") -> None:
        """Have a meter say what it says over some hours, all of it rolled."""
        for one in samples(first, hours, meter):
            self.hub.journal.add_sample(one)
        await self.hub.journal.commit()
        await self.hub.caught_up()

    async def take(self, data: bytes, name: str = "file.csv", meter: str = "linky"):
        return await self.hub.importer.take(data, Asked(name, meter))

    def instants(self, meter: str = "linky") -> list[int]:
        return self.hub.reads.track(meter, 0, EVER).instants.tolist()

    def rows(self, register, step, meter: str = "linky"):
        return self.hub.reads.intervals(meter, register, step, 0, EVER)

    def close(self) -> None:
        if self.hub is not None:
            with suppress(EdgeError):
                self.hub.close()
        self.hub = None

    def again(self) -> Hub:
        self.close()
        return self.open()
