"""Gas and water stand in the catalogue as electricity does."""

import pytest

from edge.catalogue import ConsentClass, Fluid, Kind
from edge.interval import Step
from edge.registers import CATALOGUE

FLOWING = [r for r in CATALOGUE.values() if r.fluid is not Fluid.ELECTRICITY]


@pytest.mark.parametrize("register", FLOWING, ids=lambda each: each.name)
def test_a_register_is_named_after_its_fluid_and_ends_with_its_unit(register):
    assert register.name.startswith(register.fluid.value)
    endings = {
        "L": "_l",
        "Wh": "_wh",
        "L/h": "_l_h",
        "Wh/m³": "_wh_m3",
        None: "_status",
    }
    assert register.name.endswith(endings[register.unit])
    assert register.title_en != register.title_fr


@pytest.mark.parametrize("register", FLOWING, ids=lambda each: each.name)
def test_whatever_is_a_number_is_bounded(register):
    numeric = register.kind is not Kind.TEXT
    assert (register.minimum == 0) is numeric
    assert (register.maximum is not None) is numeric


@pytest.mark.parametrize("name", ["gas_volume_l", "water_volume_l"])
def test_a_volume_is_an_index_in_litres(name):
    register = CATALOGUE[name]
    assert register.monotonic
    assert register.green_button == (58, 134, 0)
    assert register.device_class == register.fluid.value
    assert register.state_class == "total_increasing"


def test_gas_energy_is_energy_and_its_coefficient_a_fact_of_the_contract():
    energy = CATALOGUE["gas_energy_wh"]
    assert (energy.device_class, energy.green_button) == ("energy", (12, 72, 0))
    assert CATALOGUE["gas_conversion_wh_m3"].coarse is ConsentClass.CONTRACT


@pytest.mark.parametrize("name", ["gas_volume_l", "water_volume_l"])
def test_amounts_are_energy_by_the_day_and_nearly_live_by_the_pulse(name):
    register = CATALOGUE[name]
    assert register.consent(Step.DAY) is ConsentClass.ENERGY
    assert register.consent(Step.RAW) is ConsentClass.LIVE_POWER
