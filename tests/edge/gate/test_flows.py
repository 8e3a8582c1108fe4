"""Gas and water: one word is enough, and no more than can flow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import Fluid
from edge.gate import Gate
from edge.gate.verdict import Reason
from edge.sample import HostInstant, MeterInstant, Reading

WALL_MS = 1_795_500_000_000
HOUR_MS = 3_600_000
NAMES = {Fluid.GAS: "gas_volume_l", Fluid.WATER: "water_volume_l"}


class Home:
    def __init__(self, fluid=Fluid.GAS, **more):
        self.name, self.at_ms = NAMES[fluid], 0
        self.gate = Gate("m", fluid=fluid, **more)

    def say(self, value, after_ms=60_000, clock=None, **more):
        self.at_ms += after_ms
        wall_ms = WALL_MS + self.at_ms
        seen = HostInstant(wall_ms, self.at_ms * 1_000_000, True, "boot")
        observed = None if clock is None else MeterInstant(wall_ms + clock, False)
        values = {self.name: value, **more}
        return self.gate.judge(Reading("m", values, seen, observed, origin="test"))

    def hear(self, value, after_ms=60_000, **more):
        return self.say(value, after_ms, **more).sample.values[self.name]


@pytest.fixture(params=[Fluid.GAS, Fluid.WATER])
def home(request):
    return Home(request.param)


def test_the_first_word_is_taken_and_each_rise_at_once(home):
    assert [home.hear(n) for n in (500_000, 500_010, 500_010, 500_020)] == [
        500_000,
        500_010,
        500_010,
        500_020,
    ]


def test_an_index_a_thousand_times_too_high_is_quarantined_and_blocks_nothing(home):
    home.say(12_345)
    verdict = home.say(12_345_000)
    (refused,) = verdict.refused
    assert (refused.reason, refused.durable) == (Reason.JUMP, True)
    assert verdict.sample.values[home.name] is None
    assert home.hear(12_355) == 12_355


def test_beyond_five_digits_of_cubic_metres_is_impossible(home):
    (refused,) = home.say(100_000_000).refused
    assert refused.reason is Reason.BOUNDS


def test_an_index_that_falls_is_quarantined(home):
    home.say(12_345)
    assert home.say(12_000).refused[0].reason is Reason.FALL
    assert home.hear(12_346) == 12_346


@pytest.mark.parametrize(
    ("fluid", "qmax_l_h", "litres", "taken"),
    [
        (Fluid.GAS, None, 9_000, True),
        (Fluid.GAS, None, 11_000, False),
        (Fluid.WATER, None, 8_000, True),
        (Fluid.WATER, None, 9_000, False),
        (Fluid.GAS, 40_000, 60_000, True),
        (Fluid.WATER, 2_500, 5_000, False),
    ],
)
def test_what_flows_in_an_hour_is_bounded_by_the_meter(fluid, qmax_l_h, litres, taken):
    home = Home(fluid, qmax_l_h=qmax_l_h)
    home.say(1_000_000)
    assert (home.hear(1_000_000 + litres, HOUR_MS) is not None) is taken


@given(st.lists(st.integers(0, 6_000), min_size=1, max_size=40))
def test_whatever_can_flow_is_let_in(litres_an_hour):
    home, index = Home(), 1_000
    home.say(index)
    for each in litres_an_hour:
        index += each
        assert home.hear(index, HOUR_MS) == index


def test_an_instant_that_is_still_to_come_is_quarantined(home):
    home.say(1_000)
    verdict = home.say(1_001, clock=365 * 86_400_000)
    assert verdict.sample is None
    assert verdict.dropped == "future"
    (refused,) = verdict.refused
    assert (refused.reason, refused.durable) == (Reason.FUTURE, True)
    assert refused.at_ms < WALL_MS + HOUR_MS  # ours, not the one it claims
    assert home.hear(1_002) == 1_002
    assert home.gate.counters["future"] == 1


def test_a_text_is_taken_at_its_first_word(home):
    other = {"gas_volume_l": "gas_status", "water_volume_l": "water_status"}[home.name]
    assert home.say(1_000, **{other: "OK"}).sample.values[other] == "OK"


def test_the_owners_index_goes_on_without_a_step(home):
    home.say(1_000)
    baseline = home.gate.set_index(home.name, 10_380_420, WALL_MS + 90_000)
    assert baseline.reason == "set_index"
    assert baseline.offsets == {home.name: 1_000 - 10_380_420}
    assert home.hear(10_380_420) == 10_380_420
    assert home.hear(10_380_430) == 10_380_430
    down = home.gate.set_index(home.name, 10_380_400, WALL_MS + 200_000)
    assert down.offsets == {home.name: 1_010 - 10_380_400}
    assert home.hear(10_380_400) == 10_380_400


def test_the_owners_index_is_taken_before_any_reading(home):
    assert home.gate.set_index(home.name, 10_000_000, WALL_MS).offsets == {}
    assert home.hear(10_000_000) == 10_000_000


def test_a_linky_ahead_of_the_host_is_no_matter():
    gate = Gate("linky")
    seen = HostInstant(WALL_MS, 1_000_000_000, True, "boot")
    clock = MeterInstant(WALL_MS + HOUR_MS, False)
    verdict = gate.judge(Reading("linky", {"apparent_power_va": 5}, seen, clock))
    assert verdict.sample is not None
