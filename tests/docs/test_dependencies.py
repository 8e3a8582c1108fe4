"""Each dependency is defended, locked and hashed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

LOCKED = re.compile(r"^([a-z0-9.-]+)==([^ \\]+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)


def name_of(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9.-]", requirement)[0].lower().replace("_", "-")


def locked(root: Path, lock: str) -> dict[str, set[str]]:
    """Give {package: versions} of a lock; a package may differ by Python's version."""
    found: dict[str, set[str]] = {}
    text = (root / "requirements" / f"{lock}.lock").read_text()
    for package, version, rest in LOCKED.findall(text):
        assert "--hash=sha256:" in rest, package
        found.setdefault(package, set()).add(version)
    return found


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def runtime(project: dict[str, Any]) -> set[str]:
    return {name_of(line) for line in project["project"]["dependencies"]}


@pytest.fixture(scope="module")
def developers(project: dict[str, Any]) -> set[str]:
    extras = project["project"]["optional-dependencies"]
    return {name_of(line) for line in extras["dev"]}


def test_what_runs_is_locked_with_hashes(root: Path, runtime: set[str]) -> None:
    assert runtime <= locked(root, "runtime").keys()


def test_what_developers_need_is_locked_with_hashes(
    root: Path, runtime: set[str], developers: set[str]
) -> None:
    assert runtime | developers <= locked(root, "dev").keys()


def test_developers_run_what_a_pi_runs(root: Path) -> None:
    everything = locked(root, "dev")
    for package, versions in locked(root, "runtime").items():
        assert everything[package] == versions


def test_the_build_backend_is_locked(root: Path, project: dict[str, Any]) -> None:
    for requirement in project["build-system"]["requires"]:
        assert requirement in (root / "requirements" / "build.in").read_text()
        assert name_of(requirement) in locked(root, "runtime")


def test_what_makes_a_client_is_locked_apart(root: Path) -> None:
    (asked,) = (root / "requirements" / "client.in").read_text().splitlines()[1:]
    assert name_of(asked) in locked(root, "client")


def test_a_lock_is_pins_and_hashes_and_nothing_else(root: Path) -> None:
    for path in (root / "requirements").glob("*.lock"):
        for line in path.read_text().splitlines():
            pin = re.match(r"[a-z0-9.-]+==\S+( ; [^\\]+)? \\$", line)
            digest = re.match(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?$", line)
            assert pin or digest or line.startswith("#"), f"{path}: {line}"


def test_each_dependency_has_its_sentence_and_no_other_has(
    root: Path, runtime: set[str], developers: set[str]
) -> None:
    page = (root / "docs" / "dependencies.md").read_text()
    rows = re.findall(r"^\| ([a-z][a-z0-9-]*) \| (.*) \|$", page, re.MULTILINE)
    defended = {name for name, sentence in rows if sentence.endswith((".", ")"))}
    tools = {
        name_of(line)
        for file in ("build.in", "client.in", "lock.in")
        for line in (root / "requirements" / file).read_text().splitlines()
        if not line.startswith("#")
    }
    assert defended - {"package", "lock"} == runtime | developers | tools


def test_a_debian_package_has_its_reason_and_its_proof(root: Path) -> None:
    for line in (root / "scripts" / "debian-packages.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.match(r"(all|runtime|dev) +[a-z0-9.+-]+ +\S.* # \S", line), line
