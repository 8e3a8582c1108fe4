"""After thirty days without InfluxDB, broker or embedded store: how live values fare.

    python -m bench.catch_up [--days N] [--seconds N] [--past DIRECTORY]

A meter's days are in the journal, and nobody has read them. The service starts, with
another meter that speaks on a pseudo-terminal; all three are filled while its frames
are timed to a subscriber. Then what came is counted: it fails unless it is everything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.history import fill
from bench.influx import influxd, ready
from bench.mqtt import MEDIAN_MS, P99_MS, Ear, TimedLine, delays_ms, p99
from bench.mqtt_broker import MqttBroker
from bench.scratch import scratch
from bench.service import RUN, _status
from bench.table import Row, machine, render
from edge.calendar import HOUR_MS
from edge.config import Config, JournalConfig, MeterConfig, load_config
from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.sample import millis
from edge.stores.influx.attach import open_store
from edge.stores.protocol import Store
from edge.stores.sqlite.store import FILE, SqliteStore
from teleinfo import Mode
from teleinfo.virtual import MeterSpec, VirtualLinky

DAYS = 30
SECONDS = 60.0
WARM_FRAMES = 5
LONGEST_S = 3600.0
COUNTED = "samples"
PAST, LIVE = "linky", "garage"
Told = tuple[str, str, int, int]
EVER_MS, MANY = 1 << 50, 10_000_000


@dataclass(slots=True)
class Found:
    """What one run gave: delays in ms, seconds, and what the subscriber was told."""

    during: list[float]
    after: list[float]
    took_s: float
    peak_mb: float
    told: set[Told]


class Listener:
    """Writes down which intervals are told: a subscriber and a process of its own.

    Else a live value would be timed behind the thousand rows that came before it.
    """

    def __init__(self, port: int, path: Path) -> None:
        self._path = path
        topics = [
            w for step in INTERVAL_STEPS for w in ("-t", f"releve/{PAST}/{step}/+")
        ]
        words = ["mosquitto_sub", "-V", "5", "-q", "1", "-p", str(port), "-F", "%t %p"]
        with path.open("wb") as heard:
            self._process = subprocess.Popen([*words, *topics], stdout=heard)

    def told(self) -> set[Told]:
        """Stop listening, and give the intervals."""
        self._process.terminate()
        self._process.wait()
        told = set()
        for line in self._path.read_text().splitlines():
            topic, _, payload = line.partition(" ")
            _, _, step, register = topic.split("/")
            row = json.loads(payload)
            start_ms = millis(datetime.fromisoformat(row["start"]))
            told.add((register, step, start_ms, row["revision"]))
        return told


def configured(home: Path, url: str, broker: int, api: int) -> Path:
    """Write the configuration of a home with everything attached."""
    path = home / "releve.toml"
    path.write_text(
        f'data_dir = "{home}/data"\nlog_level = "error"\n'
        f'[api]\nlisten = "127.0.0.1:{api}"\n'
        f'[influxdb]\nurl = "{url}"\n'
        f'[mqtt]\nurl = "mqtt://127.0.0.1:{broker}"\n'
        f'[[meters]]\nid = "{PAST}"\nport = "{home}/none"\n'
        f'[[meters]]\nid = "{LIVE}"\nport = "{home}/tic"\nmode = "standard"\n'
    )
    return path


def health(home: Path, api: int) -> dict[str, Any]:
    """Give the parts of the health report, by name."""
    token = (home / "data" / "owner.token").read_text().strip()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{api}/api/v1/health",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own
        return {part["name"]: part for part in json.load(answer)["parts"]}


def caught_up(parts: dict[str, Any], delivered: int) -> tuple[bool, int]:
    """Tell whether nobody is behind any more, and how much MQTT has delivered."""
    now = parts["mqtt_intervals"]["counters"]["delivered"]
    behind = parts["influxdb"]["gauges"]["pending"] > 3
    rounds = parts["store"]["counters"]["rounds"]
    return bool(not behind and rounds and now and now == delivered), now


async def _run(home: Path, config: Path, api: int, port: int, quiet_s: float) -> Found:
    meter = VirtualLinky(MeterSpec(mode=Mode.STANDARD), time.time_ns() // 1_000_000)
    line = TimedLine(meter, home / "tic")
    speaking = asyncio.create_task(line.run())
    ear = Ear(port, f"releve/{LIVE}/live")
    listener = Listener(port, home / "told.txt")
    words = [sys.executable, "-c", RUN, "run", "--config", str(config)]
    with ear.open():
        service = subprocess.Popen(words)  # noqa: ASYNC220 - before it is timed
        try:
            while len(ear.came_s) < WARM_FRAMES:  # noqa: ASYNC110 - a thread's
                await asyncio.sleep(0.05)
            begun, heard = time.monotonic(), len(ear.came_s)
            there, delivered = False, 0
            while not there and time.monotonic() - begun < LONGEST_S:
                await asyncio.sleep(5)
                with suppress(OSError):
                    parts = await asyncio.to_thread(health, home, api)
                    there, delivered = caught_up(parts, delivered)
            took_s = time.monotonic() - begun
            during = delays_ms(line.ended_s, ear.came_s[heard:])
            heard = len(ear.came_s)
            await asyncio.sleep(quiet_s)
            after = delays_ms(line.ended_s, ear.came_s[heard:])
            peak = _status(service.pid, "VmHWM") / 1024
        finally:
            service.terminate()
            service.wait()
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
    return Found(during, after, took_s, peak, listener.told())


def rows_of(store: Store) -> dict[tuple[str, Step], list[Interval]]:
    """Give every interval that a store has of the past."""
    return {
        (name, step): store.intervals(PAST, name, step, 0, EVER_MS, MANY)
        for name in sorted(store.meters()[PAST])
        for step in INTERVAL_STEPS
    }


def _agreed(home: Path, config: Config, told: set[Told]) -> int:
    """Count the intervals that both stores and the subscriber have; end if unequal."""
    if config.influxdb is None:
        raise SystemExit("no InfluxDB is configured")
    embedded, attached = (
        SqliteStore(home / "data" / FILE),
        open_store(config, config.influxdb),
    )
    rows = rows_of(embedded)
    if rows != rows_of(attached):
        sys.exit("InfluxDB has other intervals than the embedded store")
    for name in sorted(embedded.meters()[PAST]):
        here = embedded.raw(PAST, name, 0, EVER_MS, MANY)
        if here != attached.raw(PAST, name, 0, EVER_MS, MANY):
            sys.exit(f"InfluxDB has other readings of {name}")
    embedded.close()
    attached.close()
    untold = {
        key
        for (name, step), some in rows.items()
        for row in some
        if (key := (name, step.value, row.start_ms, row.revision)) not in told
    }
    if untold:
        sys.exit(f"{len(untold)} intervals were never told by MQTT")
    return sum(map(len, rows.values()))


def past(data: Path, days: int) -> int:
    """Live the days that nobody has read; give how many samples."""
    config = Config(
        data_dir=data,
        journal=JournalConfig(commit_seconds=300, keep_days=days + 7),
        meters=(MeterConfig(id=PAST, port="/dev/null"),),
    )
    until_ms = time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS
    samples = asyncio.run(fill(config, PAST, days, until_ms))
    (data / COUNTED).write_text(str(samples))
    return samples


def measure(
    days: int = DAYS, quiet_s: float = SECONDS, kept: Path | None = None
) -> list[Row]:
    """Give live delays during the catch-up and after it, and how long it took.

    `kept` is where the past is looked for, and left for another time.
    """
    with scratch() as home, influxd(home / "influx") as (_, url):
        lived = kept or home / "past"
        if not (lived / COUNTED).exists():
            past(lived, days)
        samples = int((lived / COUNTED).read_text())
        shutil.copytree(lived, home / "data")
        for lost in (home / "data").glob(f"{FILE}*"):
            lost.unlink()  # the embedded store is away as well
        ready(url, home / "data")
        with MqttBroker(home / "broker") as broker:
            api = broker.free_port()
            path = configured(home, url, broker.port, api)
            found = asyncio.run(_run(home, path, api, broker.port, quiet_s))
        intervals = _agreed(home, load_config(path), found.told)
    told = f"{intervals:,} intervals in both stores, {len(found.told):,} told by MQTT"
    return [
        Row(
            f"catch-up after {days} days: samples a second",
            samples / found.took_s,
            "samples/s",
            beside=f"{samples:,} samples in {found.took_s:.0f} s; {told}",
        ),
        _ms("… live meanwhile, median", found.during, found.after, MEDIAN_MS, median),
        _ms("… live meanwhile, p99", found.during, found.after, P99_MS, p99),
        Row("… memory, peak", found.peak_mb, "MB"),
    ]


def _ms(
    name: str, during: list[float], after: list[float], target: float, of: Any
) -> Row:
    beside = f"{of(after):.2f} ms afterwards; {len(during)} and {len(after)} frames"
    return Row(name, of(during), "ms", target, at_least=False, beside=beside)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--past", type=Path, help="where the days are kept, once lived")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    print(machine())
    print(render(measure(asked.days, asked.seconds, asked.past)))


if __name__ == "__main__":
    main()
