"""Each sample is taken or refused, twice changes nothing, and undoing leaves none."""

from __future__ import annotations

from pathlib import Path

import pytest
from importing_home import House

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "samples"
FILES = sorted(
    path
    for fluid in ("electricity", "gas", "water")
    for path in (SAMPLES / fluid).glob("*")
)
pytestmark = pytest.mark.skipif(not FILES, reason="the samples are not here")
WITHOUT = {
    "web-page",
    "no-readings",
    "one-index",
    "live-message",
    "no-dates",
}
"""Why a sample is refused whole."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
async def test_a_sample_is_taken_and_can_be_undone_or_is_refused(path, tmp_path):
    house = House(tmp_path / "data")
    try:
        await sampled(house, path.read_bytes(), path.name)
    finally:
        house.close()


async def sampled(house, data, name):
    report = await house.take(data, name)
    if report.whole:
        assert report.refused[0].reason in WITHOUT
        assert house.journal.read() == []
        return
    assert report.new == sum(told.rows for told in report.series)
    for register in {told.register for told in report.series}:
        told = [one for one in report.series if one.register == register]
        stand = house.slices(told[0].meter, register)
        assert len(stand) == sum(one.rows for one in told)
        if told[0].unit not in ("Wh", None) and told[0].total is not None:
            assert sum(one.value for one in stand) == sum(one.total for one in told)
    again = await house.take(data, name)
    assert (again.new, again.changed) == (0, 0)
    assert again.unchanged == report.new
    done = await house.importer.undo(1)
    assert done.withdrawn == report.new
    for told in report.series:
        assert house.slices(told.meter, told.register) == []


async def test_grdfs_year_keeps_its_energy_and_its_absent_days(house):
    data = (SAMPLES / "gas" / "grdf_portal_donnees_informatives.json").read_bytes()
    totals = {told.register: told for told in (await house.take(data)).series}
    assert totals["gas_energy_wh"].total == 24_685_000
    assert totals["gas_volume_l"].total == 2_222_000


async def test_the_failed_reading_costs_two_rows_and_nothing_of_the_total(house):
    name = "veolia_eau-services_daily_22March.csv"
    report = await house.take((SAMPLES / "water" / name).read_bytes())
    (told,) = report.series
    assert (told.rows, told.total) == (18, 4_644)
    assert [one.reason for one in report.refused] == ["negative", "compensates"]
