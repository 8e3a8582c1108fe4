import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for erased_home

from erased_home import Home


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "data")
    yield made
    made.close()
