import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for pulse_contacts

from pulse_contacts import FakeClock


@pytest.fixture
def clock():
    return FakeClock()
