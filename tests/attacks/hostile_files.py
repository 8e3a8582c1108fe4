"""Hostile files against a running service: each refused, with its reason and its peak.

python -m tests.attacks.hostile_files
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.attacks.hostile_home import HostileHome, Told

MOST_MB = 64.0


def line(one: Told) -> str:
    """Give a row of the table."""
    peak = "never opened" if one.peak_mb is None else f"{one.peak_mb:.1f}"
    return f"| {one.name} | {one.way} | {one.reason} | {peak} |"


def main() -> None:
    """Try them all, and print what came of each."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch)
        home = HostileHome(path)
        try:
            home.run()
            before = home.kept()
            print("| hostile file | way | refused as | peak, MB |\n|---|---|---|--:|")
            found = []
            for one in home.tried(path):
                found.append(one)
                print(line(one), flush=True)
            written = home.kept() != before
            home.stop()
        finally:
            home.end()
    most = max(one.peak_mb or 0 for one in found)
    print(f"\n{len(found)} files, all refused; the most that reading one took:")
    print(f"{most:.1f} MB; written: {'SOMETHING' if written else 'nothing'}")
    sys.exit(most > MOST_MB or written)


if __name__ == "__main__":
    main()
