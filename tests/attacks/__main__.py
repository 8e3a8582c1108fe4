"""`python -m tests.attacks`: tries every row and prints the table, each open or closed.

Words after it go to pytest (`-n 2` tries two at a time). It ends with 1 if any is open;
a row that could not be tried here is as good as open.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))  # tests are no package

from named import places, proof, proofs, whole  # noqa: E402 - found by the line above


class Outcomes:
    """What became of each test: a pytest plugin."""

    def __init__(self) -> None:
        self.ended: dict[str, set[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test, its beginning or its end went."""
        if report.when == "call" or not report.passed:
            self.ended.setdefault(report.nodeid, set()).add(report.outcome)

    def of(self, row: str) -> str:
        """Tell how a row stands."""
        test = proof(row)
        met = [
            outcome
            for name, outcomes in self.ended.items()
            for outcome in outcomes
            if (_function(name) == test if test else name.endswith(f"[{row}]"))
        ]
        if "failed" in met:
            return "OPEN"
        return "closed" if "passed" in met else "NOT TRIED"


def _function(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].partition("[")[0]


def asked() -> list[str]:
    """Give what pytest runs: the table in two homes, and the tests that are rows."""
    tests = filter(None, map(proof, proofs()))
    ours = [str(path) for path in sorted(HERE.glob("test_*.py")) if _tries(path)]
    theirs = [f"{places()[test][0]}::{test}" for test in tests]
    return [*ours, *(one for one in theirs if not one.startswith(tuple(ours)))]


def _tries(path: Path) -> bool:
    return "table import" in path.read_text() and path.name != "test_table.py"


def main(words: list[str]) -> int:
    """Try every row; print the table."""
    outcomes = Outcomes()
    pytest.main(["-q", f"--rootdir={ROOT}", *words, *asked()], plugins=[outcomes])
    table = {row: outcomes.of(row) for row in whole()}
    for row, how in table.items():
        channel, _, trick = row.partition(": ")
        print(f"{how:9}  {channel:8} {trick}")  # noqa: T201 - what it is for
    still = sum(how != "closed" for how in table.values())
    print(f"\n{len(table)} rows, {len(table) - still} closed, {still} open")  # noqa: T201 - same
    return 1 if still else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
