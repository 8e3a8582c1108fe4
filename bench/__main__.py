"""Every figure in one table: `make bench`. Misses are printed as misses.

python -m bench [--quick]
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
from datetime import UTC, datetime

from bench.table import machine

PARTS = (
    "decode",
    "peers",
    "whole",
    "day",
    "service",
    "fluids",
    "queries",
    "projection",
    "journal_bytes",
    "http",
    "mqtt",
    "influx",
    "catch_up",
    "imports",
    "export",
    "withdrawal",
)
"""Each in a process of its own: one's memory and caches are no part of another's."""
ASKED = {"catch_up": ["--days", "3"]}
"""Thirty days, which take a quarter of an hour: python -m bench.catch_up."""
SHORTER = {
    "whole": ["--frames", "20000"],
    "day": ["--hours", "2"],
    "service": ["--seconds", "15"],
    "fluids": ["--seconds", "60"],
    "mqtt": ["--seconds", "20"],
    "influx": ["--frames", "20000", "--seconds", "15"],
    "catch_up": ["--days", "1", "--seconds", "15"],
    "imports": ["--rounds", "4"],
    "export": ["--years", "3"],
    "withdrawal": ["--runs", "20"],
}


def main() -> None:
    """Run every part and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fraction of the work")
    quick = parser.parse_args().quick
    logging.disable(logging.CRITICAL)
    print(f"{machine()}, {datetime.now(UTC):%Y-%m-%d}\n")
    head = True
    for part in PARTS:
        command = [sys.executable, "-m", f"bench.{part}"]
        command += ASKED.get(part, [])
        command += SHORTER.get(part, []) if quick else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
        for line in rows if head else rows[2:]:
            print(line, flush=True)
        head = head and not rows
        if done.returncode:
            print(f"| {part} failed: {done.stderr.strip()[-200:]} | | | | | |")


if __name__ == "__main__":
    main()
