"""A file is of the meter whose number it has, else of the only one of its fluid."""

from __future__ import annotations

import pytest
from importing_home import PRM, House, curve

from edge.catalogue import Fluid
from edge.config import Config
from edge.importing.home import home_of
from edge.importing.meters import Place, Places
from edge.importing.refusal import ImportRefused
from edge.journal.devices import Device
from edge.sample import Sample


def place(meter, *numbers, fluid=Fluid.ELECTRICITY, devices=()):
    return Place(meter, fluid, frozenset(numbers), frozenset(devices))


def refusal(places, number=None, fluid=Fluid.ELECTRICITY):
    with pytest.raises(ImportRefused) as caught:
        Places(places).of(fluid, number)
    assert PRM not in str(caught.value)
    return caught.value.reason


def test_the_only_meter_of_a_fluid_takes_a_file_without_a_number():
    home = Places([place("linky", PRM), place("gas", fluid=Fluid.GAS)])
    assert home.of(Fluid.GAS, None).meter == "gas"
    assert home.of(Fluid.ELECTRICITY, None).meter == "linky"


@pytest.mark.parametrize("written", [PRM, PRM.lstrip("0"), "01 234 567 890 123"])
def test_of_two_meters_the_number_decides_however_it_is_written(written):
    home = Places([place("linky", "1"), place("garage", PRM)])
    assert home.of(Fluid.ELECTRICITY, written).meter == "garage"


def test_the_number_that_a_device_gave_itself_is_known_as_well():
    home = Places([place("linky"), place("garage", devices=[PRM])])
    assert home.of(Fluid.ELECTRICITY, PRM).meter == "garage"


def test_a_file_of_another_meter_is_refused_without_its_number():
    assert refusal([place("linky", "1")], PRM) == "other-meter"


def test_a_number_that_nobody_knows_is_of_the_meter_that_has_none():
    home = Places([place("linky", "1"), place("garage")])
    assert home.of(Fluid.ELECTRICITY, PRM).meter == "garage"


def test_two_that_could_be_meant_are_named_to_the_owner():
    assert refusal([place("linky"), place("garage")]) == "which-meter"
    assert refusal([place("linky"), place("garage")], PRM) == "which-meter"


def test_a_fluid_that_nothing_counts_is_said():
    assert refusal([place("linky")], fluid=Fluid.WATER) == "no-such-meter"


@pytest.mark.parametrize(
    ("meter", "reason"), [("gas", "wrong-fluid"), ("lniky", "unknown-meter")]
)
def test_a_meter_that_the_owner_names_must_be_one_of_that_fluid(meter, reason):
    home = Places([place("linky", "1"), place("gas", fluid=Fluid.GAS)])
    with pytest.raises(ImportRefused) as caught:
        home.named(meter, Fluid.ELECTRICITY)
    assert caught.value.reason == reason
    assert "linky" in str(caught.value)


async def test_the_owners_word_wins_over_the_files_number(tmp_path):
    house = House(tmp_path / "data", (place("linky", "1"), place("garage", "2")))
    refused = await house.take(curve([460]))
    assert [one.reason for one in refused.refused] == ["other-meter"]
    assert PRM not in refused.refused[0].detail
    taken = await house.take(curve([460]), meter="garage")
    assert [one.meter for one in taken.series] == ["garage"]
    house.close()


def test_a_home_is_made_of_its_configuration_and_its_devices():
    meters = (
        {"id": "linky", "port": "/dev/null", "identifier": PRM},
        {"id": "gas", "kind": "gazpar", "qmax_m3_h": 10},
        {"id": "cold", "kind": "water", "qmax_m3_h": 3},
    )
    devices = [Device(1, "linky", "041961000001", 0, None, confirmed=True)]
    last = {"linky": Sample("linky", 1, {"subscribed_power_kva": 60})}
    home = home_of(Config(meters=meters), devices, last.get)
    assert home.places.of(Fluid.ELECTRICITY, "041961000001").meter == "linky"
    assert home.places.of(Fluid.GAS, None).meter == "gas"
    assert home.flow("gas").qmax_l_h == 10_000
    assert home.flow("cold").qmax_l_h == 3_000
    assert home.flow("linky").kva == 60
    assert PRM not in repr(Config(meters=meters))
