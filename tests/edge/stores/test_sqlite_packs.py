"""Packs give their rows back whatever these are, and none stands for no rows."""

from __future__ import annotations

import pytest

from edge.journal.database import SqliteDatabase
from edge.stores.sqlite import SqliteStore, packs

PLACE = (1, 1, 1, 600)


@pytest.mark.parametrize("most", [1, 1 << 10, 1 << 20, 1 << 62])
def test_a_value_of_any_size_comes_back(most):
    rows = [(i, 1800, most * (i % 2), 0, None, None, None, 0, 0, 0) for i in range(4)]
    back = packs.unpack(packs.pack(packs.table(rows)))
    assert back.columns[2].tolist() == [0, most, 0, most]
    assert back.none[4].all()
    assert back.none[2] is None


def test_a_period_without_rows_is_settled_and_has_no_pack(tmp_path):
    SqliteStore(tmp_path / "store.db").close()
    database = SqliteDatabase(tmp_path / "store.db")
    database.execute(packs.LOOSEN, PLACE)
    packs.keep(database, PLACE, [])
    assert database.execute(packs.IS_LOOSE, PLACE) == []
    assert database.execute("SELECT count(*) FROM pack") == [(0,)]
    database.close()
