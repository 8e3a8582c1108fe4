"""Files about gas that hold no reading."""

from __future__ import annotations

import pytest

from exports import FileRefused


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        ({"2020-12-01": 7.6, "2020-12-02": None}, "grdf-temperatures", "temperatures"),
        (
            "pce;startDate;endDate;kwhPrice;fixPrice\nXXXX;2019-11-28;;0.05;0.99\n",
            "gazpar2mqtt-prices",
            "price list",
        ),
    ],
)
def test_they_are_recognised_and_refused_by_what_they_are(read, content, name, word):
    with pytest.raises(FileRefused) as refusal:
        read(content, name)
    assert refusal.value.reason == "no-readings"
    assert word in refusal.value.message
    assert refusal.value.hint is not None


def test_dates_with_other_values_are_no_temperatures(read):
    with pytest.raises(FileRefused) as refusal:
        read({"2020-12-01": {"a": 1}})
    assert refusal.value.reason == "unknown-format"
