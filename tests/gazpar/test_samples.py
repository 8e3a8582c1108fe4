"""Real files, where they are: their totals to the last unit, their absences."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exports import Document, Export, FileRefused, Nature, recognise
from gazpar import FORMATS

SAMPLES = Path(__file__).parents[2] / "../shared/samples/gas"
PARIS = ZoneInfo("Europe/Paris")
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples here")


def read(name: str) -> Export:
    document = Document((SAMPLES / name).read_bytes())
    return recognise(document, FORMATS).read(document, PARIS)


def totals(export: Export) -> dict[str, tuple[int, int]]:
    counts: Counter[str] = Counter()
    sums: dict[str, int] = defaultdict(int)
    for amount in export.amounts:
        counts[amount.quantity] += 1
        sums[amount.quantity] += amount.value
    return {name: (counts[name], sums[name]) for name in ("volume_l", "energy_wh")}


@pytest.mark.parametrize(
    ("name", "rows", "volume_l", "energy_wh", "absent"),
    [
        ("grdf_portal_donnees_informatives.json", 398, 2_222_000, 24_685_000, 0),
        ("grdf_portal_donnees_publiees.json", 24, 6_334_000, 70_611_000, 0),
        (
            "grdf_portal_Donnees_informatives_PCE_DAILY.xlsx",
            360,
            2_100_000,
            23_181_000,
            3,
        ),
        (
            "grdf_portal_Donnees_informatives_PCE_WEEKLY.xlsx",
            53,
            2_100_000,
            23_181_000,
            0,
        ),
        ("grdf_adict_donnees_consos_informatives.ndjson", 1, 1_000, 8_000, 0),
        ("grdf_adict_donnees_consos_publiees.ndjson", 1, 180_000, 2_032_000, 0),
        ("pygazpar_output_daily_data_sample.json", 711, 4_066_600, 45_065_000, 0),
        ("pygazpar_output_weekly_data_sample.json", 102, 4_058_200, 45_260_000, 0),
        ("pygazpar_output_monthly_data_sample.json", 24, 4_066_600, 45_389_000, 0),
        ("pygazpar_output_yearly_data_sample.json", 2, 3_443_000, 38_035_000, 0),
        ("pygazpar_output_hourly_data_sample.json", 0, 0, 0, 0),
        ("ha_gazpar_high_daily_data.json", 178, 1_746_400, 19_165_900, 0),
        ("ha_gazpar_zero_daily_data.json", 3, 17_600, 3_000, 0),
    ],
)
def test_a_samples_totals_are_its_own_to_the_last_unit(
    name, rows, volume_l, energy_wh, absent
):
    export = read(name)
    assert totals(export) == {
        "volume_l": (rows, volume_l),
        "energy_wh": (rows, energy_wh),
    }
    assert len(export.absent) == absent
    assert export.refused == ()


@pytest.mark.parametrize(
    "name",
    [
        "grdf_adict_donnees_contractuelles.ndjson",
        "grdf_adict_donnees_techniques.ndjson",
        "grdf_adict_droits_acces.ndjson",
        "grdf_portal_meteo_temperatures.json",
        "gazpar2mqtt_prices.csv",
    ],
)
def test_a_sample_without_readings_is_refused_for_that(name):
    with pytest.raises(FileRefused) as refusal:
        read(name)
    assert refusal.value.reason == "no-readings"


def test_every_day_of_the_portals_json_begins_at_six_local_time():
    export = read("grdf_portal_donnees_informatives.json")
    days = [a for a in export.amounts if a.quantity == "energy_wh"]
    assert {(a.start.astimezone(PARIS).hour, a.start.minute) for a in days} == {(6, 0)}
    assert {a.start.hour for a in days} == {4, 5}
    lengths = Counter((a.end - a.start).total_seconds() / 3600 for a in days)
    assert lengths == {24: 396, 23: 1, 25: 1}
    assert all(a.end == b.start for a, b in pairwise(days))


def test_the_portals_json_is_taken_as_it_stands():
    name = "grdf_portal_donnees_informatives.json"
    (held,) = json.loads((SAMPLES / name).read_bytes()).values()
    export = read(name)
    energies = [a.value for a in export.amounts if a.quantity == "energy_wh"]
    indexes = [a.index_end for a in export.amounts if a.quantity == "volume_l"]
    assert energies == [one["energieConsomme"] * 1000 for one in held["releves"]]
    assert indexes == [one["indexFin"] * 1000 for one in held["releves"]]


def test_weeks_of_the_workbook_sum_the_days_of_the_other_also_at_new_year():
    days = [
        a
        for a in read("grdf_portal_Donnees_informatives_PCE_DAILY.xlsx").amounts
        if a.quantity == "volume_l"
    ]
    weeks = [
        a
        for a in read("grdf_portal_Donnees_informatives_PCE_WEEKLY.xlsx").amounts
        if a.quantity == "volume_l"
    ]
    for week in weeks:
        within = [a.value for a in days if week.start <= a.start < week.end]
        assert sum(within) == week.value
    assert all(a.end == b.start for a, b in pairwise(weeks))


def test_the_one_estimated_day_is_estimated():
    export = read("pygazpar_output_daily_data_sample.json")
    natures = Counter(a.nature for a in export.amounts if a.quantity == "volume_l")
    assert natures == {Nature.MEASURED: 710, Nature.ESTIMATED: 1}
