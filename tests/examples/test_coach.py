"""The coach, as a process of its own, from its first question to its end."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.examples.moved_home import PARIS, MovedHome
from tests.real.mqtt_rig import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(150)]

PLACE = Path(__file__).parents[2] / "examples" / "coach" / "coach.py"
COACH = [sys.executable, "-W", "error", str(PLACE)]
MONDAY = date(2026, 11, 23)
BEFORE_SHOWN = datetime(2026, 11, 24, 6, 40, tzinfo=PARIS)
SHOWN = BEFORE_SHOWN.replace(hour=7, minute=1)
DAYS = {
    MONDAY - timedelta(days=n): 9_000 if n <= 14 else 3_000 for n in range(1, 57)
} | {MONDAY: 9_900}


class Coach:
    """A coach at work; a line that it said is waited for once."""

    def __init__(self, path: Path, url: str) -> None:
        self.kept, self._out, self._url = path / "coach.json", path / "said", url
        self.process: subprocess.Popen[bytes] | None = None
        self._read = 0

    def start(self) -> None:
        with self._out.open("ab") as out:
            self.process = subprocess.Popen(
                [*COACH, self._url, str(self.kept), "0.5"],
                env={**os.environ, "LC_ALL": "C"},
                stdout=out,
                stderr=out,
            )

    def end(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    @property
    def all_said(self) -> str:
        return self._out.read_text()

    @property
    def said(self) -> str:
        return self.all_said[self._read :]

    async def says(self, pattern: str) -> re.Match[str]:
        """Wait for a line; what was said before it is no answer any more."""
        try:
            found = await until(lambda: re.search(pattern, self.said), 40)
        except TimeoutError:
            raise AssertionError(f"not {pattern!r}: {self.all_said}") from None
        self._read += found.end()
        return found


@pytest.fixture
async def home(tmp_path):
    made = MovedHome(tmp_path, BEFORE_SHOWN)
    made.start()
    try:
        await made.until("/api/v1/health", lambda _: True)
        made.take(DAYS)
        yield made
    finally:
        made.end()


@pytest.fixture
def coach(tmp_path, home):
    made = Coach(tmp_path, home.url)
    made.start()
    yield made
    made.end()


async def granted(home: MovedHome, coach: Coach) -> None:
    """Have the household grant what the coach asks."""
    code = (await coach.says(r"Type (\S+) at ")).group(1)
    home.type("consents", "request", code, typed="yes\n")
    await coach.says("granted, version 1: energy by day")


async def test_it_advises_from_what_it_is_told_and_forgets_what_is_withdrawn(
    home, coach
):
    await granted(home, coach)
    assert stat.S_IMODE(coach.kept.stat().st_mode) == 0o600
    tokens = json.loads(coach.kept.read_text())
    # at 06:40 Monday is not shown yet
    await coach.says(r"linky: Sunday 22 November: 9\.0 kWh, \+133 % .* usual 3\.9 kWh")

    # told by MQTT, for nothing else has it look at days again
    home.to(SHOWN)
    await coach.says(r"linky: Monday 23 November: 9\.9 kWh, \+120 % .* usual 4\.5 kWh")

    # an hour later its token is old
    home.to(SHOWN + timedelta(hours=2))
    await until(lambda: json.loads(coach.kept.read_text()) != tokens)

    (consent,) = home.consents()
    home.type("consents", "narrow", consent, "--history", "P15D")
    await coach.says("granted, version 2: energy by day")
    await coach.says(r"Monday 23 November: 9\.9 kWh, \+10 % .* usual 9\.0 kWh")

    home.type("services", "pause")
    await coach.says("paused: I ask again later")
    home.type("services", "resume")
    await coach.says(r"granted, version \d: energy by day")
    await coach.says("Monday 23 November")

    home.type("consents", "withdraw", *home.consents())
    await coach.says("withdrawn: I have forgotten all that I had")
    assert await until(lambda: coach.process.poll() is not None)
    assert coach.process.returncode == 0
    assert not coach.kept.exists()
    assert not re.search("Traceback|Warning", coach.all_said)


async def test_a_household_that_refuses_is_not_asked_again(home, coach):
    code = (await coach.says(r"Type (\S+) at ")).group(1)
    home.type("consents", "refuse", code)
    await coach.says("access_denied: I have forgotten")
    assert await until(lambda: coach.process.poll() is not None)
    assert not coach.kept.exists()
