"""A table of a meter that pulses: its defaults, and each key that can't be used."""

import pytest
from pulse_contacts import MS, FakeClock

from edge.catalogue import Fluid
from edge.errors import SourceError
from edge.sources.plugins import build, fluid_of, kinds
from edge.sources.pulses import GasPulses, PulseSettings, WaterPulses


def test_a_gazpar_pulses_each_ten_litres_and_a_second_apart():
    made = PulseSettings.from_table({"gpio": 17}, Fluid.GAS)
    assert (made.pulse_ml, made.shape.apart_ns) == (10_000, 1_000 * MS)
    assert (made.shape.width_ns, made.debounce_ms) == (30 * MS, 20)
    assert (made.active_low, made.bias, made.chip) == (True, "pull-up", "auto")


def test_a_water_meter_pulses_each_litre_and_twice_a_second_if_it_must():
    made = PulseSettings.from_table({"gpio": 4}, Fluid.WATER)
    assert made.pulse_ml == 1_000
    assert made.shape.apart_ns < 500 * MS


def test_decimals_are_read_exactly():
    table = {"index_m3": 10380.42, "pulse_volume_l": 0.5, "qmax_m3_h": 2.5}
    made = PulseSettings.from_table(table, Fluid.WATER)
    assert (made.index_ml, made.pulse_ml) == (10_380_420_000, 500)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"gpio": "17"}, "gpio is a whole number"),
        ({"gpio": True}, "gpio is a whole number"),
        ({"gpio": -1}, "gpio lies from"),
        ({"active": "up"}, "active is one of low, high"),
        ({"bias": "strong"}, "bias is one of"),
        ({"pulse_volume_l": 0}, "pulse_volume_l lies from"),
        ({"pulse_volume_l": "ten"}, "pulse_volume_l is a number"),
        ({"qmax_m3_h": -6}, "qmax_m3_h lies from"),
        ({"qmax_m3_h": float("inf")}, "qmax_m3_h is a number"),
        ({"index_m3": 1.0001}, "three decimals"),
        ({"index_m3": 100_000}, "index_m3 lies from"),
        ({"debounce_ms": 2_000}, "debounce_ms lies from"),
        ({"gpoi": 17}, "no key 'gpoi'"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(table, told):
    with pytest.raises(SourceError, match=told):
        build({"id": "gas", "kind": "gazpar", **table}, FakeClock())


def test_both_kinds_are_plugged_in():
    assert {"gazpar", "water"} <= set(kinds())
    assert (fluid_of("gazpar"), fluid_of("water")) == (Fluid.GAS, Fluid.WATER)
    gas = build({"id": "gas", "kind": "gazpar", "gpio": 17}, FakeClock())
    water = build({"id": "w", "kind": "water"}, FakeClock())
    assert isinstance(gas, GasPulses)
    assert isinstance(water, WaterPulses)
    assert gas.speaks
    assert not water.speaks
