"""A real influxd for tests: found or unpacked, started, stopped, killed, emptied."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from bench.influx import unpacked
from edge.stores.influx.setup import Setup
from tests.conftest import real_is_required
from tests.real.home import free_port

READY_S = 60


def find() -> str | None:
    """Give an influxd: the one on PATH, else the shared one, unpacked once."""
    there = shutil.which("influxd")
    if there is not None and b"v2" in version(there):
        return there
    return unpacked()


def need() -> str:
    """Give an influxd, or end the test: skipped, or failed where it is required."""
    found = find()
    if found is None:
        (pytest.fail if real_is_required() else pytest.skip)("there is no influxd")
    return found


def version(program: str) -> bytes:
    said = subprocess.run([program, "version"], capture_output=True, check=False)
    return said.stdout.split(b" ")[1] if said.stdout.count(b" ") else b""


class Influxd:
    """One InfluxDB in a directory: `org` is set up, its administrator's token known."""

    org = "releve"

    def __init__(self, program: str, directory: Path) -> None:
        self.program, self.directory = program, directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.token = ""

    def start(self, *words: str) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [
                self.program,
                f"--bolt-path={self.directory / 'influxd.bolt'}",
                f"--sqlite-path={self.directory / 'influxd.sqlite'}",
                f"--engine-path={self.directory / 'engine'}",
                f"--http-bind-address=127.0.0.1:{self.port}",
                "--reporting-disabled",
                "--log-level=error",
                *words,
            ],
            # others run beside it: on more cores its threads would wait by turning
            env={**os.environ, "GOMAXPROCS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + READY_S
        while not self.answers():
            assert time.monotonic() < until, "influxd doesn't start"
            assert self.process.poll() is None, "influxd ended"
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=1) as said:  # noqa: S310 - ours
                return said.status == 200
        except OSError:
            return False

    def set_up(self) -> None:
        """Make it ours: the administrator's token is in `token` from now on."""
        made = Setup(self.url, self.org)
        try:
            made.begin("first", self.directory / "admin")
            self.token = made.token
        finally:
            made.close()

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(60)
            self.process = None

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def empty(self) -> None:
        """Lose everything, as a new card would."""
        self.kill()
        shutil.rmtree(self.directory)
