import sys
from pathlib import Path

import pytest

from edge.config import Config, JournalConfig, MeterConfig
from edge.host import HostClock
from edge.service.hub import Hub

sys.path.insert(0, str(Path(__file__).parent))  # for service_home


@pytest.fixture
def config(tmp_path):
    return Config(
        data_dir=tmp_path / "data",
        journal=JournalConfig(commit_seconds=300),
        meters=(MeterConfig(id="linky", port="/dev/null"),),
    )


@pytest.fixture
def clock():
    return HostClock(trust=True)


@pytest.fixture
def hub(config, clock):
    hub = Hub.open(config, clock, ("linky",))
    yield hub
    hub.close()
