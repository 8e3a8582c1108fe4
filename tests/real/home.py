"""One home for the real tests: its directory, its service, and what its API says."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

RELEVE = [sys.executable, "-c", "from cli.main import main; main()"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_address():
    """Give an address of this machine that others could reach; None without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return None
        found = asked.getsockname()[0]
    return None if found.startswith("127.") else found


class Home:
    """One home's directory, its service, and what its API says."""

    def __init__(self, path: Path) -> None:
        self.port = free_port()
        self.data = path / "data"
        self.tic = path / "tic"
        self.config = path / "releve.toml"
        self.config.write_text(
            f"""data_dir = "{self.data}"
[api]
listen = "127.0.0.1:{self.port}"
[journal]
commit_seconds = 1
[[meters]]
id = "linky"
port = "{self.tic}"
silence_seconds = 5
"""
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str, **environment: str) -> None:
        self.end()
        self.process = subprocess.Popen(
            [*RELEVE, *(words or ("run",)), "--config", str(self.config)],
            env={**os.environ, **environment},
            stderr=subprocess.PIPE,
        )

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        started = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(timeout=90)
        self.said = self.process.stderr.read().decode()
        self.process.stderr.close()
        return code, time.monotonic() - started

    def end(self) -> None:
        """Kill what may still run, and reap it: none is left to the collector."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stderr.close()

    def get(self, path: str):
        token = (self.data / "owner.token").read_text().strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Authorization": f"Bearer {token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - ours
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            # read whole: else its socket is left to the collector, which warns
            with refused:
                told = io.BytesIO(refused.read())
            raise urllib.error.HTTPError(
                request.full_url, refused.code, refused.reason, refused.headers, told
            ) from None

    async def until(self, path: str, true, seconds: float = 60):
        """Ask until an answer satisfies; give it."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    found = await asyncio.to_thread(self.get, path)
                    if true(found):
                        return found
                except (OSError, ValueError):
                    pass
                await asyncio.sleep(0.1)  # asks until it is so; never hopes that it is

    def raw(self):
        path = "/api/v1/meters/linky/registers/apparent_power_va?step=raw&limit=60000"
        return {row["at"]: row["value"] for row in self.get(path)["rows"]}
