"""Your first service in ten minutes: the page is followed as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.real.browser import Demo, demonstration

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

ENGLISH, FRENCH = "docs/first-service.md", "docs/fr/premier-service.md"
DOCUMENTED = "http://127.0.0.1:8080"
YES = "yes\nyes\n"
"""What a household types, to each thing that it is asked."""


def of_page(all_blocks: list[Any], page: str) -> list[Any]:
    return [block for block in all_blocks if block.page == page]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who follows the page in the folder of the demonstration."""

    demo: Demo
    environment: dict[str, str]
    define: str
    """The block that others build upon."""

    @property
    def folder(self) -> Path:
        return self.demo.config.parent

    def type(self, text: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.define + text],
            cwd=self.folder,
            env=self.environment,
            input=YES,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def begin(self, text: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-euc", f"{self.define}exec {text}"],
            cwd=self.folder,
            env={**self.environment, "PYTHONWARNINGS": "error"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def steps(all_blocks: list[Any]) -> list[str]:
    """Give the page's blocks that are followed beside a demonstration, in order."""
    return [
        block.text for block in of_page(all_blocks, ENGLISH) if block.marker == "demo"
    ]


@pytest.fixture
def reader(tmp_path: Path, root: Path, steps: list[str]) -> Iterator[Reader]:
    path = f"{root / '.venv' / 'bin'}:{os.environ['PATH']}"
    with demonstration(tmp_path / "demo-data") as demo:
        define = steps.pop(0).replace(DOCUMENTED, demo.url)
        yield Reader(demo, {**os.environ, "LC_ALL": "C", "PATH": path}, define)


def test_the_pages_share_their_blocks(all_blocks: list[Any]) -> None:
    def bare(page: str) -> list[tuple[str, str, str]]:
        return [
            (block.language, block.marker, re.sub(r"# .*", "#", block.text))
            for block in of_page(all_blocks, page)
        ]

    assert bare(FRENCH) == bare(ENGLISH)


def test_the_program_is_short(all_blocks: list[Any]) -> None:
    (program,) = (b for b in of_page(all_blocks, ENGLISH) if b.language == "python")
    assert len(program.text.splitlines()) < 50


def test_who_follows_the_page_has_a_service_in_ten_minutes(
    reader: Reader, steps: list[str]
) -> None:
    ask, decide, fetch, refresh, read, lose, program, run, end = steps
    assert json.loads(reader.type(ask))["user_code"]
    assert "First steps" in reader.type(decide)
    reader.type(fetch)
    reader.type(refresh)
    grant, rows = map(json.loads, reader.type(read).splitlines())
    assert grant["consents"][0]["granularity"] == "day"
    assert len(rows["rows"]) in {6, 7}  # yesterday's comes at 07:00
    assert json.loads(reader.type(lose).splitlines()[-1])["status"] == 401

    (reader.folder / "first.py").write_text(program)
    with reader.begin(run) as process:
        try:
            code = re.match(r"Type (\S+) at http", next(process.stdout))[1]
            (reader.folder / "codes.json").write_text(json.dumps({"user_code": code}))
            assert "My first service" in reader.type(decide)
            days = [next(process.stdout) for _ in range(7)]
            assert all(re.match(r"\d{4}-\d\d-\d\d \d+ Wh", line) for line in days), days
            live = next(line for line in process.stdout if '"values"' in line)
            assert "apparent_power_va" in json.loads(live)["values"]
            reader.type(end)
            *_, last = process.stdout
            assert process.wait(timeout=90) == 1
        finally:
            process.kill()
    assert last.strip()
    assert not last.startswith("{")
