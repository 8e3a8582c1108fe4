from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package

from importing_home import House


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path / "data")
    yield made
    made.close()
