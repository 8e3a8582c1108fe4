"""Bytes to InfluxDB at full speed, gate on; and what a day and a service cost there.

    python -m bench.influx [--frames N] [--seconds N]

A real influxd, on PATH or where INFLUXD says, is started for it with a Pi's settings.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import lzma
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from bench.decode import day
from bench.scratch import scratch
from bench.service import _cpu_s, _status, _written
from bench.table import Row, machine, render
from bench.whole import through
from edge.config import Config, InfluxConfig, JournalConfig, MeterConfig
from edge.errors import StoreError
from edge.stores.influx.names import Databases
from edge.stores.influx.server import Influx2
from edge.stores.influx.setup import Bucket, Setup
from edge.stores.influx.token import TOKEN
from teleinfo import Mode

FRAMES = 95_000
TARGET = 15_000
SECONDS = 240.0
WARM_S = 75.0
"""A new InfluxDB makes its files in the first minute."""
MEMORY_TARGET = 110.0
LINES = 5000
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "influxdb"
CACHE = ROOT / "build" / "influxd"
RUN = "from cli.main import main; main()"
PI = (
    "--storage-cache-max-memory-size=67108864",
    "--storage-cache-snapshot-memory-size=8388608",
    "--storage-max-concurrent-compactions=1",
    "--storage-compact-throughput-burst=4194304",
    "--query-concurrency=2",
    "--query-queue-size=10",
)
"""As deploy/ sets it up: see docs/influxdb.md."""
EVER_S = 0


def unpacked() -> str | None:
    """Give the shared influxd, unpacked once; None when it isn't there."""
    for packed in sorted(SHARED.glob("influxd-2*.xz")):
        path = CACHE / packed.stem
        if not path.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            with lzma.open(packed) as source, draft.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            draft.chmod(0o755)
            draft.replace(path)
        return str(path)
    return None


def program() -> str:
    """Give an influxd; end with a sentence where there is none."""
    found = os.environ.get("INFLUXD") or shutil.which("influxd") or unpacked()
    return found or sys.exit("there is no influxd on PATH: name one in INFLUXD")


@contextmanager
def influxd(directory: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Lend a running influxd and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        program(),
        f"--bolt-path={directory / 'influxd.bolt'}",
        f"--sqlite-path={directory / 'influxd.sqlite'}",
        f"--engine-path={directory / 'engine'}",
        f"--http-bind-address=127.0.0.1:{port}",
        "--reporting-disabled",
        "--log-level=error",
        *PI,
    ]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield running, f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()


def ready(url: str, data: Path) -> None:
    """Set InfluxDB up, as soon as it answers; the readings of any year are kept."""
    data.mkdir(parents=True, exist_ok=True)
    setup = Setup(url, "releve")
    until = perf_counter() + 60
    while True:
        try:
            setup.fresh()
            break
        except StoreError:
            if perf_counter() > until:
                raise
            time.sleep(0.1)
    setup.begin("first", data / "influx.admin")
    names = Databases("releve").all
    wanted = [Bucket(name, EVER_S, 52 * 604_800) for name in names]
    setup.prepare(wanted, data / TOKEN)
    setup.close()


def at_full_speed(frames: int) -> list[Row]:
    """Give frames a second of the whole way, beside influxd fed the same lines."""
    with scratch() as directory:
        capture = directory / "day.tic"
        capture.write_bytes(day(Mode.STANDARD, frames))
        data = directory / "data"
        with influxd(directory / "influx") as (running, url):
            ready(url, data)
            config = Config(
                data_dir=data,
                journal=JournalConfig(commit_seconds=30),
                influxdb=InfluxConfig(url=url),
                meters=(MeterConfig(id="linky", port="/dev/null"),),
            )
            sent: list[list[str]] = []
            write = Influx2.write

            def remembered(server: Influx2, database: str, lines: list[str]) -> None:
                if database == "releve_raw":
                    sent.append(list(lines))
                write(server, database, lines)

            Influx2.write = remembered  # type: ignore[method-assign, assignment]
            try:
                wall, cpu = asyncio.run(through(config, capture))
            finally:
                Influx2.write = write  # type: ignore[method-assign]
            influx_cpu = _cpu_s(running.pid)
            limit = _limit(url, data, sent)
            peak = _status(running.pid, "VmHWM") / 1024
    return [
        Row(
            "whole way: bytes → gate → journal → roller → SQLite and InfluxDB",
            frames / wall,
            "frames/s",
            TARGET,
            beside=f"influxd fed the same lines, prepared: {limit:,.0f} a second;"
            f" CPU a frame {cpu / frames * 1e6:.0f} µs,"
            f" influxd's {influx_cpu / frames * 1e6:.0f} µs",
        ),
        Row("influxd: memory, peak", peak, "MB", beside="with a Pi's settings"),
    ]


def _limit(url: str, data: Path, batches: list[list[str]]) -> float:
    """Give the lines a second that InfluxDB takes, prepared, in a bucket of its own."""
    admin = Setup(url, "releve")
    token = (data / "influx.admin").read_text()
    admin.token = token.partition('"token":"')[2].partition('"')[0]
    path = data / f"{secrets.token_hex(4)}.token"
    admin.prepare([Bucket("limit", EVER_S, 52 * 604_800)], path)
    admin.close()
    server = Influx2(url, "releve", path.read_text().strip)
    begun = perf_counter()
    for lines in batches:
        server.write("limit", lines)
    took = perf_counter() - begun
    server.close()
    return sum(map(len, batches)) / took


def live(seconds: float) -> list[Row]:
    """Give what a live service with an InfluxDB holds and writes, each apart."""
    with scratch() as directory:
        data, tic = directory / "data", directory / "tic"
        config = directory / "releve.toml"
        with influxd(directory / "influx") as (running, url):
            ready(url, data)
            config.write_text(
                f'data_dir = "{data}"\nlog_level = "error"\n'
                '[api]\nlisten = "127.0.0.1:0"\n'
                f'[influxdb]\nurl = "{url}"\n'
                f'[[meters]]\nid = "linky"\nport = "{tic}"\n'
            )
            words = [sys.executable, "-c", RUN]
            simulate = [*words, "simulate", "linky", "--link", str(tic)]
            meter = subprocess.Popen(simulate, stdout=subprocess.DEVNULL)
            service = subprocess.Popen([*words, "run", "--config", str(config)])
            try:
                time.sleep(WARM_S)
                before = [_written(one.pid) for one in (service, running)]
                cpu = [_cpu_s(one.pid) for one in (service, running)]
                time.sleep(seconds)
                wrote = [_written(one.pid) for one in (service, running)]
                spent = [_cpu_s(one.pid) for one in (service, running)]
                peak = _status(service.pid, "VmHWM") / 1024
                resident = _status(service.pid, "VmRSS") / 1024
                influx = _status(running.pid, "VmRSS") / 1024
            finally:
                for one in (service, meter):
                    one.terminate()
                    one.wait()
    per_day = [
        (after - first) / seconds * 86_400 / 1e6
        for after, first in zip(wrote, before, strict=True)
    ]
    share = [
        (after - first) / seconds * 100 for after, first in zip(spent, cpu, strict=True)
    ]
    return [
        Row(
            "live service with InfluxDB: memory, peak",
            peak,
            "MB",
            MEMORY_TARGET,
            at_least=False,
            beside=f"resident {resident:.0f} MB; influxd's own {influx:.0f} MB",
        ),
        Row(
            "live service with InfluxDB: written a day by the service",
            per_day[0],
            "MB",
            beside=f"over {seconds:.0f} s; CPU {share[0]:.2f} % of a core",
        ),
        Row(
            "live service with InfluxDB: written a day by influxd",
            per_day[1],
            "MB",
            beside=f"a request a minute; CPU {share[1]:.2f} % of a core",
        ),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    print(machine())
    print(render([*at_full_speed(asked.frames), *live(asked.seconds)]))


if __name__ == "__main__":
    main()
