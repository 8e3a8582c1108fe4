#!/usr/bin/env python3
"""Shows the coverage of each package, and fails where one lies below the floor.

Usage: scripts/coverage_floor.py PER_CENT REPORT PACKAGES…, where slipcover wrote the
report. A package that nothing loaded has 0 %.
"""

import json
import sys
from collections import Counter
from pathlib import Path

KINDS = ("branches", "lines")


def main(floor: float, report: Path, packages: list[str]) -> int:
    """Print a line a package; give 1 when one is below the floor, else 0."""
    counts: Counter[tuple[str, str]] = Counter()
    for path, file in json.loads(report.read_text())["files"].items():
        package = path.partition("/")[0]
        counts.update({(package, name): n for name, n in file["summary"].items()})
    low = 0
    for package in packages:
        shown = []
        for kind in KINDS:
            covered = counts[package, f"covered_{kind}"]
            whole = covered + counts[package, f"missing_{kind}"]
            per_cent = 100 * covered / max(1, whole)
            below = per_cent < floor
            low |= below
            shown.append(f"{kind} {per_cent:.2f} %" + " BELOW THE FLOOR" * below)
        print(f"{package}: {', '.join(shown)}")
    print(f"the floor is {floor:g} % of each package's branches, and of its lines")
    return int(low)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
