"""Ten years of three fluids written into a pack, and taken by an empty home.

    python -m bench.export [--years N]

A home of a Linky in two tariffs, a Gazpar and a water meter: their half-hours and all
that is made of them, Enedis's load curve and GRDF's days beside. The commands run as a
household runs them, each a process of its own, whose peak of memory is looked at;
one year is written first, so that what grows with the years is seen.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.scratch import scratch
from bench.service import RUN
from bench.table import Row, machine, render
from edge.calendar import DAY_MS, calendar_of
from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.journal.journal import Journal
from edge.record import Body, Lane
from edge.registers import CATALOGUE
from edge.roller.roller import PARIS
from edge.sample import Quality, Slice
from edge.stores.projector import Projector
from edge.stores.sqlite.store import FILE, SqliteStore

YEARS = 10
SECONDS = 60.0
FLAT_MB = 1.3
"""How many times the memory of one year ten may take."""
START_MS = 1_451_602_800_000
"""1 January 2016, 00:00 in Paris."""
BATCH = 2_000
LOOK_S = 0.05
OWN = (
    ("linky", "import_total_wh"),
    ("linky", "import_tariff01_wh"),
    ("linky", "import_tariff02_wh"),
    ("linky", "apparent_power_va"),
    ("gas", "gas_volume_l"),
    ("water", "water_volume_l"),
)
SAID = (
    ("linky", "import_load_curve_w", Step.MIN30, "portal:conso-api"),
    ("gas", "gas_volume_l", Step.DAY, "portal:grdf"),
    ("gas", "gas_energy_wh", Step.DAY, "portal:grdf"),
)
PHRASE = "four words that nobody guesses"


def _batches(years: int) -> Iterator[tuple[Interval, ...] | tuple[Slice, ...]]:
    chance = random.Random(1)
    for meter, register in OWN:
        for step in INTERVAL_STEPS:
            edges = _edges(register, step, years)
            rows = [
                _row(meter, register, step, span, chance.randint(0, 2000))
                for span in edges
            ]
            for at in range(0, len(rows), BATCH):
                yield tuple(rows[at : at + BATCH])
    for meter, register, step, origin in SAID:
        said = [
            Slice(
                *(meter, register, start, end, chance.randint(0, 5000)),
                *(Quality.RAW, origin, START_MS),
            )
            for start, end in _edges(register, step, years)
        ]
        for at in range(0, len(said), BATCH):
            yield tuple(said[at : at + BATCH])


def _edges(register: str, step: Step, years: int) -> list[tuple[int, int]]:
    calendar = calendar_of(CATALOGUE[register].fluid, PARIS)
    end_ms = START_MS + years * 1461 * DAY_MS // 4
    edges = calendar.boundaries(step, START_MS, end_ms).tolist()
    return list(pairwise(edges))


def _row(
    meter: str, register: str, step: Step, span: tuple[int, int], value: int
) -> Interval:
    of = (meter, register, step, *span, value)
    if CATALOGUE[register].monotonic:
        return Interval(*of)
    return Interval(*of, value // 2, value + 0.25, value * 2, 0.998)


async def lived(home: Path, years: int) -> int:
    """Make a home that has counted for so long; give its rows."""
    journal = Journal.open(home)
    store = SqliteStore(home / FILE)
    projector, count = Projector(journal, store), 0
    waiting: list[Body] = []
    await journal.register("store")
    for batch in _batches(years):
        waiting.append(batch)
        count += len(batch)
        if len(waiting) == 20:
            await journal.append(waiting, lane=Lane.HISTORY)
            await projector.project()
            waiting = []
    await journal.append(waiting, lane=Lane.HISTORY)
    await projector.project()
    store.close()
    journal.close()
    return count


@dataclass(frozen=True, slots=True)
class Run:
    """One command that ran: its seconds, and the most memory that it took, in MB."""

    seconds: float
    peak_mb: float


def run(config: Path, *words: str) -> Run:
    """Run a command of ours to its end; end with it when it fails."""
    command = [sys.executable, "-c", RUN, *words, "--config", str(config)]
    command += ["--passphrase-file", str(config.with_name("secret"))]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak_mb = 0.0
    # not the kernel's word at its end: that has in it what this process held
    while process.poll() is None:
        peak_mb = max(peak_mb, _peak_mb(process.pid))
        time.sleep(LOOK_S)
    if process.returncode:
        sys.exit(f"{words[0]} failed: {process.returncode}")
    return Run(time.perf_counter() - begun, peak_mb)


def _peak_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(n.split()[1]) / 1024 for n in lines if n.startswith("VmHWM")), 0.0)


def configured(place: Path) -> Path:
    """Write the configuration of a home, and its passphrase."""
    place.mkdir(parents=True)
    config = place / "releve.toml"
    config.write_text(
        f'data_dir = "{place}/data"\nlog_level = "error"\n[imports]\nfolder = ""\n'
        f'[[meters]]\nid = "linky"\nport = "{place}/none"\n'
        '[[meters]]\nid = "gas"\nkind = "gazpar"\n'
        '[[meters]]\nid = "water"\nkind = "water"\n'
    )
    (place / "secret").write_text(PHRASE)
    return config


def measure(years: int = YEARS) -> list[Row]:
    """Give the seconds and the memory that an export takes, and an import."""
    with scratch() as place:
        one = configured(place / "one")
        asyncio.run(lived(place / "one" / "data", 1))
        first = run(one, "export", str(place / "one.releve"))
        many = configured(place / "many")
        rows = asyncio.run(lived(place / "many" / "data", years))
        pack = place / "many.releve"
        whole = run(many, "export", str(pack))
        taken = run(configured(place / "new"), "import", str(pack))
        size = pack.stat().st_size / 1e6
    return [
        Row(
            f"export: {years} years of three fluids",
            whole.seconds,
            "s",
            SECONDS,
            at_least=False,
            beside=f"{rows:,} rows, {size:.0f} MB; one year {first.seconds:.1f} s",
        ),
        Row(
            f"export: peak of memory, {years} years beside one",
            whole.peak_mb / first.peak_mb,
            "times",
            FLAT_MB,
            at_least=False,
            beside=f"{whole.peak_mb:.0f} MB, one year {first.peak_mb:.0f} MB",
        ),
        Row(
            "import of that pack into an empty home",
            taken.seconds,
            "s",
            beside=f"peak {taken.peak_mb:.0f} MB",
        ),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=YEARS)
    print(machine())
    print(render(measure(parser.parse_args().years)))


if __name__ == "__main__":
    main()
