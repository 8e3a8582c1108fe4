"""What a m³ of gas is worth by the configuration: a number, or one from a day on."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from edge.catalogue import Fluid
from edge.config.conversion import ALWAYS, dated
from edge.sources.pulses.settings import PulseSettings, refuse_unknown


def table(text: str):
    return tomllib.loads(text)


def test_a_number_counts_always():
    assert dated(table("conversion_kwh_m3 = 11.205")) == ((ALWAYS, 11_205),)
    assert dated({}) == ()


def test_a_table_counts_from_each_day_on():
    said = table("conversion_kwh_m3 = { 2025-12-01 = 11.2, 2025-11-01 = 11 }")
    assert dated(said) == ((date(2025, 11, 1), 11_000), (date(2025, 12, 1), 11_200))
    refuse_unknown({"id": "gas", **said})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("conversion_kwh_m3 = 11.2055", "three decimals"),
        ("conversion_kwh_m3 = 0.9", "1 to 40"),
        ("conversion_kwh_m3 = 41", "1 to 40"),
        ("conversion_kwh_m3 = true", "as in"),
        ('conversion_kwh_m3 = "eleven"', "as in"),
        ("conversion_kwh_m3 = { autumn = 11.2 }", "2025-11-01"),
        ("conversion_kwh_m3 = inf", "as in"),
    ],
)
def test_what_is_none_is_refused_with_the_way_out(said, why):
    with pytest.raises(ValueError, match=why):
        dated(table(said))


def test_no_more_days_than_a_file_has():
    said = {
        f"{2000 + n // 300}-{n // 25 % 12 + 1:02}-{n % 25 + 1:02}": 11
        for n in range(1001)
    }
    with pytest.raises(ValueError, match="1,000"):
        dated({"conversion_kwh_m3": said})


def test_water_has_none():
    with pytest.raises(ValueError, match="gas"):
        PulseSettings.from_table({"conversion_kwh_m3": 11.2}, Fluid.WATER)
    assert PulseSettings.from_table({"conversion_kwh_m3": 11.2}, Fluid.GAS)
