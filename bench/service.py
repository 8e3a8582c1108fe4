"""The whole service on one live meter: CPU, memory, and bytes written.

    python -m bench.service [--seconds N]

The meter is a virtual Linky on a real pseudo-terminal at 9600 baud; the service is a
process of its own, as `releve run` starts it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.scratch import scratch
from bench.table import Row, machine, render

SECONDS = 60.0
WARM_S = 15.0
CPU_TARGET = 1.0
MEMORY_TARGET = 90.0
RUN = "from cli.main import main; main()"


def _status(pid: int, key: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1])
    return 0


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _written(pid: int) -> int:
    for line in Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes"):
            return int(line.split()[1])
    return 0


def measure(seconds: float = SECONDS) -> list[Row]:
    """Give CPU, peak memory and bytes written of the live service."""
    with scratch() as directory:
        home = directory
        tic = home / "tic"
        config = home / "releve.toml"
        config.write_text(
            f'data_dir = "{home}/data"\nlog_level = "error"\n'
            '[api]\nlisten = "127.0.0.1:0"\n'
            f'[[meters]]\nid = "linky"\nport = "{tic}"\n'
        )
        simulate = [sys.executable, "-c", RUN, "simulate", "linky", "--link", str(tic)]
        meter = subprocess.Popen(simulate, stdout=subprocess.DEVNULL)
        service = subprocess.Popen(
            [sys.executable, "-c", RUN, "run", "--config", str(config)]
        )
        try:
            time.sleep(WARM_S)
            cpu, written = _cpu_s(service.pid), _written(service.pid)
            meter_cpu = _cpu_s(meter.pid)
            time.sleep(seconds)
            share = (_cpu_s(service.pid) - cpu) / seconds * 100
            meter_share = (_cpu_s(meter.pid) - meter_cpu) / seconds * 100
            written = _written(service.pid) - written
            peak = _status(service.pid, "VmHWM") / 1024
            resident = _status(service.pid, "VmRSS") / 1024
        finally:
            service.terminate()
            service.wait()
            meter.terminate()
            meter.wait()
    return [
        Row(
            "live service: CPU",
            share,
            "% of a core",
            CPU_TARGET,
            at_least=False,
            beside=f"the virtual meter itself {meter_share:.2f} %",
        ),
        Row(
            "live service: memory, peak",
            peak,
            "MB",
            MEMORY_TARGET,
            at_least=False,
            beside=f"resident {resident:.0f} MB; python alone ≈ {_python_mb():.0f} MB",
        ),
        Row("live service: written", written / seconds * 60 / 1024, "KiB/min"),
    ]


def _python_mb() -> float:
    code = (
        "print(next(l.split()[1] for l in open('/proc/self/status') if 'VmHWM' in l))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return int(said.stdout) / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    print(machine())
    print(render(measure(parser.parse_args().seconds)))


if __name__ == "__main__":
    main()
