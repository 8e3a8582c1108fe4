"""Ecolyo's shape: a number an interval, found by the parts of its local start."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from edge.outputs.cozy.ecolyo import INTERVAL, documents
from edge.outputs.services.row import Row
from edge.registers import CATALOGUE
from edge.sample import millis

PARIS = ZoneInfo("Europe/Paris")
START_MS = millis(datetime(2026, 3, 1, tzinfo=PARIS))


def row(register, step, value=4_500):
    return Row("meter", register, step, START_MS, START_MS + 1, value, "validated")


def shaped(register, *rows):
    return list(documents("home", CATALOGUE[register], rows, PARIS))


@pytest.mark.parametrize(
    ("step", "interval"),
    [
        ("year", (2026, 1, 0, 0, 0)),
        ("month", (2026, 3, 0, 0, 0)),
        ("day", (2026, 3, 1, 0, 0)),
        ("hour", (2026, 3, 1, 0, 0)),
    ],
)
def test_what_is_finer_than_a_step_is_zero(step, interval):
    (one,) = shaped("import_total_wh", row("import_total_wh", step))
    assert one.doctype == f"com.grandlyon.enedis.{step}"
    assert tuple(one.body[part] for part in INTERVAL) == interval
    assert one.body["load"] == 4.5


def test_water_is_told_in_litres():
    (one,) = shaped("water_volume_l", row("water_volume_l", "day"))
    assert one.body["load"] == 4_500


@pytest.mark.parametrize(
    ("register", "step"), [("gas_volume_l", "day"), ("gas_energy_wh", "hour")]
)
def test_it_has_no_place_for_another_register_nor_for_a_finer_step(register, step):
    assert shaped(register, row(register, step)) == []


def test_what_is_not_known_is_not_told_as_nothing_used():
    assert shaped("water_volume_l", row("water_volume_l", "day", None)) == []
