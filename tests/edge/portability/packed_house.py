"""A home of three fluids that is written into a pack, and another that takes it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from itertools import pairwise
from pathlib import Path

from importing_home import NOW_MS, PARIS, PLACES, House, curve, gas_days

from edge.calendar import calendar_of
from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.portability import readings
from edge.portability.gathered import Home, Ledger
from edge.portability.opening import opened
from edge.portability.taking import Taken, Taker
from edge.portability.writing import HomePack
from edge.record import Baseline
from edge.registers import CATALOGUE
from edge.sample import Quality

NOBODY = Ledger()
FLUIDS = {place.meter: place.fluid for place in PLACES}
FIRST_MS = 1_672_527_600_000
"""2023-01-01 in Paris."""
SERIAL = "041876543210"


def _quiet(_step: str, _part: float) -> None:
    pass


class PackedHouse(House):
    """A House with what is lived in it, and its packs."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700)
        super().__init__(directory)

    async def live(self, halves: int = 96, first_ms: int = FIRST_MS) -> None:
        """Have a meter of each fluid count, files imported, a device replaced."""
        for meter, register in (
            ("linky", "import_total_wh"),
            ("linky", "apparent_power_va"),
            ("gas", "gas_volume_l"),
            ("water", "water_volume_l"),
        ):
            await self.journal.append(
                [
                    rows(meter, register, step, halves, first_ms)
                    for step in INTERVAL_STEPS
                ]
            )
        await self.take(curve([460, 500, 0, 7]))
        await self.take(gas_days([75, 146, 0, 91, 12]))
        await self.journal.see_device("linky", SERIAL, FIRST_MS)
        second_ms = FIRST_MS + 20 * 1_800_000
        await self.journal.confirm_device(
            "linky",
            "041800000001",
            second_ms,
            [Baseline("linky", second_ms, "replaced", {"import_total_wh": 7}, SERIAL)],
        )
        await self.project()

    def written(self, ledger: Ledger = NOBODY, **more: bool) -> bytes:
        """Give a pack of the home, not sealed."""
        to = io.BytesIO()
        known = self.journal.devices()
        home = Home(FLUIDS, self.reads, known, ledger, "Europe/Paris", NOW_MS)
        list(HomePack(home, **more).steps(to))
        return to.getvalue()

    async def unpacked(self, data: bytes) -> Taken:
        """Take a pack that was unsealed."""
        taker = Taker(
            self.journal, self.reads, FLUIDS, PARIS, lambda: NOW_MS, self.project
        )
        with opened(io.BytesIO(data)) as pack:
            return await taker.take(pack, _quiet)


def rows(
    meter: str, register: str, step: Step, halves: int, first_ms: int = FIRST_MS
) -> tuple[Interval, ...]:
    """Invented rows of a step, as many as the half-hours are."""
    end_ms = first_ms + halves * 1_800_000
    instant = not CATALOGUE[register].monotonic
    calendar = calendar_of(CATALOGUE[register].fluid, PARIS)
    edges = calendar.boundaries(step, first_ms, end_ms).tolist()
    return tuple(
        Interval(
            meter,
            register,
            step,
            start,
            end,
            100 + number % 7,
            90 if instant else None,
            100.25 + number % 7 if instant else None,
            120 if instant else None,
            1.0 if number % 5 else 0.5,
            Quality.RAW if number % 3 else Quality.ESTIMATED,
            "tic" if meter == "linky" else "pulses",
        )
        for number, (start, end) in enumerate(pairwise(edges))
    )


def table(pack: bytes, path: str = readings.PATH) -> list[dict[str, str]]:
    """Give a table of a pack."""
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(path).decode())))


def manifest(pack: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return json.loads(archive.read("datapackage.json"))


def text(pack: bytes, path: str) -> str:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return archive.read(path).decode()
