from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # tests are no package
sys.path.insert(0, str(HERE.parent / "importing"))
sys.path.insert(0, str(HERE.parent / "consent"))

from packed_house import PackedHouse  # noqa: E402 - found by the path above


@pytest.fixture
def house(tmp_path):
    made = PackedHouse(tmp_path / "old")
    yield made
    made.close()


@pytest.fixture
def new(tmp_path):
    made = PackedHouse(tmp_path / "new")
    yield made
    made.close()
