"""What several real tests share: the clean Debian that is made once a run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.home import free_port
from tests.real.influxd import Influxd, need
from tests.real.machine import booted, make
from tests.real.mqtt_rig import Broker

NEEDED = ["python3", "adduser", "mosquitto", "tzdata"]
"""What the package depends on; the machine has this and Debian's essential ones."""
SYSTEM = ["systemd", "init-system-helpers", "apt", "udev"]


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make the disk of a clean Debian that has what the package depends on."""
    if os.geteuid() != 0 or not Path("/var/lib/dpkg/status").exists():
        pytest.skip("a machine in the machine takes root, on Debian")
    root = tmp_path_factory.mktemp("clean") / "root"
    (root / "etc/dpkg/dpkg.cfg.d").mkdir(parents=True)
    (root / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")
    make(root, [*NEEDED, *SYSTEM])
    try:
        with booted(tmp_path_factory.mktemp("first") / "disk", root):
            pass
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        # A host that is itself a container may not allow it: no fault of ours.
        pytest.skip(f"no machine boots within this one: {error}"[:300])
    yield root
    shutil.rmtree(root)


@pytest.fixture
def influxd(tmp_path: Path) -> Iterator[Influxd]:
    """Start an InfluxDB of this test's own, not set up yet."""
    running = Influxd(need(), tmp_path / "influx")
    running.start()
    yield running
    running.kill()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Start a broker of others, of this test's own."""
    made = Broker(tmp_path / "broker", free_port())
    made.start()
    yield made
    made.end(signal.SIGKILL)
