"""What the process apart gives back, and what of it is too much."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from collectors import NotCollected, Reason, carried
from collectors.carried import Carried, excuse, excused
from exports import Amount, Export, Nature


def export(meter=None, count=1):
    at = datetime(2026, 11, 24, tzinfo=UTC)
    end = datetime(2026, 11, 25, tzinfo=UTC)
    one = Amount("volume_l", at, end, 5, Nature.MEASURED, "row 1", 7)
    return Export("any", meter, (one,) * count)


def test_it_is_the_same_on_the_other_side():
    found = Carried.of("gas", export("1"))
    assert Carried.parse(json.loads(json.dumps(found.plain()))) == found
    assert found.number == "1"
    assert found.newest_ms == 1_795_564_800_000
    assert found.rows[0] == [
        *("volume_l", 1_795_478_400_000, 1_795_564_800_000),
        *(5, "measured", 7),
    ]


def test_too_many_rows_are_none(monkeypatch):
    monkeypatch.setattr(carried, "MOST_AMOUNTS", 3)
    with pytest.raises(NotCollected):
        Carried.of("gas", export(count=4))


def test_an_excuse_is_the_same_on_the_other_side():
    error = NotCollected(Reason.QUOTA, "days", status=429, wait_s=3.5)
    again = excused(json.loads(json.dumps(excuse(error))))
    assert (again.reason, again.where, again.status, again.wait_s) == (
        *(Reason.QUOTA, "days"),
        *(429, 3.5),
    )
