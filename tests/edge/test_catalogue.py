"""The catalogue: a name is one register's."""

from __future__ import annotations

import pytest

from edge.catalogue import Catalogue
from edge.registers import CATALOGUE


def test_two_registers_of_a_name_are_refused():
    one = CATALOGUE["import_total_wh"]
    with pytest.raises(ValueError, match="share a name"):
        Catalogue((one, one))
