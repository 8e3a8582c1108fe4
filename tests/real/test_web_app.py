"""A web app of another origin, in Debian's Chromium: it reads what it was granted."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.real.browser import CHROMIUM, FLAGS, Demo, demonstration
from tests.real.home import RELEVE

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

READ = """async ([url, token]) => {
  const headers = { Authorization: `Bearer ${token}` };
  const told = (answer) => answer.ok ? answer.text() : String(answer.status);
  return fetch(`${url}/api/v1/meters`, { headers }).then(told, () => "unread");
}"""
FOLLOW = """async ([url, token]) => {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/v1/live`, { headers });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  while (!told.includes("event: sample")) told += (await reader.read()).value;
  await reader.cancel();
  return told;
}"""


class Page(BaseHTTPRequestHandler):
    """Somebody's page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>an app</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def site() -> Iterator[str]:
    """Serve a page; give its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()


def granted(demo: Demo, origin: str) -> str:
    """Let in what is served from an origin; give its token."""
    words = ["services", "create", "app", "--meter", "linky", "--purpose", "a curve"]
    held = ["--grant", "electricity/live_power/live/P1D/rest,sse", "--origin", origin]
    done = subprocess.run(
        [*RELEVE, *words, *held, "--config", str(demo.config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_it_reads_and_follows_by_fetch_and_a_page_of_another_origin_does_not(tmp_path):
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not there: scripts/packages installs it")
    with (
        demonstration(tmp_path / "demo") as demo,
        site() as origin,
        site() as other,
        sync_playwright() as playwright,
    ):
        token = granted(demo, origin)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(origin)
        read = page.evaluate(READ, [demo.url, token])
        followed = page.evaluate(FOLLOW, [demo.url, token])
        owners = page.evaluate(READ, [demo.url, demo.token()])
        page.goto(other)
        stolen = page.evaluate(READ, [demo.url, token])
        browser.close()
    assert '"linky"' in read
    assert "apparent_power_va" in followed
    assert (owners, stolen) == ("unread", "unread")
