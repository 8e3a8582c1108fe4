"""Answers as portals really gave them, where the samples are beside this clone."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collectors import plugins
from collectors.collector import Answered
from collectors.packed import pack, plan, planned
from exports import Document

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
PARIS = ZoneInfo("Europe/Paris")
ANSWERS = [
    ("grdf", "gas/grdf_portal_donnees_informatives.json", "energy_wh"),
    ("grdf", "gas/grdf_portal_donnees_publiees.json", "energy_wh"),
    ("myelectricaldata", "electricity/myelectricaldata_daily.json", "import_energy_wh"),
    ("conso-api", "electricity/myelectricaldata_daily.json", "import_energy_wh"),
    ("eau-grand-lyon", "water/egl_2026_consommationsJournalieres_SHAPE.json", "leak_l"),
    ("veolia", "water/veolia_eau_veolia_fr_istefr_daily_monthly.json", "volume_l"),
    ("suez", "water/suez_toutsurmoneau_telemetry_daily.json", "volume_l"),
    ("tempo", "tariff/api_couleur_tempo_today.json", "tempo_day"),
    ("tempo-rte", "tariff/rte_tempo_like_calendars.json", "tempo_day"),
    ("ecowatt", "tariff/rte_ecowatt_v4_signals_excerpt.json", "ecowatt_level"),
]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside this clone")
@pytest.mark.parametrize(("kind", "name", "quantity"), ANSWERS)
def test_a_real_answer_is_read(kind, name, quantity):
    answers = [Answered((SAMPLES / name).read_bytes(), name)]
    one = planned(plan(plugins.load(kind).formats, answers))
    found = one.read(Document(pack(answers)), PARIS)
    assert quantity in {one.quantity for one in found.amounts}
    assert not found.refused
