"""The documentation, read as data: its pages and their fenced blocks.

A block of commands says in its info string who can run it:

```sh            anyone: run in an empty folder, beside the page's releve.toml
```sh service    anyone while the service runs: run beside a real one
```sh demo       who follows a page from top to bottom beside a demonstration: run so
```sh restore    whoever has a backup and has stopped the service: run after those
```sh make       whoever cloned the repository: the targets exist, CI runs them itself
```sh setup      whoever cloned it, before anything else: CI did it to get here
```sh hardware   whoever has a Pi or a meter; the commands are parsed, not run
```sh root       an administrator; the commands are parsed, not run
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MARKERS = ("", "service", "demo", "restore", "make", "setup", "hardware", "root")
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# `releve` where a command begins: first on its line, after variables, sudo, $(… or |.
COMMAND = re.compile(
    r"(?:^|\$\(|[|;&] *)(?:[A-Z_]+=(?:'[^']*'|\S+) +)*(?:sudo +)?releve\b([^\n|)&;>]*)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: which page, which language, who can run it, what it says."""

    page: str
    line: int
    language: str
    marker: str
    text: str

    @property
    def commands(self) -> list[list[str]]:
        """Give the words of each `releve` command in it, `$(…)` and pipes apart."""
        return [shlex.split(words) for words in COMMAND.findall(_plain(self.text))]


def _plain(text: str) -> str:
    """Give a block without its comments, its continued lines joined."""
    return re.sub(r"(^|\s)#.*", "", text, flags=re.MULTILINE).replace("\\\n", " ")


def page_paths() -> list[Path]:
    return sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


def blocks() -> Iterator[Block]:
    for path in page_paths():
        text = path.read_text()
        for found in FENCE.finditer(text):
            language, _, marker = found[1].strip().partition(" ")
            line = text.count("\n", 0, found.start()) + 1
            name = str(path.relative_to(ROOT))
            yield Block(name, line, language, marker, found[2])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page" in metafunc.fixturenames:
        pages = page_paths()
        names = [str(path.relative_to(ROOT)) for path in pages]
        metafunc.parametrize("page", pages, ids=names)
    for name, wanted in BLOCKS.items():
        if name in metafunc.fixturenames:
            chosen = [block for block in blocks() if wanted(block)]
            ids = [f"{block.page}:{block.line}" for block in chosen]
            metafunc.parametrize(name, chosen, ids=ids)


BLOCKS: dict[str, Any] = {
    "sh_block": lambda block: block.language == "sh",
    "runnable": lambda block: (block.language, block.marker) == ("sh", ""),
    "toml_block": lambda block: block.language == "toml",
    "python_block": lambda block: (block.language, block.marker) == ("python", ""),
}


@pytest.fixture(scope="session")
def all_blocks() -> list[Block]:
    return list(blocks())


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def markers() -> tuple[str, ...]:
    return MARKERS
