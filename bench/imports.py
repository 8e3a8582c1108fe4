"""Files imported by a running service: how long until merged rows answer.

    python -m bench.imports [--rounds N]

The service is a process of its own with an embedded store and a broker; a meter speaks
to it on a pseudo-terminal. A year of Enedis's half-hours and ten years of GRDF's days
are uploaded, asked for as merged rows, and taken back, over and over; then the same
with an InfluxDB beside it, and with one that the API answers from. These two have what
was taken back delivered before the next import: a household imports a file once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from bench.influx import influxd, ready
from bench.mqtt import P99_MS, Ear, TimedLine, delays_ms, p99
from bench.mqtt_broker import MqttBroker
from bench.scratch import scratch
from bench.service import RUN
from bench.table import Row, machine, render
from teleinfo import Mode
from teleinfo.virtual import MeterSpec, VirtualLinky

ROUNDS = 20
INFLUX_ROUNDS = 4
"""Fewer: between two of them up to a minute goes by."""
WARM_FRAMES = 5
PARIS = ZoneInfo("Europe/Paris")
YEAR_S, DECADE_S = 1.5, 1.0
HALVES, DAYS = 17_520, 3_653
CURVE = "/api/v1/meters/linky/registers/import_total_wh?step=30min&limit=60000"
GAS = "/api/v1/meters/gas/registers/gas_energy_wh?step=day&limit=60000"


def year() -> bytes:
    """Give a year's load curve, as Enedis's site gave it until 2024."""
    head = (
        "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
        "Grandeur metier;Etape metier;Unite;Pas en minutes\n"
        "XXXXXXXXXXXXXX;Courbe de charge;01/01/2023;01/01/2024;Energie active;"
        "Consommation;Comptage Brut;W;\nHorodate;Valeur\n"
    )
    start = datetime(2023, 1, 1, tzinfo=PARIS).astimezone(UTC)
    ends = [start + timedelta(minutes=30 * (n + 1)) for n in range(HALVES)]
    lines = [
        f"{end.astimezone(PARIS).isoformat()};{200 + n * 7919 % 3000}"
        for n, end in enumerate(ends)
    ]
    return (head + "\n".join(lines) + "\n").encode()


def decade() -> bytes:
    """Give ten years of gas days, as GRDF's portal answers."""
    days, index = [], 5_000
    for n in range(DAYS):
        day = date(2016, 1, 1) + timedelta(days=n)
        volume = n * 7919 % 12
        days.append(
            {
                "coeffConversion": 11.2,
                "dateDebutReleve": f"{day}T06:00:00+00:00",
                "dateFinReleve": f"{day + timedelta(days=1)}T06:00:00+00:00",
                "energieConsomme": volume * 11,
                "indexDebut": index,
                "indexFin": index + volume,
                "journeeGaziere": f"{day}",
                "natureReleve": "Informative Journalier",
                "qualificationReleve": "Mesuré",
                "volumeBrutConsomme": volume,
            }
        )
        index += volume
    return json.dumps({"0": {"idPce": None, "releves": days}}).encode()


@dataclass(slots=True)
class Found:
    """What the rounds gave: seconds of each file, delays in ms."""

    year_s: list[float] = field(default_factory=list)
    decade_s: list[float] = field(default_factory=list)
    live: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Caller:
    """One who asks the service, by the owner's token."""

    port: int
    token: str

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        """Give what the service answers; end on a refusal."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        heads = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            heads["Content-Type"] = "application/octet-stream"
        connection.request(method, path, body, heads)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {said[:300]!r}")
        return json.loads(said)

    def taken(self, meter: str, data: bytes, rows: str, count: int) -> float:
        """Import, ask for merged rows, take back; give the seconds of the first two."""
        begun = time.perf_counter()
        report = self.ask("POST", f"/api/v1/imports?meter={meter}", data)
        found = self.ask("GET", f"{rows}&from=2015-01-01&to=2027-01-01")["rows"]
        took_s = time.perf_counter() - begun
        if len(found) != count:
            sys.exit(f"{len(found)} rows of {count} after the import")
        self.ask("DELETE", f"/api/v1/imports/{report['id']}")
        return took_s

    def delivered(self) -> None:
        """Wait until an InfluxDB, if one is attached, has what the journal has."""
        while any(
            part["name"] == "influxdb" and part["gauges"]["pending"]
            for part in self.ask("GET", "/api/v1/health")["parts"]
        ):
            time.sleep(0.5)


def configured(home: Path, broker: int, api: int, more: str) -> Path:
    """Write the configuration of the home."""
    path = home / "releve.toml"
    path.write_text(
        f'data_dir = "{home}/data"\nlog_level = "error"\n'
        f'[api]\nlisten = "127.0.0.1:{api}"\n'
        f'[mqtt]\nurl = "mqtt://127.0.0.1:{broker}"\n'
        f'{more}[[meters]]\nid = "linky"\nport = "{home}/none"\n'
        '[[meters]]\nid = "gas"\nkind = "gazpar"\n'
        f'[[meters]]\nid = "garage"\nport = "{home}/tic"\nmode = "standard"\n'
    )
    return path


def _call(port: int, rounds: int) -> None:
    """Upload over and over; print the seconds of each round, a JSON list a line.

    The token comes on standard input.
    """
    caller = Caller(port, sys.stdin.readline().strip())
    halves, days = year(), decade()
    for _ in range(rounds):
        caller.delivered()
        took = [
            caller.taken("linky", halves, CURVE, HALVES),
            caller.taken("gas", days, GAS, DAYS),
        ]
        print(json.dumps(took), flush=True)


async def _called(port: int, token: str, rounds: int, found: Found) -> None:
    """Have a process of its own call: it must not hold up who times live values."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.imports"),
        *("--call", str(port), "--rounds", str(rounds)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    said, _ = await process.communicate(token.encode() + b"\n")
    if process.returncode:
        sys.exit("the caller failed")
    for line in said.splitlines():
        year_s, decade_s = json.loads(line)
        found.year_s.append(year_s)
        found.decade_s.append(decade_s)


async def _run(home: Path, config: Path, api: int, port: int, rounds: int) -> Found:
    meter = VirtualLinky(MeterSpec(mode=Mode.STANDARD), time.time_ns() // 1_000_000)
    line = TimedLine(meter, home / "tic")
    speaking = asyncio.create_task(line.run())
    ear, found = Ear(port, "releve/garage/live"), Found()
    words = [sys.executable, "-c", RUN, "run", "--config", str(config)]
    with ear.open():
        service = subprocess.Popen(words)  # noqa: ASYNC220 - before it is timed
        try:
            while len(ear.came_s) < WARM_FRAMES:  # noqa: ASYNC110 - a thread's
                await asyncio.sleep(0.05)
            token = (home / "data" / "owner.token").read_text().strip()
            heard = len(ear.came_s)
            await _called(api, token, rounds, found)
            found.live = delays_ms(line.ended_s, ear.came_s[heard:])
        finally:
            service.terminate()
            service.wait()
            speaking.cancel()
            with suppress(asyncio.CancelledError):
                await speaking
    return found


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Give the time of each file, and live delays meanwhile, with each engine."""
    with scratch() as home:
        rows = _rows(_found(home, rounds), "")
    for engine, named in (("sqlite", "InfluxDB beside"), ("influxdb", "from InfluxDB")):
        with scratch() as home, influxd(home / "influx") as (_, url):
            ready(url, home / "data")
            more = f'[store]\nengine = "{engine}"\n[influxdb]\nurl = "{url}"\n'
            found = _found(home, min(rounds, INFLUX_ROUNDS), more)
            rows += _rows(found, f" ({named})")
    return rows


def _found(home: Path, rounds: int, more: str = "") -> Found:
    with MqttBroker(home / "broker") as broker:
        api = broker.free_port()
        config = configured(home, broker.port, api, more)
        return asyncio.run(_run(home, config, api, broker.port, rounds))


def _rows(found: Found, engine: str) -> list[Row]:
    year_s, decade_s, live = found.year_s, found.decade_s, found.live
    return [
        Row(
            f"import a year of half-hours, until merged rows answer{engine}",
            median(year_s),
            "s",
            YEAR_S,
            at_least=False,
            beside=f"slowest of {len(year_s)} {max(year_s):.2f}",
        ),
        Row(
            f"import ten years of gas days, the same{engine}",
            median(decade_s),
            "s",
            DECADE_S,
            at_least=False,
            beside=f"slowest of {len(decade_s)} {max(decade_s):.2f}",
        ),
        Row(
            f"… live p99 meanwhile, import upon import{engine}",
            p99(live),
            "ms",
            P99_MS,
            at_least=False,
            beside=f"median {median(live):.2f}; {len(live)} frames",
        ),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--call", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.call:
        _call(asked.call, asked.rounds)
        return
    logging.disable(logging.CRITICAL)
    print(machine())
    print(render(measure(asked.rounds)))


if __name__ == "__main__":
    main()
