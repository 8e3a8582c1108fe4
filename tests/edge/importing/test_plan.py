"""A mapping that can't be used says which key is wrong; nothing is made up."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from edge.importing import columns, plan
from exports.document import Document
from exports.errors import FileRefused

WATER = 'fluid = "water"\nquantity = "volume_l"\ntime = 1\nvalue = 2\nstep = "day"\n'


def test_a_quantity_is_a_word():
    with pytest.raises(FileRefused, match="quantity is a word"):
        plan.read(WATER.replace('"volume_l"', "3"))


def test_a_table_without_a_single_date_gives_no_amount():
    told = columns.planned(WATER).read(
        Document(b"Date;Conso\nhier;beaucoup\n"), ZoneInfo("Europe/Paris")
    )
    assert told.amounts == ()
    assert len(told.refused) == 2
