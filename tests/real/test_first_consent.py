"""A household's first consent, by the README: from a fresh demonstration to the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.real.browser import CHROMIUM, FLAGS, Demo, demonstration

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text().partition("## A first consent\n")[2]
STEPS = README.partition("\n## ")[0]
(RUN,) = re.findall(r"^```sh demo\n(.*?)^```$", STEPS, re.MULTILINE | re.DOTALL)
(PAIR,) = re.findall(r"`(\S*releve pair [^`]+)`", STEPS)
BUTTONS = re.findall(r"\*\*(.+?)\*\*", STEPS)
"""What is clicked, in the README's words and order."""
DOCUMENTED = "http://127.0.0.1:8080"
PASSWORD = "un compteur au placard"  # noqa: S105 - invented
CODE = re.compile(r"Type (\S+) at (\S+)")
DAY = re.compile(r"linky: \w+ \d\d \w+: \d+\.\d kWh")


class Terminal:
    """A clone's folder, in which the README's commands are typed."""

    def __init__(self, folder: Path, demo: Demo) -> None:
        self._folder, self._demo = folder, demo
        for name in (".venv", "examples"):
            (folder / name).symlink_to(ROOT / name)

    def open(self, commands: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-ec", commands.replace(DOCUMENTED, self._demo.url)],
            cwd=self._folder,
            env={**os.environ, "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # to be closed with all that runs in it
        )


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """Run a fresh demonstration, as `make demo` does."""
    with demonstration(tmp_path / "demo-data") as demo:
        yield Terminal(tmp_path, demo)


@pytest.fixture
def page() -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not there: scripts/packages installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(locale="en-GB")
        page.set_default_timeout(20_000)
        yield page
        browser.close()


def test_a_coach_asks_and_the_household_agrees_and_takes_it_back(terminal, page):
    choose, see, tick, allow, look, withdraw = BUTTONS
    with terminal.open(RUN) as coach, terminal.open(PAIR) as pairing:
        lines = coach.stdout
        try:
            code, address = CODE.search(next(lines)).groups()
            page.goto(address)
            page.get_by_label("Pairing code").fill(pairing.stdout.read().strip())
            page.get_by_label("New password").fill(PASSWORD)
            page.get_by_role("button", name=choose).click()
            page.get_by_label("Code of the service").fill(code)
            page.get_by_role("button", name=see).click()
            coachs = page.get_by_role("heading", name="Coach", exact=True)
            expect(coachs).to_be_visible()
            expect(page.get_by_role("img")).to_be_visible()  # the home's own days
            page.get_by_role("checkbox", name=re.compile(tick.rstrip("…"))).check()
            page.get_by_role("button", name=allow).click()
            allowed = page.get_by_role("heading", name=re.compile("Allowed"))
            expect(allowed).to_be_visible()

            assert "granted" in next(lines)
            assert next(line for line in lines if DAY.search(line))

            page.get_by_role("link", name=look).click()
            page.get_by_role("button", name=withdraw).click()
            expect(page.get_by_role("status")).to_contain_text("Withdrawn")
            assert next(line for line in lines if "forgotten all" in line)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(coach.pid, signal.SIGTERM)
