"""Every label of the meter is mapped once, or left out for a reason."""

from __future__ import annotations

import pytest

from edge.registers import CATALOGUE
from edge.sources.tic_registers import (
    APART,
    CONTRACTS,
    HISTORIC,
    LEFT_OUT,
    REGISTERS,
    SLICES,
    SPREAD,
)
from edge.sources.tic_values import CONVERTED, SPREADERS, names
from teleinfo.labels import LABELS
from teleinfo.mode import Mode


@pytest.mark.parametrize(
    ("mode", "label"), [(mode, label) for mode in Mode for label in LABELS[mode]]
)
def test_a_label_is_in_one_table_and_in_one_only(mode, label):
    tables = (REGISTERS[mode], SPREAD, SLICES, APART, LEFT_OUT)
    assert sum(label in table for table in tables) == 1


def test_no_table_names_a_label_that_no_meter_sends():
    known = LABELS[Mode.HISTORIC].keys() | LABELS[Mode.STANDARD].keys()
    for table in (*REGISTERS.values(), SPREAD, SLICES, APART, LEFT_OUT, CONVERTED):
        assert table.keys() <= known


def test_every_register_named_is_in_the_catalogue():
    named = {name for rows in REGISTERS.values() for name in rows.values()}
    named |= {name for several in SPREAD.values() for name in several}
    named |= {register for _, register in SLICES.values()}
    assert named <= set(CATALOGUE)


def test_every_reason_is_told():
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())


def test_the_indexes_of_a_contract_stand_in_the_suppliers_order():
    tempo = CONTRACTS[2]
    assert tempo[0] == "BBRHCJB"
    assert [HISTORIC[label] for label in tempo] == [
        f"import_tariff{n:02}_wh" for n in range(1, 7)
    ]
    assert [HISTORIC[label] for label in CONTRACTS[0]] == [
        "import_tariff01_wh",
        "import_tariff02_wh",
    ]


def test_a_label_tells_which_registers_are_unknown_when_it_is_refused():
    assert names("EAST", Mode.STANDARD) == ("import_total_wh",)
    assert "overload" in names("STGE", Mode.STANDARD)
    assert names("VTIC", Mode.STANDARD) == ()
    assert SPREADERS.keys() == SPREAD.keys()
