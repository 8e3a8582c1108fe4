"""Whatever a page says that a test holds, a test of that name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`(test_\w+)`")
ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
SAID = {"met", "partly", "**not met**", "not applicable", "not judged"}


@pytest.fixture(scope="session")
def known(root: Path) -> set[str]:
    sources = (path.read_text() for path in (root / "tests").rglob("test_*.py"))
    return set(re.findall(r"def (test_\w+)", "\n".join(sources)))


@pytest.fixture
def security(root: Path) -> str:
    return (root / "docs" / "security.md").read_text()


def rows(text: str) -> list[list[str]]:
    """Give the cells of each row of each table, heads and rules left out."""
    tables = re.split(r"^\|[-| ]+\|$", text, flags=re.MULTILINE)[1:]
    found = (row for table in tables for row in ROW.findall(table.partition("\n\n")[0]))
    return [[cell.strip() for cell in row.split("|")] for row in found]


def test_every_test_that_a_page_names_exists(page: Path, known: set[str]) -> None:
    named = set(NAMED.findall(page.read_text()))
    assert named <= known, named - known


def test_each_threat_has_its_test_or_says_that_nothing_stops_it(security: str) -> None:
    threats = rows(security.partition("## Decided")[0])
    assert len(threats) > 50
    for threat, stopped, tests, _ in threats:
        assert NAMED.search(tests) or "nothing of ours" in stopped, threat


def test_the_page_is_short_enough_to_be_read(security: str) -> None:
    assert len(security.splitlines()) <= 250


def test_every_provision_and_chapter_is_judged(security: str) -> None:
    provisions, chapters = security.partition("## ETSI")[2].split("## OWASP")
    for title, judged, _ in rows(provisions) + rows(chapters):
        assert judged in SAID, title
    clauses = [*(f"5.{n}-" for n in range(14)), "6-"]
    for clause in clauses:
        assert f"| {clause}" in provisions, clause
    for number in range(1, 18):
        assert f"| V{number} " in chapters, number
