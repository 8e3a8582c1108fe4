"""A client generated from what a running home says of itself, at work as a service."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.examples.moved_home import PARIS, MovedHome

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
THEIRS = ROOT / ".venv" / "client" / "bin"
"""A venv of its own, of which nothing is ours."""
CHILD = Path(__file__).with_name("generated_client_child.py")
NOON = datetime(2026, 11, 24, 12, tzinfo=PARIS)
DAYS = {NOON.date() - timedelta(days=n): 9_000 + n for n in (3, 2, 1)}


@pytest.fixture
async def home(tmp_path):
    made = MovedHome(tmp_path, NOON)
    made.start()
    try:
        await made.until("/api/v1/health", lambda _: True)
        made.take(DAYS)
        yield made
    finally:
        made.end()


@pytest.fixture
def generated(tmp_path: Path, home: MovedHome) -> Path:
    """Generate a client of what the home serves; give the folder that it is in."""
    if not (THEIRS / "python").exists():
        pytest.skip(".venv/client is not there: scripts/setup dev makes it")
    described = tmp_path / "openapi.json"
    described.write_text(json.dumps(home.get("/api/v1/openapi.json")))
    # nobody reads the code; an export is bytes to the generator, whatever they are of
    overrides = "content_type_overrides: {application/zip: application/octet-stream}"
    (tmp_path / "config.yaml").write_text(f"post_hooks: []\n{overrides}\n")
    done = subprocess.run(
        [
            *(THEIRS / "openapi-python-client", "generate", "--fail-on-warning"),
            *("--path", described, "--config", tmp_path / "config.yaml"),
            *("--meta", "none", "--output-path", tmp_path / "made" / "home_client"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "made"


class Child:
    """A program over the generated client; it tells a line a step."""

    def __init__(self, made: Path, url: str) -> None:
        self.process = subprocess.Popen(
            [THEIRS / "python", "-W", "error", CHILD, url],
            env={"PYTHONPATH": str(made), "PATH": str(THEIRS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tells(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def hears(self, word: str) -> None:
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()


@pytest.fixture
def child(generated: Path, home: MovedHome) -> Iterator[Child]:
    made = Child(generated, home.url)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


async def test_a_service_over_it_asks_reads_and_is_refused_in_types_of_its_own(
    home, child
):
    asked = child.tells()
    assert asked["kind"] == "Codes"
    assert child.tells()["refused"]["error"] == "invalid_grant"

    home.type("consents", "request", asked["code"], typed="yes\n")
    child.hears("approved")
    seen = child.tells()
    (granted,) = seen["granted"]
    assert (granted["class"], granted["meters"]) == ("energy", ["linky"])
    assert seen["topics"].startswith("releve/services/")
    assert seen["expires"] == "datetime"
    assert seen["meter"]["fluid"] == "electricity"
    known = [wh for wh in seen["wh"] if wh is not None]
    assert known == list(DAYS.values())
    assert {*seen["days"]} == {"Interval"}
    assert seen["next"] is None
    assert seen["power"]["status"] == 404
    assert seen["power"]["type"].endswith("#unknown-register")

    home.type("consents", "withdraw", *home.consents())
    child.hears("withdrawn")
    after = child.tells()
    assert after["status"] == after["problem"]["status"] == 401
    assert after["problem"]["type"].endswith("#credential-needed")
    assert child.process.wait(timeout=90) == 0
