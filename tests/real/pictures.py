"""Takes the documentation's pictures: `python -m tests.real.pictures [FOLDER]`.

A demonstration, the coach of examples/, and the household's pages in both languages.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.real.browser import CHROMIUM, FLAGS, Service, demonstration

ROOT = Path(__file__).parents[2]
ASKS = json.loads((ROOT / "examples" / "coach" / "asks.json").read_text())
PASSWORD = "un compteur au placard"  # noqa: S105 - invented
WIDTH, HEIGHT = 900, 600


@dataclass(frozen=True, slots=True)
class Words:
    """What one language calls what is filled, clicked and taken."""

    locale: str
    password: str
    sign_in: str
    code: str
    see: str
    refuse: str
    type_here: str
    request: str
    home: str


ENGLISH = Words(
    *("en-GB", "New password", "Choose this password"),
    *("Code of the service", "See the request", "Refuse", "Type it here"),
    *("request", "home"),
)
FRENCH = Words(
    *("fr-FR", "Mot de passe", "Se connecter"),
    *("Code du service", "Voir la demande", "Refuser", "Tapez-le ici"),
    *("demande", "maison"),
)


class Album:
    """The pages of one language, and where their pictures go."""

    def __init__(self, browser: Browser, url: str, words: Words, folder: Path) -> None:
        viewport = {"width": WIDTH, "height": HEIGHT}
        self.page: Page = browser.new_page(locale=words.locale, viewport=viewport)
        self._url, self._words, self._folder = url, words, folder

    def sign_in(self, pairing_code: str = "") -> None:
        self.page.goto(f"{self._url}/consent")
        if pairing_code:
            self.page.get_by_label("Pairing code").fill(pairing_code)
        exact = not pairing_code  # beside it stands a new one, for who forgot
        self.page.get_by_label(self._words.password, exact=exact).fill(PASSWORD)
        self.page.get_by_role("button", name=self._words.sign_in).click()
        expect(self.page.get_by_label(self._words.code)).to_be_visible()

    def request(self, code: str) -> None:
        self.page.get_by_label(self._words.code).fill(code)
        self.page.get_by_role("button", name=self._words.see).click()
        last = self.page.get_by_role("button", name=self._words.refuse)
        self._take(self._words.request, last)

    def home(self) -> None:
        self.page.goto(self._url)
        last = self.page.get_by_role("link", name=self._words.type_here)
        self._take(self._words.home, last)

    def _take(self, name: str, last: Locator) -> None:
        """Take the page from its top to what is last of interest."""
        expect(self.page.get_by_role("img").first).to_be_visible()  # the home's figures
        height = last.evaluate("it => it.getBoundingClientRect().bottom + scrollY") + 24
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
        path = self._folder / f"{name}.png"
        self.page.screenshot(path=path, full_page=True, clip=clip)


def take(folder: Path) -> None:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with demonstration(Path(place) / "demo") as demo:
            coach = Service(demo.url, ASKS["client_name"])
            told = ("controller", "contact", "leaves_home", "retention")
            lines = ASKS["authorization_details"]
            code = coach.ask(*lines, **{name: ASKS[name] for name in told})
            english, french = (
                Album(browser, demo.url, words, folder) for words in (ENGLISH, FRENCH)
            )
            english.sign_in(demo.pairing_code())
            french.sign_in()
            english.request(code)
            french.request(code)
            allow = re.compile("I allow")
            english.page.get_by_role("checkbox", name=allow).check()
            english.page.get_by_role("button", name="Allow what is ticked").click()
            allowed = english.page.get_by_role("heading", name=re.compile("Allowed"))
            expect(allowed).to_be_visible()
            coach.fetch_token()
            coach.call("/api/v1/meters/linky/registers/import_total_wh?step=day")
            english.home()
            french.home()
        browser.close()


if __name__ == "__main__":
    take(Path(*sys.argv[1:2] or [ROOT / "docs" / "pictures"]))
