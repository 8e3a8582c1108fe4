"""Every real file of a water company is read to the last litre, or refused rightly."""

from __future__ import annotations

import json

import pytest

from exports import FileRefused
from water import wmbus_json
from water.errors import MessageRefused

READ = [
    ("egl_2026_consommationsJournalieres_SHAPE.json", "grand_lyon_daily", 312, 0, 1),
    ("egl_2026_consommationsMensuelles_SHAPE.json", "grand_lyon_monthly", 17_000, 0, 0),
    ("suez_toutsurmoneau_nontelemetry.json", "suez_readings", 111_000, 0, 0),
    ("suez_toutsurmoneau_telemetry_daily.json", "suez_telemetry", 80, 0, 0),
    ("veolia_eau-services_daily_22March.csv", "grand_lyon_csv", 4_644, 2, 0),
    ("veolia_eau-services_daily_5March_non_mesuree.csv", "grand_lyon_csv", 1_008, 2, 0),
    ("veolia_eaudugrandlyon_legacy_daily_2018-04.csv", "grand_lyon_csv", 2_652, 0, 0),
    ("veolia_eau_veolia_fr_istefr_daily_monthly.json", "veolia_daily", 9_930, 0, 0),
    ("veolia_idf_historique_jours_litres.csv", "veolia_idf_csv", 2_492, 0, 0),
    ("veolia_soap_getConsommationJournaliere.json", "veolia_soap", 1_816, 0, 0),
]
REFUSED = [
    ("egl_legacy_ws_getAllAgregatsByAbonnement.json", "one-index"),
    ("everblu_json_topic.json", "live-message"),
    ("everblu_liters_attributes.json", "no-dates"),
    ("veolia_eau_veolia_fr_account_flow.json", "no-readings"),
    ("veolia_portal_maintenance_html_instead_of_csv.csv", "web-page"),
    ("wmbusmeters_driver_tests_water_gas.jsonl", "live-message"),
    ("wmbusmeters_ha_discovery_izar.json", "no-readings"),
    ("wmbusmeters_serial_rtl433_ok.msg", "no-readings"),
    ("wmbusmeters_serial_rtlwmbus_ok.msg", "no-readings"),
    ("wmbusmeters_simulation_iperl.txt", "no-readings"),
    ("wmbusmeters_simulation_t1.txt", "no-readings"),
]


@pytest.mark.parametrize(("name", "layout", "litres", "refused", "absent"), READ)
def test_a_real_file_is_read_to_the_last_litre(
    samples, read, total, name, layout, litres, refused, absent
):
    found = read(samples / name)
    assert found.format == layout
    assert total(found) == litres
    assert (len(found.refused), len(found.absent)) == (refused, absent)


@pytest.mark.parametrize(("name", "reason"), REFUSED)
def test_a_real_file_without_dated_readings_is_refused_with_what_it_is(
    samples, read, name, reason
):
    with pytest.raises(FileRefused) as caught:
        read(samples / name)
    assert caught.value.reason == reason


def test_no_real_file_of_water_is_left_out_of_these_tests(samples):
    named = {row[0] for row in READ + REFUSED}
    assert {path.name for path in samples.iterdir()} == named


@pytest.mark.parametrize("fluid", ["gas", "electricity", "tariff"])
def test_no_file_of_another_fluid_is_taken_for_water_s(samples, read, fluid):
    for path in sorted((samples.parent / fluid).iterdir()):
        with pytest.raises(FileRefused) as caught:
            read(path)
        assert caught.value.reason == "unknown-format", path.name


def test_every_total_of_the_radio_s_drivers_is_read(samples):
    path = samples / "wmbusmeters_driver_tests_water_gas.jsonl"
    heard, without = 0, 0
    for line in path.read_text().splitlines():
        message = json.loads(line)["json"]
        if "total_m3" not in message:
            without += 1
            with pytest.raises(MessageRefused):
                wmbus_json.read(json.dumps(message))
            continue
        reading = wmbus_json.read(json.dumps(message))
        assert reading.total_l == int(
            f"{message['total_m3']:.6f}".replace(".", "")[:-3]
        )
        assert reading.meter_id == message["id"]
        heard += 1
    assert (heard, without) == (81, 2)
