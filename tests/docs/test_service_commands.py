"""The documentation's commands that need the running service: beside a real one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

METER = """
import asyncio, sys
from pathlib import Path
from teleinfo.virtual import MeterSpec, PtyLine, VirtualLinky
import time
line = PtyLine(VirtualLinky(MeterSpec(), int(time.time() * 1000)))
print(line.path, flush=True)
asyncio.run(line.run())
"""
DOCUMENTED = "127.0.0.1:8080"
# What a reader would see as a failure must be one here: an answer 4xx or 5xx.
PRELUDE = 'curl() { command curl --fail-with-body "$@"; }\n'


@dataclass(frozen=True, slots=True)
class Home:
    """A running service and the folder that its owner types in."""

    folder: Path
    listen: str
    environment: dict[str, str]

    def type(self, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", PRELUDE + text],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("home")
    listen = f"127.0.0.1:{free_port()}"
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(folder / "notify"))
    told.settimeout(25)
    environment = {
        **os.environ,
        "PATH": f"{root / '.venv' / 'bin'}:{os.environ['PATH']}",
        "NOTIFY_SOCKET": str(folder / "notify"),
    }
    meter = subprocess.Popen([sys.executable, "-c", METER], stdout=subprocess.PIPE)
    assert meter.stdout is not None
    path = meter.stdout.readline().decode().strip()
    (folder / "releve.toml").write_text(
        f'data_dir = "{folder}/data"\n[api]\nlisten = "{listen}"\n'
        f'[[meters]]\nid = "linky"\nport = "{path}"\n'
    )
    service = subprocess.Popen(["releve", "run"], cwd=folder, env=environment)
    try:
        while b"READY=1" not in told.recv(4096):
            pass
        here = Home(folder, listen, environment)
        wait_for_a_sample(here)
        yield here
    finally:
        service.terminate()
        assert service.wait(10) == 0
        meter.terminate()
        meter.wait(10)
        told.close()
        meter.stdout.close()


def wait_for_a_sample(home: Home) -> None:
    done = home.type(
        'curl -sN --max-time 25 -H "Authorization: Bearer $(releve owner-token)" '
        f"http://{home.listen}/api/v1/live | grep -m 1 -q '^event: sample' || true"
    )
    assert done.returncode == 0, done.stderr


def of_page(all_blocks: list[Any], page: Path, root: Path, marker: str) -> str:
    name = str(page.relative_to(root))
    return "".join(b.text for b in all_blocks if (b.page, b.marker) == (name, marker))


def test_a_page_can_be_followed_from_top_to_bottom(
    page: Path, home: Home, all_blocks: list[Any], root: Path
) -> None:
    text = of_page(all_blocks, page, root, "service")
    done = home.type(text.replace(DOCUMENTED, home.listen))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_what_was_backed_up_can_be_restored_as_written(
    page: Path, home: Home, all_blocks: list[Any], root: Path
) -> None:
    text = of_page(all_blocks, page, root, "restore")
    made = of_page(all_blocks, page, root, "service") if text else ""
    assert ("releve backup" in made) == bool(text)
    elsewhere = str(home.folder / f"restored-{page.stem}")
    done = home.type(text, RELEVE_DATA_DIR=elsewhere)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
