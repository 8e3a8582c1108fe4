"""A store is copied whole, however many pages that takes."""

from __future__ import annotations

import pytest

from edge.record import Address, Lane, Record
from edge.sample import Quality, Slice
from edge.stores import copying
from edge.stores.copying import EVER_MS, copy
from edge.stores.sqlite import SqliteStore

AT = 1_792_870_000_000
TOTAL = "import_total_wh"


@pytest.fixture
def stores(tmp_path):
    both = [SqliteStore(tmp_path / name) for name in ("one.db", "other.db")]
    yield both
    for store in both:
        store.close()


def told(store):
    return store.slices("linky", TOTAL, -EVER_MS, EVER_MS, 99)


@pytest.mark.parametrize("page", [1, 2, 3, 5, 6])
def test_slices_without_one_reading_come_over(stores, monkeypatch, page):
    monkeypatch.setattr(copying, "ROWS", page)
    source, target = stores
    slices = tuple(
        Slice("linky", TOTAL, AT + n, AT + n + 1, n, Quality.RAW, "file:enedis", AT)
        for n in range(5)
    )
    source.project([Record(Address(0, 0), Lane.HISTORY, "linky", AT, AT, slices)])
    assert len(told(source)) == 5
    for _ in copy(source, target):
        pass
    assert told(target) == told(source)
