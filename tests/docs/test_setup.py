"""The set-up of a fresh machine: `make` and the scripts behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.real


def executable(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, root: Path) -> Path:
    """Give a clone's scripts on a machine that lacks one Debian package."""
    shutil.copytree(root / "scripts", tmp_path / "clone" / "scripts")
    (tmp_path / "clone" / "scripts" / "debian-packages.txt").write_text(
        "# a comment\n"
        f"all  brewer  test -e {tmp_path}/brewer  # makes tea\n"
        "all  coreutils  true  # is there\n"
        "dev  tester  false  # for developers only\n"
    )
    (tmp_path / "bin").mkdir()
    executable(
        tmp_path / "bin" / "apt-get",
        f'echo "$@" >>{tmp_path}/asked; [ "$1" = update ] || touch {tmp_path}/brewer',
    )
    return tmp_path


def packages(
    machine: Path, user: int, kind: str = "runtime"
) -> subprocess.CompletedProcess[str]:
    executable(machine / "bin" / "id", f"echo {user}")
    return subprocess.run(
        [machine / "clone" / "scripts" / "packages", kind],
        env={**os.environ, "PATH": f"{machine / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_who_is_not_root_is_told_the_one_line_to_type(machine: Path) -> None:
    done = packages(machine, user=1000)
    assert done.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y brewer\n" in done.stderr
    assert not (machine / "asked").exists()


def test_root_gets_what_is_missing_installed_from_fresh_lists(machine: Path) -> None:
    assert packages(machine, user=0).returncode == 0
    update, install = (machine / "asked").read_text().splitlines()
    assert update.startswith("update")
    assert install.startswith("install")
    assert install.endswith(" brewer")


def test_nothing_is_asked_for_when_all_is_there(machine: Path) -> None:
    (machine / "brewer").touch()
    assert packages(machine, user=0).returncode == 0
    assert not (machine / "asked").exists()


def test_developers_get_theirs_as_well(machine: Path) -> None:
    assert "brewer tester" in packages(machine, user=1000, kind="dev").stderr


def python(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [path / "clone" / "scripts" / "python"],
        env={"PATH": f"{path / 'bin'}:/usr/bin:/bin", "PYTHON": "old-python"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_passed_over(machine: Path) -> None:
    executable(machine / "bin" / "old-python", "exit 1")
    executable(machine / "bin" / "python3", "exit 1")
    executable(machine / "bin" / "python3.13", "exit 0")
    assert python(machine).stdout == "python3.13\n"


def test_make_alone_lists_what_there_is_to_do(root: Path) -> None:
    shown = subprocess.run(
        ["make", "-C", root, "--no-print-directory"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for target in ("demo", "test", "check", "bench", "lock", "setup"):
        assert f"make {target}" in shown


def test_ci_runs_what_a_developer_runs(root: Path) -> None:
    text = (root / ".ci" / "run").read_text()
    assert "RELEVE_REQUIRE_REAL=1" in text
    assert text.rstrip().endswith("exec make test")


def test_each_script_stops_at_its_first_error(root: Path) -> None:
    for path in (*(root / "scripts").iterdir(), root / ".ci" / "run"):
        if path.is_file() and path.suffix not in (".txt", ".py"):
            lines = path.read_text().splitlines()
            assert "set -euo pipefail" in lines, path
            assert len(lines) <= 35, path
            assert os.access(path, os.X_OK), path
