"""What docs/importing.md promises of a large file: it is read, in what one may take."""

from __future__ import annotations

import pytest

from edge.importing import formats
from exports.errors import FileRefused
from exports.reading.apart import Apart
from exports.reading.ask import Ask
from tests.edge.importing.importing_home import curve

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

YEAR = 17_532
"""Half-hours."""


def read(years: int) -> int:
    """Have a load curve read apart; give how many half-hours it said."""
    values = [400 + number % 977 for number in range(years * YEAR)]
    ask = Ask(tuple(formats.MODULES), "Europe/Paris", "curve.csv")
    return len(Apart()(curve(values), ask).export.amounts)


def test_four_years_of_half_hours_are_read_at_once():
    assert read(4) == 4 * YEAR


def test_more_are_refused_with_what_to_do():
    with pytest.raises(FileRefused, match="part it, by years") as refused:
        read(8)
    assert refused.value.reason == "too-large"
