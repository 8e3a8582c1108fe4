"""A household's first consent: from a fresh demonstration to a coach that coaches."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.real.browser import CHROMIUM, FLAGS, demonstration

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

COACH = Path(__file__).parents[2] / "examples" / "coach" / "coach.py"
PASSWORD = "un compteur au placard"  # noqa: S105 - invented
CODE = re.compile(r"Type (\S+) at (\S+)")
DAY = re.compile(r"linky: \w+ \d\d \w+: \d+\.\d kWh")


@pytest.fixture
def said(tmp_path: Path) -> Iterator[tuple]:
    """Run a fresh demonstration, and a coach beside it; give what the coach says."""
    with demonstration(tmp_path / "demo") as demo:
        words = [
            sys.executable,
            str(COACH),
            demo.url,
            str(tmp_path / "coach.json"),
            "1",
        ]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as coach:
            try:
                yield demo, coach.stdout
            finally:
                coach.terminate()


def test_a_coach_asks_and_the_household_agrees_and_takes_it_back(said):
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not there: scripts/packages installs it")
    demo, lines = said
    code, address = CODE.search(next(lines)).groups()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(locale="en-GB")
        page.set_default_timeout(20_000)

        page.goto(address)
        page.get_by_label("Pairing code").fill(demo.pairing_code())
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_role("button", name="Choose this password").click()
        page.get_by_label("Code of the service").fill(code)
        page.get_by_role("button", name="See the request").click()
        expect(page.get_by_role("heading", name="Coach", exact=True)).to_be_visible()
        expect(page.get_by_role("img")).to_be_visible()  # the home's own days
        page.get_by_role("checkbox", name=re.compile("I allow")).check()
        page.get_by_role("button", name="Allow what is ticked").click()
        expect(page.get_by_role("heading", name=re.compile("Allowed"))).to_be_visible()

        assert "granted" in next(lines)
        assert next(line for line in lines if DAY.search(line))

        page.get_by_role("link", name="See your home").click()
        page.get_by_role("button", name="Withdraw").click()
        expect(page.get_by_role("status")).to_contain_text("Withdrawn")
        assert next(line for line in lines if "forgotten all" in line)
        browser.close()
