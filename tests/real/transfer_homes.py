"""Two real homes of three fluids: one was lived in, the other is to receive from it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

EDGE = Path(__file__).parents[1] / "edge"
for part in ("portability", "importing", "consent"):
    sys.path.append(str(EDGE / part))  # tests are no package

from click.testing import Result  # noqa: E402 - same
from importing_home import PARIS  # noqa: E402 - same
from packed_house import PackedHouse, table  # noqa: E402 - same
from typer.testing import CliRunner  # noqa: E402 - same

from cli.main import app  # noqa: E402 - same
from edge.calendar import Calendar  # noqa: E402 - same
from tests.real.home import free_port  # noqa: E402 - same

ROOT = str(Path(__file__).parents[2])
SAID = {"LC_ALL": "C.UTF-8", "LANG": "", "COLUMNS": "200", "PYTHONPATH": ROOT}
PHRASE = "a battery, some staples and a horse"
ID = re.compile(r"^([0-9a-f]{16})  in ", re.MULTILINE)
CODE = re.compile(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}")


class Processes:
    """Commands of `releve`, each in a process of its own; begun by one that has all."""

    def __init__(self, log: Path) -> None:
        self.log = log
        child = Path(__file__).with_name("transfer_child.py")
        with log.open("w") as errors:
            self._made = subprocess.Popen(
                [sys.executable, str(child)],
                env={**os.environ, **SAID},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def ask(self, **job: object) -> int | None:
        self._made.stdin.write(json.dumps(job) + "\n")
        self._made.stdin.flush()
        line = self._made.stdout.readline()
        assert line, self.log.read_text()
        return json.loads(line)

    def end(self) -> None:
        self._made.stdin.close()
        self._made.wait(timeout=30)
        self._made.stdout.close()


class Home:
    """One home's directory, its commands, and its service where one runs."""

    def __init__(self, directory: Path, name: str) -> None:
        self.data, self.port = directory / name, free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.config = directory / f"{name}.toml"
        self.config.write_text(
            f'data_dir = "{self.data}"\n[api]\nlisten = "127.0.0.1:{free_port()}"\n'
            f'[lan]\nopen = true\nname = "{name}"\nhttps = "127.0.0.1:{self.port}"\n'
            '[imports]\nfolder = ""\n'
            f'[[meters]]\nid = "linky"\nport = "{directory}/none"\n'
            '[[meters]]\nid = "gas"\nkind = "gazpar"\n'
            '[[meters]]\nid = "water"\nkind = "water"\n'
        )
        self.secret, self.code = directory / "phrase", directory / "code"
        self.secret.write_text(PHRASE + "\n")
        self.service: tuple[Processes, int] | None = None
        self.ended: int | None = None

    def type(self, *words: str) -> Result:
        """Type a command of `releve`."""
        typed = [*words, "--config", str(self.config)]
        return CliRunner().invoke(app, typed, env=SAID)

    def killed(self, processes: Processes, *words: str, at: int) -> int:
        """Type a command that dies at the at-th thing that it does; how it ended."""
        typed = [*words, "--config", str(self.config)]
        return processes.ask(wait=processes.ask(words=typed, at=at))

    def told(self, *words: str) -> str:
        done = self.type(*words)
        assert done.exit_code == 0, f"{done.output} {done.exception}"
        return done.output

    def start(self, processes: Processes, at: int = 0) -> None:
        """Start the service, which dies at a number; wait until it listens, or has."""
        self.end()
        words = ["run", "--config", str(self.config)]
        self.service = processes, processes.ask(words=words, at=at)
        until = time.monotonic() + 30
        while not self.listens() and self.died() is None:
            assert time.monotonic() < until
            time.sleep(0.02)  # asks until it is so; never hopes that it is

    def died(self) -> int | None:
        """Say how the service ended, once it has."""
        if self.ended is None:
            processes, pid = self.service
            self.ended = processes.ask(poll=pid)
        return self.ended

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self) -> None:
        if self.service is not None and self.died() is None:
            processes, pid = self.service
            processes.ask(kill=pid)
        self.service = self.ended = None

    def offered(self, to: Home) -> None:
        """Have a code made here, and told to the other."""
        said = self.told("transfer", "receive")
        to.code.write_text(CODE.findall(said)[-1] + "\n")

    def sending(self, to: Home, *words: str) -> tuple[str, ...]:
        files = ("--code-file", str(self.code), "--passphrase-file", str(self.secret))
        return ("transfer", "send", to.url, *files, *words)

    def waiting(self) -> str:
        """Give the id of the one that waits for its owner's word."""
        (line,) = [
            line
            for line in self.told("transfer", "list").splitlines()
            if "waits for your word" in line
        ]
        return ID.findall(line)[0]

    def receipt(self, transfer: str) -> str:
        return self.told("transfer", "receipt", transfer)

    def readings(self) -> list[dict[str, str]]:
        """Give all that a pack of this home would hold; no service may run."""
        house = Opened(self.data)
        try:
            return table(house.written())
        finally:
            house.close()


class Opened(PackedHouse):
    """A home's directory that was there before."""

    def __init__(self, directory: Path) -> None:
        super(PackedHouse, self).__init__(directory)


def lived(directory: Path, days: int) -> None:
    """Live in a home for so many days, until a month ago."""
    last = datetime.now(PARIS).date() - timedelta(days=30)
    first_ms = Calendar(PARIS).day_start(last - timedelta(days=days))

    async def live() -> None:
        house = PackedHouse(directory)
        try:
            await house.live(halves=48 * days, first_ms=first_ms)
        finally:
            house.close()

    asyncio.run(live())
