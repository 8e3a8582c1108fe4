"""What Home Assistant is told, held to its rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from discovery_rules import check
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import Kind
from edge.outputs.homeassistant import Announcing, components, leaving
from edge.outputs.topics import Topics
from edge.registers import CATALOGUE

FRENCH = Announcing(Topics("releve"), "homeassistant", "fr", "1.2.3")
ENGLISH = Announcing(Topics("releve"), "homeassistant", "en", "1.2.3")


def told(names=tuple(CATALOGUE), how=FRENCH, meter="linky", count=0, expiry_s=60):
    return how.document(meter, "linky", count, names, expiry_s)


@given(
    st.sets(st.sampled_from(sorted(CATALOGUE))),
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True),
    st.integers(0, 3),
    st.sampled_from([FRENCH, ENGLISH]),
)
def test_any_meter_is_announced_by_the_rules(names, meter, count, how):
    document = told(names, how, meter, count)
    check(how.topic(how.device(meter, count)), document)
    assert components(document) - {"last_reading"} == names


def test_the_whole_catalogue_is_announced_by_the_rules():
    check("homeassistant/device/releve_linky/config", told())


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_register_stands_where_its_bare_value_does(name):
    sensor = told([name])["cmps"][name]
    register = CATALOGUE[name]
    assert sensor["stat_t"] == f"releve/linky/live/{name}"
    assert sensor.get("unit_of_meas") == register.unit
    assert sensor["name"] == register.title_fr
    assert ("exp_aft" in sensor) == (register.kind is Kind.INSTANT)


def test_an_index_rises_for_ever_and_a_drawn_power_is_apparent():
    sensors = told()["cmps"]
    total, power = sensors["import_total_wh"], sensors["apparent_power_va"]
    assert (total["dev_cla"], total["stat_cla"]) == ("energy", "total_increasing")
    assert (power["dev_cla"], power["unit_of_meas"]) == ("apparent_power", "VA")
    assert power["exp_aft"] == 60


def test_a_value_that_is_not_known_is_told_as_such():
    sensors = told()["cmps"]
    assert sensors["apparent_power_va"]["val_tpl"] == "{{ value or 'None' }}"
    assert "val_tpl" not in sensors["import_total_wh"]  # it never becomes unknown


def test_names_are_in_the_households_language():
    assert told(how=ENGLISH)["cmps"]["tariff_period"]["name"] == "Tariff period"
    assert told()["cmps"]["tariff_period"]["name"] == "Période tarifaire"
    assert told(how=ENGLISH)["cmps"]["last_reading"]["name"] == "Last reading"


def test_another_physical_meter_is_another_device_with_other_sensors():
    old, new = told(), told(count=1)
    assert old["dev"]["ids"] != new["dev"]["ids"]
    ids = [{c["unique_id"] for c in d["cmps"].values()} for d in (old, new)]
    entities = [{c["def_ent_id"] for c in d["cmps"].values()} for d in (old, new)]
    assert ids[0].isdisjoint(ids[1])
    assert entities[0].isdisjoint(entities[1])


def test_what_leaves_is_told_by_its_platform_alone_and_then_left_out():
    before, after = told(["import_total_wh", "voltage_l1_v"]), told(["import_total_wh"])
    between = leaving(before, after)
    assert between["cmps"]["voltage_l1_v"] == {"p": "sensor"}
    assert between["cmps"]["import_total_wh"] == after["cmps"]["import_total_wh"]
    check("homeassistant/device/releve_linky/config", between)
    assert leaving(after, before) is None


def test_ours_is_told_from_others_and_from_another_homes():
    assert FRENCH.ours(told())
    other = Announcing(Topics("neighbour"), "homeassistant", "fr", "1.2.3")
    assert not FRENCH.ours(told(how=other))
    for document in ({}, [], None, 3, {"o": {"name": "z2m"}, "avty": []}, {"o": 3}):
        assert not FRENCH.ours(document)


@pytest.mark.parametrize(("how", "mark"), [(FRENCH, "Démo – "), (ENGLISH, "Demo – ")])
def test_a_device_of_a_demonstration_is_called_one(how, mark):
    document = told(how=replace(how, demo=True), meter="water")
    assert document["dev"]["name"] == f"{mark}Water"
    check("homeassistant/device/releve_water/config", document)
    assert told(how=how, meter="water")["dev"]["name"] == "Water"
