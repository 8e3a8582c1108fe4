"""`enedis_compatible.csv` is read as Enedis' own is, on days of 23 and 25 hours."""

from __future__ import annotations

import pytest
from consent_house import PARIS, at
from packed_house import rows

from edge.interval import Step
from edge.portability import enedis_csv
from edge.stores.protocol import IntervalColumns
from enedis.formats import FORMATS
from exports.document import Document
from exports.format import recognise


def read(columns):
    text = "".join(enedis_csv.lines([columns], PARIS, at("2024-01-01")))
    document = Document(text.encode())
    return recognise(document, FORMATS).read(document, PARIS)


def halves(day, count):
    many = rows("linky", enedis_csv.REGISTER, Step.MIN30, count, at(day))
    return IntervalColumns.of(many)


@pytest.mark.parametrize(
    ("day", "count"), [("2023-10-29", 50), ("2023-03-26", 46), ("2023-06-01", 48)]
)
def test_each_half_hour_comes_back_at_its_instant(day, count):
    columns = halves(day, count)
    found = read(columns)
    whole = [
        (start, 2 * value)
        for start, value, known in zip(
            columns.start_ms, columns.value, columns.coverage, strict=True
        )
        if known == 1
    ]
    assert found.refused == ()
    assert [
        (round(one.start.timestamp() * 1000), one.value) for one in found.amounts
    ] == whole


def test_what_is_known_in_part_is_left_empty():
    columns = halves("2023-06-01", 48)
    partial = sum(one < 1 for one in columns.coverage)
    assert 0 < partial < 48
    assert len(read(columns).absent) == partial


def test_a_home_without_a_linky_has_no_such_rows():
    assert list(enedis_csv.lines([], PARIS, 0)) == []
