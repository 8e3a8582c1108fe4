"""`readings.parquet` has the rows of `readings.csv`, and needs its extra."""

from __future__ import annotations

import importlib.util
import io
import zipfile

import pytest
from packed_house import table
from pyarrow import parquet as pq

from edge.portability.readings import COLUMNS, instants
from edge.portability.refusal import PackRefused


async def test_its_rows_are_those_of_the_csv(house):
    await house.live()
    pack = house.written(columns=True)
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        columns = pq.read_table(io.BytesIO(archive.read("readings.parquet")))
    assert tuple(columns.column_names) == COLUMNS
    rows = [
        {name: _cell(value) for name, value in row.items()}
        for row in columns.to_pylist()
    ]
    assert rows == table(pack)


def _cell(value) -> str:
    if value is None:
        return ""
    if hasattr(value, "timestamp"):
        return instants([round(value.timestamp() * 1000)])[0]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


async def test_without_pyarrow_it_is_said_how_to_have_it(house, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(PackRefused, match=r"releve\[parquet\]"):
        house.written(columns=True)
