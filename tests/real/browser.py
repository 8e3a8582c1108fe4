"""A household's side for the real tests: a demonstration, its browser, a service."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.real.home import RELEVE

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-dev-shm-usage"),
]
LAST = "4/4"
"""What the demonstration says once its past is there."""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
MOVED = """() => new Promise((told) => {
  let sum = 0;
  new PerformanceObserver((seen) => {
    for (const one of seen.getEntries()) sum += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => told(sum)));
})"""
"""How much of a page moved while it was drawn, by itself (Cumulative Layout Shift)."""
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Demo:
    """A running demonstration: three meters with a past, and the whole service."""

    def __init__(self, directory: Path) -> None:
        self.config = directory / "releve.toml"
        self.process = subprocess.Popen(
            [*RELEVE, "demo", "--directory", str(directory)],
            env={**os.environ, "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def until_there(self) -> None:
        """Wait for its past to be there."""
        for line in self.process.stdout:
            if LAST in line:
                listen = tomllib.loads(self.config.read_text())["api"]["listen"]
                self.url = f"http://{listen}"
                return
        raise AssertionError("the demonstration ended")

    def token(self) -> str:
        """Give the owner's token."""
        return (self.config.parent / "data" / "owner.token").read_text().strip()

    def pairing_code(self) -> str:
        """Give what `releve pair` prints in a shell."""
        done = subprocess.run(
            [*RELEVE, "pair", "--config", str(self.config)],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()


@contextmanager
def demonstration(directory: Path) -> Iterator[Demo]:
    """Run a demonstration."""
    demo = Demo(directory)
    try:
        demo.until_there()
        yield demo
    finally:
        demo.process.terminate()
        demo.process.communicate(timeout=60)


class Service:
    """A service as its maker writes it: asks, polls, reads."""

    def __init__(self, url: str, name: str) -> None:
        self.url, self.name, self.token = url, name, ""

    def ask(self, *lines: dict[str, Any], **more: str) -> str:
        """Ask for consent; give the code that the household types."""
        form = {
            "client_id": f"client of {self.name}",
            "client_name": self.name,
            "controller": "Les Économes, association",
            "contact": "contact@economes.example",
            "authorization_details": json.dumps(lines),
            **more,
        }
        codes = self.post("/oauth/device_authorization", form)
        self.device = codes["device_code"]
        assert codes["verification_uri"].endswith("/consent")
        return codes["user_code"]

    def fetch_token(self) -> None:
        """Fetch the token of what was approved."""
        form = {
            "grant_type": DEVICE,
            "device_code": self.device,
            "client_id": f"client of {self.name}",
        }
        self.token = self.post("/oauth/token", form)["access_token"]

    def post(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        return self.call(path, urllib.parse.urlencode(form).encode())[1]

    def call(self, path: str, data: bytes | None = None) -> tuple[int, dict[str, Any]]:
        """Give the status and the document of an answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(f"{self.url}{path}", data, headers)  # noqa: S310 - ours
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - ours
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


def faults(page: Page) -> list[str]:
    """Give what axe-core finds that a screen reader or weak eyes can't use."""
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def overflow(page: Page) -> int:
    """Give by how many pixels a page is wider than the screen."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def usable(page: Page) -> None:
    """Hold a page to WCAG 2.2 AA, and to 320 px (its 1.4.10): 1280 px at 400 %."""
    assert overflow(page) == 0
    assert faults(page) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == 0
    page.set_viewport_size(PHONE)


class Screen:
    """A browser's page of its own, and what went wrong on it."""

    def __init__(self, browser: Browser, url: str, locale: str) -> None:
        self.context = browser.new_context(locale=locale, viewport=PHONE)
        self.page = self.context.new_page()
        self.url = url
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("dialog", lambda dialog: self.wrong.append(dialog.message))
        self.page.on("requestfailed", self._failed)
        self.page.on(
            "request",
            lambda one: one.url.startswith(url) or self.wrong.append(one.url),
        )

    def _said(self, message) -> None:
        # a refusal of ours is shown by the page, and by the browser's console too
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(message.text)

    def _failed(self, request) -> None:
        if "ABORTED" not in request.failure:  # a page that was left asks no more
            self.wrong.append(request.url)

    def open(self, path: str = "/") -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page
