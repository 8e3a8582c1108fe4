"""The commands of the documentation: each can be typed as it stands."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from cli.main import app

CONFIG = '[[meters]]\nid = "linky"\nport = "/dev/ttyUSB0"\n'


def understood(words: list[str]) -> None:
    """Parse a command as the shell would hand it over, and carry nothing out."""
    command: Any = get_command(app)
    context = None
    while hasattr(command, "get_command") and words and not words[0].startswith("-"):
        child = command.get_command(None, words[0])
        if child is None and hasattr(command, "default"):
            break  # what isn't a command is for the one that is meant: a file
        assert child is not None, f"there is no command {words[0]!r}"
        command, words = child, words[1:]
    try:
        context = command.make_context(command.name, list(words))
    except typer.Exit:
        return  # --help and --version answer at once
    assert context is not None


def page_config(page: str, before: int, all_blocks: list[Any]) -> str:
    """Give the configuration that a reader of the page has at hand."""
    shown = [
        block.text
        for block in all_blocks
        if (block.page, block.language) == (page, "toml") and block.line < before
    ]
    return shown[-1] if shown else CONFIG


def test_a_block_says_who_can_run_it(sh_block: Any, markers: tuple[str, ...]) -> None:
    assert sh_block.marker in markers


def test_a_command_is_one_that_releve_understands(sh_block: Any) -> None:
    for words in sh_block.commands:
        understood(words)


def test_a_command_that_releve_does_not_understand_is_seen() -> None:
    with pytest.raises(AssertionError, match="no command"):
        understood(["brew", "tea"])
    with pytest.raises(Exception, match=r"(?i)no such option"):
        understood(["check-config", "--no-such-option"])


def test_a_target_of_make_exists(sh_block: Any, root: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), re.MULTILINE)
    for target in re.findall(r"^make ([a-z]+)", sh_block.text, re.MULTILINE):
        assert target in targets


def test_a_script_exists(sh_block: Any, root: Path) -> None:
    for name in re.findall(r"\bscripts/[a-z-]+", sh_block.text):
        assert os.access(root / name, os.X_OK), name


def test_a_debian_package_is_one_that_we_list(sh_block: Any, root: Path) -> None:
    listed = (root / "scripts" / "debian-packages.txt").read_text()
    given = {"make", "git"}  # what a clone and `make demo` themselves take
    for line in re.findall(r"apt-get install -y ([^\n&;]+)", sh_block.text):
        for package in set(line.split()) - given:
            assert re.search(rf"^\w+\s+{package}\s", listed, re.MULTILINE), package


def test_what_anyone_can_run_runs(
    runnable: Any, all_blocks: list[Any], tmp_path: Path, root: Path
) -> None:
    config = page_config(runnable.page, runnable.line, all_blocks)
    (tmp_path / "releve.toml").write_text(config)
    done = subprocess.run(
        ["bash", "-euc", runnable.text],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{root / '.venv' / 'bin'}:{os.environ['PATH']}",
            "RELEVE_DATA_DIR": str(tmp_path / "data"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
