"""Bytes that three fluids have written in a day: a Linky, a Gazpar and a water meter.

    python -m bench.fluids [--seconds N]

The whole service as `releve run` starts it, in real time: the kernel writes SQLite's
WAL indexes back between commits, which a simulated day hides. First nothing flows, then
pulses come ten times as often as on a winter's day; each has its price from the
difference, and the day has as many as it has.
"""

from __future__ import annotations

import argparse
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.scratch import scratch
from bench.service import RUN, _written
from bench.table import Row, machine, render

SECONDS = 300.0
WARM_S = 120.0
"""The first minutes make files, and find the meter's mode."""
GAS_PULSES = 1_000
"""10 m³ on a cold day, of 10 L each."""
WATER_PULSES = 500
"""500 L, of 1 L each."""
DAY_S = 86_400
FASTER = 10
TARGET_MB = 55.0
MB = 1_000_000
FLANK = struct.Struct("<q?")
NS_A_S = 1_000_000_000


class Contact:
    """One contact on a socket, closed for 0.1 s a pulse."""

    def __init__(self, path: Path) -> None:
        self.pulses = 0
        self._every_s: float | None = None
        self._news, self._over = threading.Event(), threading.Event()
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def flow(self, every_s: float | None) -> None:
        """Pulse so often from now on; None: not at all."""
        self._every_s = every_s
        self._news.set()

    def close(self) -> None:
        """Pulse no more."""
        self._over.set()
        self._news.set()
        self._thread.join(5)
        self._server.close()

    def _play(self) -> None:
        connection, _ = self._server.accept()
        with connection:
            while not self._over.is_set():
                self._news.wait(self._every_s)
                if self._news.is_set():
                    self._news.clear()
                    continue
                now_ns = time.monotonic_ns()
                connection.sendall(_flank(now_ns, closed=True))
                time.sleep(0.1)
                connection.sendall(_flank(now_ns + NS_A_S // 10, closed=False))
                self.pulses += 1


def _flank(at_ns: int, *, closed: bool) -> bytes:
    return FLANK.pack(at_ns, closed)


def measure(seconds: float = SECONDS) -> list[Row]:
    """Give the megabytes that a day of three fluids has written."""
    with scratch() as home:
        contacts = {name: home / f"{name}.line" for name in ("gas", "water")}
        tic, config = home / "tic", home / "releve.toml"
        tables = "".join(
            f'[[meters]]\nid = "{name}"\nkind = "{kind}"\ngpio = 1\n'
            f'gpio_chip = "virtual:{contacts[name]}"\n'
            for name, kind in (("gas", "gazpar"), ("water", "water"))
        )
        config.write_text(
            f'data_dir = "{home}/data"\nlog_level = "error"\ndemo = true\n'
            '[api]\nlisten = "127.0.0.1:0"\n'
            f'[[meters]]\nid = "linky"\nport = "{tic}"\n{tables}'
        )
        lines = {name: Contact(path) for name, path in contacts.items()}
        simulate = [sys.executable, "-c", RUN, "simulate", "linky", "--link", str(tic)]
        meter = subprocess.Popen(simulate, stdout=subprocess.DEVNULL)
        service = subprocess.Popen(
            [sys.executable, "-c", RUN, "run", "--config", str(config)],
            stdout=subprocess.DEVNULL,
        )
        try:
            time.sleep(WARM_S)
            still = _over(service.pid, seconds)
            lines["gas"].flow(DAY_S / GAS_PULSES / FASTER)
            lines["water"].flow(DAY_S / WATER_PULSES / FASTER)
            before = sum(line.pulses for line in lines.values())
            flowing = _over(service.pid, seconds)
            pulses = sum(line.pulses for line in lines.values()) - before
        finally:
            for process in (service, meter):
                process.terminate()
                process.wait()
            for line in lines.values():
                line.close()
    each = max(0, flowing - still) / max(pulses, 1)
    a_day = still / seconds * DAY_S + each * (GAS_PULSES + WATER_PULSES)
    return [
        Row(
            "three fluids, live: written a day",
            a_day / MB,
            "MB",
            TARGET_MB,
            at_least=False,
            beside=f"nothing flows {still / seconds * DAY_S / MB:.1f} MB; "
            f"{GAS_PULSES} + {WATER_PULSES} pulses of {each / 1024:.1f} KiB",
        )
    ]


def _over(pid: int, seconds: float) -> int:
    """Give the bytes that a process has written in so long."""
    before = _written(pid)
    time.sleep(seconds)
    return _written(pid) - before


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    print(machine())
    print(render(measure(parser.parse_args().seconds)))


if __name__ == "__main__":
    main()
