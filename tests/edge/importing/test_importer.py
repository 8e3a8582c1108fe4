"""A file is taken whole or not at all, twice changes nothing, and it can be undone."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from importing_home import CURVE, HEAD, NOW_MS, House, curve, gas_days

from edge.config import Config
from edge.errors import DiskFull
from edge.importing.home import home_of
from edge.importing.packed import pack, unpack
from edge.importing.reading import Asked
from edge.importing.refusal import ImportRefused
from edge.interval import Interval, Step
from edge.record import Lane
from edge.sample import Quality


async def test_a_curve_is_taken_as_given_with_quality_and_origin_of_ours(house):
    report = await house.take(curve([460, 500, 0]))
    assert (report.new, report.changed, report.unchanged) == (3, 0, 0)
    assert report.format == "enedis-load-curve"
    assert report.number == 1
    assert [one.value for one in house.slices()] == [460, 500, 0]
    first = house.slices()[0]
    assert (first.quality, first.origin) == (Quality.RAW, "file:enedis-load-curve")
    assert first.end_ms - first.start_ms == 1_800_000
    assert {record.lane for record in house.journal.read()} == {Lane.HISTORY}


async def test_a_curves_total_is_the_energy_of_its_watts(house):
    (told,) = (await house.take(curve([460, 500, 3]))).series
    assert (told.rows, told.total, told.unit) == (3, 481.5, "Wh")


async def test_gas_days_keep_the_files_own_energy_to_the_last_unit(house):
    energies = [75, 146, 0, 91, 12]
    report = await house.take(gas_days(energies))
    totals = {told.register: told.total for told in report.series}
    assert totals["gas_energy_wh"] == 1000 * sum(energies)
    assert totals["gas_volume_l"] == 1000 * sum(energy // 11 for energy in energies)
    assert totals["gas_conversion_wh_m3"] is None
    days = house.slices("gas", "gas_energy_wh")
    assert [one.value for one in days] == [1000 * energy for energy in energies]


@pytest.mark.parametrize("projected", [False, True])
async def test_twice_changes_nothing(house, projected):
    await house.take(curve([460, 500]))
    if projected:
        await house.project()
    tail = house.journal.tail
    again = await house.take(curve([460, 500]), "another name")
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert again.number is None
    assert house.journal.tail == tail
    assert len(house.importer.listed()) == 1


async def test_a_preview_says_the_same_and_changes_nothing(house):
    preview = await house.take(curve([460, 500]), dry_run=True)
    assert (preview.new, preview.number, preview.dry_run) == (2, None, True)
    assert house.journal.read() == []
    taken = await house.take(curve([460, 500]))
    assert taken.series == preview.series


async def test_what_changed_is_said_and_stands(house):
    await house.take(curve([460, 500, 7]))
    report = await house.take(curve([460, 501, 7, 8]))
    assert (report.new, report.changed, report.unchanged) == (1, 1, 2)
    assert [one.value for one in house.slices()] == [460, 501, 7, 8]


async def test_a_clock_that_went_back_does_not_keep_a_new_word_out(house):
    await house.take(curve([460]))
    house.now_ms = NOW_MS - 86_400_000 * 400
    await house.take(curve([461]))
    assert [one.value for one in house.slices()] == [461]
    await house.importer.undo(2)
    assert [one.value for one in house.slices()] == [460]


@pytest.mark.parametrize("projected", [False, True])
async def test_undoing_withdraws_what_nobody_else_says(house, projected):
    await house.take(curve([460, 500]))
    if projected:
        await house.project()
    done = await house.importer.undo(1)
    assert (done.withdrawn, done.restored, done.kept) == (2, 0, 0)
    assert house.slices() == []
    await house.project()
    assert house.slices() == []
    again = await house.take(curve([460, 500]))
    assert again.new == 2
    assert len(house.slices()) == 2


async def test_undoing_puts_back_what_an_earlier_import_says(house):
    await house.take(curve([1, 2, 3]))
    await house.take(curve([1, 22, 3, 4]))
    done = await house.importer.undo(2)
    assert (done.withdrawn, done.restored, done.kept) == (1, 1, 2)
    assert [one.value for one in house.slices()] == [1, 2, 3]


async def test_undoing_the_first_keeps_what_the_second_says_in_either_order(house):
    await house.take(curve([1, 2]))
    await house.take(curve([1, 22, 3]))
    done = await house.importer.undo(1)
    assert (done.withdrawn, done.restored, done.kept) == (0, 0, 2)
    assert [one.value for one in house.slices()] == [1, 22, 3]
    await house.importer.undo(2)
    assert house.slices() == []


async def test_undoing_twice_or_what_never_was_is_refused(house):
    await house.take(curve([1]))
    await house.importer.undo(1)
    for number in (1, 9):
        with pytest.raises(ImportRefused):
            await house.importer.undo(number)


async def test_a_file_that_is_refused_whole_is_a_report_with_its_reason(house):
    report = await house.take(b"<!DOCTYPE html><html>maintenance</html>", "x.csv")
    assert report.whole
    assert [one.reason for one in report.refused] == ["web-page"]
    assert house.journal.read() == []


async def test_rows_that_can_not_be_are_refused_and_the_others_taken(house):
    report = await house.take(curve([460, 999_999, 500]))
    assert report.new == 2
    assert [(one.place, one.reason) for one in report.refused] == [
        ("line 5", "too-much")
    ]


async def test_a_value_that_is_not_there_is_unknown_and_not_zero(house):
    report = await house.take(curve([460, "", 500]))
    assert (report.new, report.absent) == (2, 1)
    assert len(house.slices()) == 2


async def test_no_number_of_a_meter_is_kept_with_an_import(house):
    await house.take(curve([460]), "/home/a/Enedis_Conso_Heure_01234567890123.csv")
    (one,) = house.importer.listed()
    assert one.name == "Enedis_Conso_Heure_….csv"
    assert one.meters == ("linky",)


async def test_a_full_disk_takes_nothing_and_says_so(house, monkeypatch):
    async def full(*_):
        raise DiskFull("the disk is full")

    monkeypatch.setattr(type(house.journal), "take_import", full)
    with pytest.raises(DiskFull):
        await house.take(curve([460]))
    assert house.journal.read() == []


async def test_two_at_once_are_taken_one_after_the_other(house):
    same = [house.take(curve([460, 500])) for _ in range(3)]
    reports = await asyncio.gather(*same)
    assert sorted(report.new for report in reports) == [0, 0, 2]


async def test_a_large_file_goes_into_many_records_and_is_compared_in_pages(
    house, monkeypatch
):
    monkeypatch.setattr("edge.importing.comparison.PAGE", 700)
    data = curve([number % 900 for number in range(5000)])
    await house.take(data)
    assert len(house.journal.read()) == 3
    await house.project()
    assert (await house.take(data)).unchanged == 5000


async def test_an_import_survives_a_restart_and_can_be_undone_then(tmp_path):
    first = House(tmp_path / "data")
    await first.take(curve([460, 500]))
    first.close()
    second = House(tmp_path / "data")
    assert [one.new for one in second.importer.listed()] == [2]
    await second.importer.undo(1)
    assert second.slices() == []
    second.close()


async def test_what_an_import_said_is_packed_without_loss(house):
    await house.take(gas_days([75, 146, 0]))
    said = unpack(house.journal.said_by_import(1))
    assert {one.register for one in said} == {
        "gas_energy_wh",
        "gas_volume_l",
        "gas_conversion_wh_m3",
    }
    assert unpack(pack(said)) == said
    stand = house.slices("gas", "gas_volume_l")
    mine = [one for one in said if one.register == "gas_volume_l"]
    assert [(s.start_ms, s.value, s.index_end) for s in stand] == [
        (s.start_ms, s.value, s.index_end) for s in mine
    ]


async def test_a_file_without_any_reading_is_refused(house):
    report = await house.take(HEAD.encode())
    assert report.whole


async def test_a_preview_says_where_the_home_measured_otherwise(house):
    report = await house.take(curve([460, 500, 7]), dry_run=True)
    first = report.series[0].start_ms
    rows = tuple(
        Interval(
            "linky",
            "import_total_wh",
            Step.MIN30,
            first + i * 1_800_000,
            first + (i + 1) * 1_800_000,
            value,
        )
        for i, value in enumerate((230, 260))
    )
    await house.journal.append([rows])
    (found,) = (await house.take(curve([460, 500, 7]), dry_run=True)).measured
    assert (found.register, found.rows, found.differing) == (CURVE, 2, 1)
    assert (found.file, found.home) == (480, 490)


async def test_what_a_demonstrations_files_say_is_marked_as_invented(house):
    home = replace(house.importer.home, demo=True)
    invented = replace(house.importer, home=home)
    report = await invented.take(curve([460, 500]), Asked("demo.csv"))
    assert report.new == 2
    assert {one.origin for one in house.slices()} == {"demo:enedis-load-curve"}


def test_the_configuration_says_that_a_home_is_a_demonstration():
    meter = {"id": "linky", "port": "/dev/none"}
    for demo in (True, False):
        config = Config(meters=[meter], demo=demo)
        assert home_of(config, [], lambda _: None).demo is demo
