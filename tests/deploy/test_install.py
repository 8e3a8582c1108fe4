"""The installer says what stops it, in the reader's language, and changes nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALL = ROOT / "deploy/install.sh"
UNINSTALL = ROOT / "deploy/uninstall.sh"


def executable(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Give a machine whose programs only note what they were told to change."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "asked").touch()
    for name in ("apt-get", "systemctl", "sed", "install", "releve"):
        executable(tmp_path / "bin" / name, f'echo "{name} $*" >>{tmp_path}/asked')
    executable(tmp_path / "bin/id", "echo 0")
    architecture(tmp_path, "arm64")
    room(tmp_path, 900_000)
    return tmp_path


def architecture(machine: Path, name: str) -> None:
    executable(
        machine / "bin/dpkg",
        f'[ "$1" = --print-architecture ] && echo {name} || exec /usr/bin/dpkg "$@"',
    )


def room(machine: Path, kilobytes: int) -> None:
    executable(machine / "bin/df", f"echo Avail; echo {kilobytes}")


def package(machine: Path, name: str, architecture: str) -> Path:
    """Make a small package, empty but for its description."""
    root = machine / "package" / "DEBIAN"
    root.mkdir(parents=True, mode=0o755)
    (root / "control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: {architecture}\n"
        "Maintainer: Nobody <nobody@releve.example>\nDescription: nothing\n"
    )
    made = machine / "it.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", root.parent, made],
        check=True,
        capture_output=True,
    )
    return made


def run(machine: Path, *words: str | Path, lang: str = "C") -> str:
    """Run the installer, which must refuse; give its one sentence."""
    done = subprocess.run(
        [INSTALL, *words],
        env={
            "PATH": f"{machine / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": lang,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert (machine / "asked").read_text() == "", "it changed something"
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_who_is_no_administrator_is_told_what_to_type(machine: Path) -> None:
    executable(machine / "bin/id", "echo 1000")
    assert "this takes an administrator: sudo " in run(machine)
    assert "il faut être administrateur : sudo " in run(machine, lang="fr_FR.UTF-8")


@pytest.mark.parametrize("name", ["armhf", "i386"])
def test_a_system_of_32_bits_is_told_which_one_to_take(
    machine: Path, name: str
) -> None:
    architecture(machine, name)
    assert f"32 bits ({name})" in run(machine)
    assert "installez Raspberry Pi OS Lite (64 bits)" in run(machine, lang="fr")


def test_another_processor_is_named(machine: Path) -> None:
    architecture(machine, "riscv64")
    assert "the processor riscv64 is not supported" in run(machine)


def test_a_system_that_is_newer_than_the_package_is_named(machine: Path) -> None:
    executable(machine / "bin/python3", "echo 3.13")
    assert "this system has Python 3.13" in run(machine)


def test_too_little_room_is_said_with_what_there_is(machine: Path) -> None:
    room(machine, 100_000)
    assert "/usr needs 400 MB of room, and has 100" in run(machine)
    assert "400 Mo libres sur /usr, il y en a 100" in run(machine, lang="fr_FR")


def test_a_port_that_is_not_there_is_said_before_anything_is_installed(
    machine: Path,
) -> None:
    assert "no port /dev/ttyUSB99" in run(machine, "--port", "/dev/ttyUSB99")


def test_a_package_that_is_not_there_is_said(machine: Path) -> None:
    assert "there is no nowhere.deb" in run(machine, "nowhere.deb")


def test_another_program_s_package_is_refused(machine: Path) -> None:
    other = package(machine, "brewer", "arm64")
    assert "is not Relevé's package" in run(machine, other)


def test_a_package_for_another_processor_is_refused(machine: Path) -> None:
    foreign = package(machine, "releve", "amd64")
    assert "for amd64, this system is arm64" in run(machine, foreign)


def test_an_unknown_word_is_refused_by_both(machine: Path) -> None:
    assert "what is '--prot'?" in run(machine, "--prot")
    done = subprocess.run(
        [UNINSTALL, "--purge"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "'--purge'" in done.stderr or "« --purge »" in done.stderr


@pytest.mark.real
@pytest.mark.timeout(300)
def test_in_a_clone_it_builds_the_package_that_it_installs(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    asked = tmp_path / "asked"
    for name in ("apt-get", "systemctl", "releve"):
        executable(tmp_path / "bin" / name, f'echo "{name} $*" >>{asked}')
    subprocess.run(
        [INSTALL],
        env={
            **os.environ,
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "RELEVE_DEB_PACKING": "-Znone",
        },
        check=True,
        capture_output=True,
    )
    install = next(
        line for line in asked.read_text().splitlines() if line.startswith("apt-get")
    )
    package = Path(install.split()[-1])
    assert package.parent == ROOT / "build/deb"
    described = subprocess.run(
        ["dpkg-deb", "--show", package], capture_output=True, text=True, check=True
    )
    assert described.stdout.startswith("releve\t")


@pytest.mark.parametrize("script", [INSTALL, UNINSTALL])
def test_its_help_is_its_first_lines(script: Path) -> None:
    done = subprocess.run(
        [script, "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(("Installs Relevé", "Takes Relevé off"))


@pytest.mark.parametrize(
    "script",
    [INSTALL, UNINSTALL, *(ROOT / "deploy/deb").iterdir()],
    ids=lambda path: path.name,
)
def test_a_script_stops_at_its_first_error(script: Path) -> None:
    text = script.read_text()
    if text.startswith("#!/usr/bin/env bash"):
        assert "set -euo pipefail" in text
        assert os.access(script, os.X_OK)
    elif text.startswith("#!/bin/sh"):
        assert "\nset -e" in text
