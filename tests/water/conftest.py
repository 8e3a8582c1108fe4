from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exports import Document, recognise
from water.formats import FORMATS

SAMPLES = Path(__file__).parents[2] / "../shared/samples/water"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def samples():
    if not SAMPLES.is_dir():
        pytest.skip("no samples on this machine")
    return SAMPLES


@pytest.fixture
def read():
    """Find out what a file is and read it; whatever is no text goes in as JSON."""

    def one(content):
        if isinstance(content, Path):
            data = content.read_bytes()
        elif isinstance(content, bytes):
            data = content
        elif isinstance(content, str):
            data = content.encode()
        else:
            data = json.dumps(content).encode()
        document = Document(data)
        return recognise(document, FORMATS).read(document, PARIS)

    return one


def _days(found, quantity="volume_l"):
    """Give the amounts by the civil day they begin in."""
    return {
        str(amount.start.astimezone(PARIS).date()): amount.value
        for amount in found.amounts
        if amount.quantity == quantity
    }


def _total(found, quantity="volume_l"):
    return sum(a.value for a in found.amounts if a.quantity == quantity)


def _reasons(found):
    return [(one.place, one.reason) for one in found.refused]


@pytest.fixture
def days():
    return _days


@pytest.fixture
def total():
    return _total


@pytest.fixture
def reasons():
    return _reasons
