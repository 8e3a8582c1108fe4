from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package

from made_runner import Made


@pytest.fixture
def made(tmp_path):
    made = Made(tmp_path)
    made.make()
    return made
