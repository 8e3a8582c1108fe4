"""The API over real HTTP: long answers, and live events while they are given.

    python -m bench.http [--rounds N] [--days N]

The service's side is a process of its own (a real uvicorn on loopback over a real
SqliteStore); this process is the client. Times are what the client waits, from
connecting to the last byte.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

import orjson

from bench.http_home import REGISTER, ROWS, fill_intervals, fill_raw, run
from bench.table import Row, machine, render

ROUNDS = 15
RAW_DAYS = 1
WHOLE_MS = 100.0
MONTHS_MS = 10.0
LIVE_EVENTS = 200
PATH = f"/api/v1/meters/linky/registers/{REGISTER}"
WHOLE = f"{PATH}?step=30min&from=2023-10-01&to=2026-10-01&limit=60000"
MONTHS = f"{PATH}?step=month&from=2016-10-01&to=2026-10-01"


@dataclass(frozen=True, slots=True)
class Server:
    """A served home: where, and by which token."""

    port: int
    token: str
    pid: int

    def get(self, path: str) -> bytes:
        """Give the body at a path, over a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers=self.headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status != 200:
            sys.exit(f"{path}: {response.status} {body.decode()}")
        return body

    @property
    def headers(self) -> dict[str, str]:
        """Give the credential."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def peak_mb(self) -> float:
        """Give the most memory that the service's side has held, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


@contextmanager
def served(store: Path) -> Iterator[Server]:
    """Serve a store in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.http", "--serve", str(store)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    if process.stdout is None:
        raise RuntimeError("the service's side has no output")
    try:
        told = json.loads(process.stdout.readline())
        yield Server(told["port"], told["token"], process.pid)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def wait_ms(server: Server, path: str, rounds: int) -> float:
    """Give the median wait for an answer, after one that warms up."""
    server.get(path)
    waits = []
    for _ in range(rounds):
        start = time.perf_counter()
        server.get(path)
        waits.append((time.perf_counter() - start) * 1000)
    return median(waits)


def live_ms(server: Server, events: int) -> list[float]:
    """Give the delays of live events, from the bus to this client."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/api/v1/live", headers=server.headers)
    response = connection.getresponse()
    delays: list[float] = []
    while len(delays) < events:
        line = response.readline()
        if line.startswith(b"data:"):
            now_ns = time.monotonic_ns()  # one clock for both processes
            sent_ns = orjson.loads(line[5:])["values"]["sent_ns"]
            delays.append((now_ns - sent_ns) / 1e6)
    connection.close()
    return delays[1:]  # the first is the latest sample, which waited for us


def p99(delays: list[float]) -> float:
    """Give the 99th percentile."""
    return quantiles(delays, n=100)[98]


def live_under_load(server: Server, events: int) -> tuple[float, int]:
    """Give the live p99 while long answers are asked for one after the other."""
    stop = threading.Event()
    asked = 0

    def ask() -> None:
        nonlocal asked
        while not stop.is_set():
            server.get(WHOLE)
            asked += 1

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        return p99(live_ms(server, events)), asked
    finally:
        stop.set()
        thread.join()


def encode_ms(body: bytes) -> float:
    """Give what a JSON encoder alone needs for the same rows, as dicts."""
    rows = orjson.loads(body)["rows"]
    start = time.perf_counter()
    orjson.dumps(rows)
    return (time.perf_counter() - start) * 1000


def measure(rounds: int = ROUNDS, raw_days: int = RAW_DAYS) -> list[Row]:
    """Give the rows of the HTTP benchmark."""
    with tempfile.TemporaryDirectory() as directory:
        store = Path(directory) / "store.db"
        fill_intervals(store)
        with served(store) as server:
            body = server.get(WHOLE)
            if len(orjson.loads(body)["rows"]) != ROWS:
                sys.exit("not all rows came")
            whole = wait_ms(server, WHOLE, rounds)
            months = wait_ms(server, MONTHS, rounds)
            alone = p99(live_ms(server, LIVE_EVENTS))
            loaded, asked = live_under_load(server, LIVE_EVENTS)
            peak = server.peak_mb
        fill_raw(store, raw_days)
        with served(store) as server:
            whole_raw = wait_ms(server, WHOLE, rounds)
            months_raw = wait_ms(server, MONTHS, rounds)
    megabytes = len(body) / 1e6
    encoder = f"an encoder alone, rows as dicts: {encode_ms(body):.0f} ms"
    many = f"with {raw_days} day(s) of raw readings in the store"
    return [
        _at_most("three years of half-hours, one answer", whole, WHOLE_MS, encoder),
        _at_most("…", whole_raw, WHOLE_MS, many),
        _at_most("ten years of months, one answer", months, MONTHS_MS, ""),
        _at_most("…", months_raw, MONTHS_MS, many),
        _at_most("live p99, nothing else asked", alone, None, ""),
        _at_most(
            "live p99 while long answers are given",
            loaded,
            None,
            f"{asked} answers of {megabytes:.1f} MB meanwhile",
        ),
        Row("memory of the API's process at most", peak, "MB"),
    ]


def _at_most(name: str, value: float, target: float | None, beside: str) -> Row:
    return Row(name, value, "ms", target, at_least=False, beside=beside)


def main() -> None:
    """Print the table, or be the service's side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--days", type=int, default=RAW_DAYS)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        asyncio.run(run(given.serve))
        return
    print(machine())
    print(render(measure(given.rounds, given.days)))


if __name__ == "__main__":
    main()
