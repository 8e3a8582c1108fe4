"""Twenty-five months of three fluids: read by the real importers, and agreeing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from edge.importing.formats import MODULES
from exports.reading.ask import Ask
from exports.reading.here import here
from house import Story, VirtualHome
from house.home import months_before
from house.living import LEAK_L_H, Living
from house.power import BEFORE_WH
from house.story import gas_day_ms
from teleinfo.mode import Mode
from teleinfo.virtual import VirtualLinky
from teleinfo.virtual.civil import date_of, day_of, midnight_ms

PARIS = ZoneInfo("Europe/Paris")
ANCHORS = {
    "a winter evening": datetime(2026, 11, 24, 18, 30, tzinfo=UTC),
    "a night before the gas day ends": datetime(2026, 3, 2, 3, 0, tzinfo=UTC),
    "the hour that comes twice": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "midnight": datetime(2026, 8, 31, 22, 0, tzinfo=UTC),
}
YEAR = timedelta(days=365)


def ms(at):
    return int(at.timestamp()) * 1000


EACH = [pytest.param(at, id=name) for name, at in ANCHORS.items()]


@pytest.fixture(scope="module", params=EACH)
def home(request):
    return VirtualHome(ms(request.param))


@pytest.fixture(scope="module")
def told(home):
    found = {}
    for name, data in Story(home).files():
        found[name] = here(data, Ask(tuple(MODULES), PARIS.key, name)).export
    return found


def of(export, quantity):
    some = [one for one in export.amounts if one.quantity == quantity]
    return sorted(some, key=lambda one: one.start)


def test_each_file_is_recognised_and_nothing_in_it_is_refused(told):
    assert [one.format for one in told.values()] == [
        "enedis-daily-index",
        "grdf-portal-json",
        "grand_lyon_daily",
        "enedis-load-curve",
    ]
    assert not [one.refused for one in told.values() if one.refused]


def test_it_is_25_months_to_the_day(home):
    first, today = date_of(home.first_day), date_of(day_of(home.anchor_ms))
    assert (today.year - first.year) * 12 + today.month - first.month == 25


def test_the_same_seed_tells_the_same_story_and_another_another():
    anchor_ms = ms(ANCHORS["the hour that comes twice"])
    one, again = (Story(VirtualHome(anchor_ms)) for _ in range(2))
    assert list(one.files()) == list(again.files())
    other = Story(VirtualHome(anchor_ms, seed=8))
    assert other.water() != one.water()


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("demo-enedis-index.csv", "import_total_wh"),
        ("demo-grdf.json", "volume_l"),
        ("demo-grand-lyon.json", "volume_l"),
        ("demo-enedis-courbe.csv", "import_mean_power_w"),
    ],
)
def test_there_is_no_hole_and_no_double(told, name, quantity):
    some = of(told[name], quantity)
    assert all(one.end == two.start for one, two in pairwise(some))
    assert len(some) >= 750


def test_the_curve_and_the_indexes_are_of_one_meter(told):
    curve = of(told["demo-enedis-courbe.csv"], "import_mean_power_w")
    halves = {}
    for one in curve:
        day = one.start.astimezone(PARIS).date()
        halves[day] = halves.get(day, 0) + one.value / 2
    days = of(told["demo-enedis-index.csv"], "import_total_wh")
    for one in days:
        day = one.start.astimezone(PARIS).date()
        # of the days that the meter plays the curve has whole watts
        assert abs(halves[day] - one.value) <= 25
    tariffs = sum(
        one.value
        for one in told["demo-enedis-index.csv"].amounts
        if one.quantity.startswith("import_tariff")
    )
    assert tariffs == sum(one.value for one in days)


def test_all_of_tempos_six_tariffs_count(told):
    names = {
        one.quantity
        for one in told["demo-enedis-index.csv"].amounts
        if one.value and one.quantity.startswith("import_tariff")
    }
    assert names == {f"import_tariff{n:02}_wh" for n in range(1, 7)}


def test_the_contract_is_told_with_the_indexes(told):
    (fact,) = told["demo-enedis-index.csv"].facts
    assert fact["kind"] == "tariff"
    assert fact["label"].startswith("Tempo")
    classes = [fact[f"import_tariff{n:02}_wh"] for n in range(1, 7)]
    assert classes == ["HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"]


def test_the_linky_goes_on_where_the_file_ends(home, told):
    last = of(told["demo-enedis-index.csv"], "import_total_wh")[-1]
    power = home.power
    meter = VirtualLinky(power.spec, home.anchor_ms, power.household)
    assert meter.mode is Mode.STANDARD
    counted = power.household.at(home.anchor_ms).counters(home.anchor_ms)
    since = sum(counted.supplier) - last.index_end
    assert last.end.timestamp() * 1000 == midnight_ms(day_of(home.anchor_ms))
    assert 0 <= since < 20_000
    assert f"EAST\t{sum(counted.supplier):09}".encode() in meter.frame_at(
        home.anchor_ms
    )
    assert last.index_end > sum(BEFORE_WH)


def test_the_gazpar_goes_on_where_the_file_ends(home, told):
    last = of(told["demo-grdf.json"], "volume_l")[-1]
    shown = home.gas.at(home.anchor_ms)
    assert 0 <= shown - last.index_end < 12_000
    assert timedelta() <= ms_at(home) - last.end < timedelta(hours=25)


def test_the_water_meter_goes_on_where_the_file_ends(home, told):
    last = of(told["demo-grand-lyon.json"], "volume_l")[-1]
    assert 0 <= home.water.at(home.anchor_ms) - last.index_end < 1_500
    assert last.end.timestamp() * 1000 == midnight_ms(day_of(home.anchor_ms))


def ms_at(home):
    return datetime.fromtimestamp(home.anchor_ms / 1000, UTC)


def test_a_year_is_a_households(told):
    def year(name, quantity):
        some = of(told[name], quantity)
        until = some[-1].end
        return sum(one.value for one in some if one.start >= until - YEAR)

    assert 3_000_000 < year("demo-enedis-index.csv", "import_total_wh") < 6_000_000
    assert 700_000 < year("demo-grdf.json", "volume_l") < 1_500_000
    assert 70_000 < year("demo-grand-lyon.json", "volume_l") < 140_000


def test_gas_is_for_the_winter_and_its_energy_follows_its_volume(told):
    volumes = of(told["demo-grdf.json"], "volume_l")
    months = {}
    for one in volumes:
        month = one.start.astimezone(PARIS).month
        months.setdefault(month, []).append(one.value)
    means = {month: sum(some) / len(some) for month, some in months.items()}
    assert min(means[1], means[12]) > 5 * max(means[7], means[8])
    energy = sum(one.value for one in of(told["demo-grdf.json"], "energy_wh"))
    assert 11 < energy / sum(one.value for one in volumes) < 11.5


def test_nobody_draws_water_while_the_household_is_away(told):
    away = of(told["demo-grand-lyon.json"], "volume_l")
    august = [
        one.value
        for one in away
        if one.start.astimezone(PARIS).strftime("%m-%d") in ("08-13", "08-14")
    ]
    assert august
    assert not any(august)


def test_a_leak_a_year_ago_shows_in_what_the_operator_says(told, home):
    flows = of(told["demo-grand-lyon.json"], "flow_min_l_h")
    leaking = [one for one in flows if one.value]
    assert [one.start.astimezone(PARIS).date() for one in leaking] == [
        date_of(day) for day in home.leak_days
    ]
    leaks = {one.start: one.value for one in of(told["demo-grand-lyon.json"], "leak_l")}
    volumes = {
        one.start: one.value for one in of(told["demo-grand-lyon.json"], "volume_l")
    }
    assert all(0 < leaks[one.start] <= volumes[one.start] for one in leaking)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-07-01"])
def test_a_gas_day_begins_at_six_by_the_wall_clock(day):
    number = (datetime.fromisoformat(day) - datetime(1970, 1, 1)).days  # noqa: DTZ001
    at = datetime.fromtimestamp(gas_day_ms(number) / 1000, PARIS)
    assert (at.strftime("%Y-%m-%d"), at.hour, at.minute) == (day, 6, 0)


def test_the_same_day_of_a_month_that_lacks_it_is_its_last():
    today = date_of(day_of(ms(datetime(2026, 3, 31, 12, tzinfo=UTC))))
    assert months_before(today, 25).isoformat() == "2024-02-29"


def test_somebody_comes_to_the_tap_at_once_and_a_leak_never_pauses(home):
    living = Living(home, home.anchor_ms)
    at_ms = home.anchor_ms
    assert living.water_l_h(at_ms) > 500
    assert living.gas_l_h(at_ms) > 2_000
    assert living.water_l_h(at_ms + 60_000) == 0
    assert living.water_l_h(at_ms + 180_000) > 500
    living.leak = True
    assert living.water_l_h(at_ms + 60_000) == LEAK_L_H
    assert living.water_l_h(at_ms + 4 * 3_600_000 + 60_000) == LEAK_L_H


def test_the_files_name_no_meter_but_an_invented_one(home):
    answer = json.loads(Story(home).gas())
    assert list(answer) == ["01234567890123"]
