"""A late index must fit between what was accepted before it and after it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gate import Reason, late
from edge.gate.neighbours import Known
from edge.gate.power import DEFAULT_KVA, Power
from edge.registers import CATALOGUE

TOTAL = CATALOGUE["import_total_wh"]
HOUR = 3_600_000
BEFORE, AFTER = Known(0, 1000), Known(2 * HOUR, 5000)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1000, None),
        (3000, None),
        (5000, None),
        (999, Reason.FALL),
        (5001, Reason.FALL),
        (-1, Reason.BOUNDS),
        (2_000_000_000, Reason.BOUNDS),
        (None, Reason.BOUNDS),
        ("3000", Reason.BOUNDS),
    ],
)
def test_it_lies_between_its_neighbours(value, reason):
    assert late(TOTAL, value, HOUR, (BEFORE, AFTER), Power()) is reason


def test_it_is_bounded_by_the_power_on_either_side():
    power = Power()
    power.learn({"subscribed_power_kva": 3})
    far = Known(2 * HOUR, 100_000)
    assert late(TOTAL, 1000 + 4503, HOUR, (BEFORE, None), power) is Reason.JUMP
    assert late(TOTAL, 1000 + 4502, HOUR, (BEFORE, None), power) is None
    assert late(TOTAL, 2000, HOUR, (None, far), power) is Reason.JUMP


def test_an_instant_has_no_neighbours():
    volts = CATALOGUE["voltage_l1_v"]
    assert late(volts, 1, HOUR, (BEFORE, AFTER), Power()) is None


@given(st.integers(0, 6000), st.integers(1, 2 * HOUR - 1))
def test_what_fits_leaves_a_rising_series(value, at_ms):
    if late(TOTAL, value, at_ms, (BEFORE, AFTER), Power()) is None:
        assert BEFORE.value <= value <= AFTER.value


def test_the_contract_is_told_by_kva_or_by_amperes():
    power = Power()
    assert power.import_va == DEFAULT_KVA * 1000
    power.learn({"subscribed_current_a": 45})
    assert power.import_va == 9000
    power.learn({"subscribed_current_a": 20, "current_l3_a": 1})
    assert power.import_va == 12_000
    assert power.export_va == DEFAULT_KVA * 1000
    power.learn({"subscribed_power_kva": 6, "breaker_power_kva": 9})
    assert power.import_va == 9000
    power.learn({"subscribed_power_kva": None})
    assert power.import_va == DEFAULT_KVA * 1000
