"""Two real homes of three fluids: one was lived in, the other is to receive from it."""

from __future__ import annotations

import asyncio
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

CHILD = [sys.executable, str(Path(__file__).with_name("transfer_child.py"))]
ROOT = str(Path(__file__).parents[2])
SAID = {"LC_ALL": "C.UTF-8", "LANG": "", "COLUMNS": "200", "PYTHONPATH": ROOT}
PHRASE = "a battery, some staples and a horse"
ID = re.compile(r"^([0-9a-f]{16})  in ", re.MULTILINE)
CODE = re.compile(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}")


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
        self.service: subprocess.Popen[bytes] | None = None

    def type(self, *words: str) -> Result:
        """Type a command of `releve`."""
        typed = [*words, "--config", str(self.config)]
        return CliRunner().invoke(app, typed, env=SAID)

    def killed(self, *words: str, at: int) -> subprocess.CompletedProcess[str]:
        """Type a command that is killed at the number-th thing that it does, if any."""
        return subprocess.run(
            [*CHILD, *words, "--config", str(self.config)],
            env={**os.environ, **SAID, "RELEVE_DIES_AT": str(at)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def told(self, *words: str) -> str:
        done = self.type(*words)
        assert done.exit_code == 0, f"{done.output} {done.exception}"
        return done.output

    def start(self, at: int = 0) -> None:
        """Start the service, which dies at a number; wait until it listens, or has."""
        self.end()
        self.service = subprocess.Popen(
            [*CHILD, "run", "--config", str(self.config)],
            env={**os.environ, **SAID, "RELEVE_DIES_AT": str(at)},
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 30
        while not self.listens() and self.service.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.05)  # asks until it is so; never hopes that it is

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self) -> None:
        if self.service is not None:
            self.service.kill()
            self.service.wait()
            self.service = None

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
