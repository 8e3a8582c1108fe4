import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for consent_house

from consent_house import PARIS, HandClock

from edge.consent.consents import Consents


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def house(tmp_path, clock):
    """Open the house's decisions, as often as a test wants; all are closed at last."""
    opened: list[Consents] = []

    def make(directory=tmp_path, **told) -> Consents:
        consents = Consents.open(directory, told.pop("clock", clock), PARIS, **told)
        opened.append(consents)
        return consents

    yield make
    for one in opened:
        one.ledger.close()


@pytest.fixture
def consents(house):
    return house()
