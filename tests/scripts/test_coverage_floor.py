"""The floor of coverage fails a run for one package that lies below it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLLOWED = ("edge", "gazpar", "water")


def summary(branches: int, lines: int) -> dict[str, dict[str, int]]:
    counts = {"covered_branches": branches, "missing_branches": 100 - branches}
    counts |= {"covered_lines": lines, "missing_lines": 100 - lines}
    return {"summary": counts}


@pytest.fixture
def judged(tmp_path):
    def run(files):
        report = tmp_path / "report.json"
        report.write_text(json.dumps({"files": files}))
        return subprocess.run(
            [
                sys.executable,
                ROOT / "scripts" / "coverage_floor.py",
                "95",
                report,
                *FOLLOWED,
            ],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def whole():
    return {f"{package}/file.py": summary(95, 95) for package in FOLLOWED}


def test_packages_at_the_floor_pass(judged):
    done = judged(whole())
    assert done.returncode == 0, done.stderr
    assert "edge: branches 95.00 %, lines 95.00 %" in done.stdout
    assert "BELOW" not in done.stdout


@pytest.mark.parametrize("low", [(94, 100), (100, 94)], ids=["branches", "lines"])
def test_one_package_below_the_floor_fails_however_well_the_others_stand(judged, low):
    done = judged(whole() | {"water/file.py": summary(*low)})
    assert done.returncode == 1
    assert done.stdout.count("BELOW THE FLOOR") == 1


def test_the_files_of_a_package_are_judged_together(judged):
    done = judged(whole() | {"water/more.py": summary(93, 95)})
    assert done.returncode == 1
    assert "water: branches 94.00 % BELOW THE FLOOR, lines 95.00 %" in done.stdout


def test_a_package_that_nothing_loaded_is_below_the_floor(judged):
    files = whole()
    del files["gazpar/file.py"]
    done = judged(files)
    assert done.returncode == 1
    assert "gazpar: branches 0.00 % BELOW THE FLOOR" in done.stdout
