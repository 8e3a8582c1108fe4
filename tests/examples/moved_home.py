"""A whole home whose clock a test moves: a day passes when it is wanted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.real.home import Home, free_port

PARIS = ZoneInfo("Europe/Paris")
MOVED = """
import os, sys, time
moved = os.open(sys.argv.pop(1), os.O_RDONLY)
def by(clock):
    def moved_clock():
        return clock() + int.from_bytes(os.pread(moved, 8, 0), "little", signed=True)
    return moved_clock
time.time_ns, time.monotonic_ns = by(time.time_ns), by(time.monotonic_ns)
from cli.main import main
main()
"""
"""Both clocks are moved: time that passed, and no clock that was set."""


class MovedHome(Home):
    """A home with a broker of its own; its time begins when it is told."""

    def __init__(self, path: Path, begins: datetime, *, more: str = "") -> None:
        super().__init__(path)
        self.folder, self.clock, self.log = path, path / "moved", path / "log"
        self.mqtt_port = free_port()
        text = self.config.read_text()
        mqtt = f'[mqtt]\nurl = "managed"\nlisten = "127.0.0.1:{self.mqtt_port}"\n'
        self.config.write_text(text.replace("[[meters]]", f"{mqtt}{more}[[meters]]"))
        self.to(begins)

    @property
    def moved(self) -> list[str]:
        return [sys.executable, "-c", MOVED, str(self.clock)]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def to(self, at: datetime) -> None:
        """Let time pass until then."""
        at_ns = int(at.timestamp()) * 1_000_000_000
        moved = at_ns - time.time_ns()
        with self.clock.open("r+b" if self.clock.exists() else "wb") as file:
            # in one piece, never empty: whoever looks meanwhile sees one or the other
            file.write(moved.to_bytes(8, "little", signed=True))

    def start(self) -> None:
        words = ["run", "--config", str(self.config)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*self.moved, *words], stderr=log)

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=90)

    def type(self, *words: str, typed: str = "") -> str:
        """Type a command of the household's; give what it says."""
        done = subprocess.run(
            [*self.moved, *words, "--config", str(self.config)],
            input=typed,
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def take(self, days: dict[date, int]) -> None:
        """Import what an operator would say of these days, in Wh."""
        path = self.folder / "days.csv"
        path.write_text(days_csv(days))
        self.type("import", str(path), "--register", "import_total_wh")

    def consents(self) -> list[str]:
        """Give the ids of the consents that hold."""
        listed = json.loads(self.type("services", "list", "--json"))
        return [one for service in listed for one in service["consents"]]


def days_csv(days: dict[date, int]) -> str:
    lines = ["start,end,value,unit,quality,coverage,revision"]
    for day, value in days.items():
        start, end = (_midnight(day + timedelta(days=n)) for n in (0, 1))
        lines.append(f"{start},{end},{value},Wh,validated,1,1")
    return "\n".join(lines) + "\n"


def _midnight(day: date) -> str:
    return datetime.combine(day, datetime.min.time(), PARIS).isoformat()
