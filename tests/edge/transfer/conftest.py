from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package

from transfer_home import Receiver


@pytest.fixture
def receiver(tmp_path):
    return Receiver(tmp_path / "receiver")
