"""Every file of the shared samples: read to the last unit, or refused by reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from exports import Document, recognise

SAMPLES = Path(__file__).parents[2] / "../shared/samples/electricity"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no shared samples here")

READ = {
    "enedis_2025_weekly_xlsx_as_csv.csv": (
        "enedis-intervals",
        {"import_mean_power_w": (1, 4030)},
    ),
    "enedis_2026_conso_courbe_30min.csv": (
        "enedis-load-curve",
        {"import_mean_power_w": (3, 2600)},
    ),
    "enedis_2026_daily_xlsx_layout.csv": (
        "enedis-daily-energy",
        {"import_energy_wh": (1, 6329)},
    ),
    "enedis_csv_load_curve_with_gaps_and_10min.csv": (
        "enedis-load-curve",
        {"import_mean_power_w": (2, 534)},
    ),
    "enedis_csv_daily_index_portal.csv": (
        "enedis-daily-index",
        {
            "import_tariff01_wh": (2, 2641025 - 1009905),
            "import_tariff02_wh": (2, 3347317 - 819074),
            "import_tariff03_wh": (2, 3628251 - 2679),
            "import_tariff04_wh": (2, 5556478 - 2747),
            "import_distributor01_wh": (2, 6269276 - 1012584),
            "import_distributor02_wh": (2, 8903795 - 821821),
            "import_total_wh": (2, 15173071 - 1834405),
            "max_power_va": (2, 3695 + 2345),
        },
    ),
    "enedis_sge_R63_point.csv": ("enedis-sge-flow", {"import_energy_wh": (1, 10)}),
    "enedis_sge_consulterMesuresDetailleesResponse.xml": (
        "enedis-sge-soap",
        {"import_mean_power_w": (8, sum(range(100, 108)))},
    ),
    "enedis_sge_consulterMesuresResponse.xml": (
        "enedis-sge-soap",
        {"import_energy_wh": (2, 977_000)},
    ),
    "myelectricaldata_daily.json": (
        "enedis-data-connect",
        {"import_energy_wh": (365, 12_089_386)},
    ),
}
REFUSED = {
    "myelectricaldata_access.json": "quota",
    "myelectricaldata_invalid_access.json": "quota",
    "myelectricaldata_address.json": "address",
    "myelectricaldata_contract.json": "contract",
    "myelectricaldata_ecowatt.json": "EcoWatt",
    "myelectricaldata_tempo.json": "Tempo",
}


def test_every_sample_is_spoken_of():
    assert {file.name for file in SAMPLES.iterdir()} == {*READ, *REFUSED}


@pytest.mark.parametrize("name", READ)
def test_a_sample_is_read_to_the_last_unit(name, read):
    export = read((SAMPLES / name).read_bytes(), name)
    counts = Counter(one.quantity for one in export.amounts)
    found = {
        quantity: (
            count,
            sum(one.value for one in export.amounts if one.quantity == quantity),
        )
        for quantity, count in counts.items()
    }
    assert (export.format, found) == READ[name]
    assert export.refused == ()


@pytest.mark.parametrize("name", REFUSED)
def test_a_sample_without_readings_is_refused_by_what_it_is(name, refusal):
    error = refusal((SAMPLES / name).read_bytes(), name)
    assert error.reason == "no-readings"
    assert REFUSED[name] in str(error)


def test_the_index_file_gives_its_calendar_and_its_empty_day(read):
    export = read((SAMPLES / "enedis_csv_daily_index_portal.csv").read_bytes())
    assert [fact["calendar"] for fact in export.facts] == ["FC011827", None, "FC011827"]
    assert export.facts[0]["import_tariff01_wh"] == "HCWE"
    assert export.facts[2]["end"] is None
    assert len(export.absent) == 1
    assert export.meter is None  # fourteen zeros are a mask


def test_two_empty_hours_are_absences_and_the_step_changes(read):
    name = "enedis_csv_load_curve_with_gaps_and_10min.csv"
    export = read((SAMPLES / name).read_bytes())
    assert [(a.end - a.start).total_seconds() for a in export.absent] == [3600, 3600]
    assert [(a.end - a.start).total_seconds() for a in export.amounts] == [600, 600]


def test_no_other_sample_is_taken_for_one_of_enedis():
    from enedis.formats import FORMATS  # noqa: PLC0415 - the only test that lists them

    for folder in ("gas", "water"):
        for file in sorted((SAMPLES.parent / folder).iterdir()):
            document = Document(file.read_bytes(), file.name)
            with pytest.raises(Exception, match=r"no known layout|web page"):
                recognise(document, FORMATS)


def test_the_tariffs_samples_are_said_to_be_no_readings(refusal):
    for file in sorted((SAMPLES.parent / "tariff").iterdir()):
        assert refusal(file.read_bytes(), file.name).reason == "no-readings", file.name
