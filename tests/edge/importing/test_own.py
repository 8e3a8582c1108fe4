"""Relevé's own exports come back: pages of rows as JSON, rows as CSV."""

from __future__ import annotations

import orjson
import pytest
from importing_home import House

from edge.catalogue import Fluid
from edge.importing import own
from edge.importing.meters import Place
from edge.sample import Quality

ROW = {
    "start": "2026-10-25T02:30:00+02:00",
    "end": "2026-10-25T02:00:00+01:00",
    "value": 214,
    "unit": "Wh",
    "quality": "raw",
    "coverage": 1.0,
    "revision": 1,
}
CSV = (
    "start,end,value,unit,quality,coverage,revision\r\n"
    "2026-10-25T02:30:00+02:00,2026-10-25T02:00:00+01:00,214,Wh,raw,1.0,1\r\n"
    "2026-10-25T02:00:00+01:00,2026-10-25T02:30:00+01:00,,Wh,raw,0.0,1\r\n"
    "2026-10-25T02:30:00+01:00,2026-10-25T03:00:00+01:00,7,Wh,interpolated,1.0,1\r\n"
)


def page(*rows, **more):
    return orjson.dumps(
        {
            "meter": "linky",
            "register": "import_total_wh",
            "kind": "index",
            "unit": "Wh",
            "step": "30min",
            "zone": "Europe/Paris",
            "from": "2026-10-25T00:00:00+02:00",
            "to": "2026-10-26T00:00:00+01:00",
            "rows": list(rows),
            "next": None,
            **more,
        }
    )


async def test_a_page_says_itself_of_which_register_it_is(house):
    doubtful = {**ROW, "start": ROW["end"], "end": "2026-10-25T02:30:00+01:00"}
    report = await house.take(page(ROW, {**doubtful, "quality": "validated"}))
    assert report.format == "releve-json"
    stand = house.slices("linky", "import_total_wh")
    assert [one.value for one in stand] == [214, 214]
    assert {one.quality for one in stand} == {Quality.RAW}  # never the file's word
    assert {one.origin for one in stand} == {"file:releve-json"}


async def test_a_table_needs_the_register_said(house):
    refused = await house.take(CSV.encode())
    assert [one.reason for one in refused.refused] == ["which-register"]
    report = await house.take(CSV.encode(), register="import_total_wh")
    assert (report.new, report.absent) == (2, 1)
    stand = house.slices("linky", "import_total_wh")
    assert [one.quality for one in stand] == [Quality.RAW, Quality.ESTIMATED]


@pytest.mark.parametrize(
    ("data", "register", "reason"),
    [
        (page(ROW, step="raw"), None, "raw-export"),
        (page(ROW, rows="none"), None, "raw-export"),
        (page(ROW, register="beer_l"), None, "unknown-quantity"),
        (page(ROW), "export_total_wh", "other-register"),
        (CSV.encode(), "beer_l", "unknown-quantity"),
        (page(), None, "no-readings"),
    ],
)
async def test_what_can_not_be_is_refused_whole(house, data, register, reason):
    report = await house.take(data, register=register)
    assert report.whole
    assert [one.reason for one in report.refused] == [reason]


async def test_a_row_that_is_none_is_refused_with_its_place(house):
    report = await house.take(page(ROW, 5, {**ROW, "value": "x"}, {"start": "now"}))
    told = [(one.place, one.reason) for one in report.refused]
    assert told == [
        ("row 2", "not-a-row"),
        ("row 3", "not-a-number"),
        ("row 4", "not-a-time"),
    ]
    assert report.new == 1


@pytest.mark.parametrize("data", [page(ROW, unit="L"), CSV.encode()])
async def test_rows_of_another_unit_than_the_registers_are_refused(house, data):
    data = data.replace(b'"unit":"Wh","quality"', b'"unit":"L","quality"')
    register = "water_volume_l" if data.startswith(b"start") else None
    report = await house.take(data, register=register)
    assert [one.reason for one in report.refused] == ["other-unit"]


async def test_a_table_that_a_spreadsheet_saved_with_semicolons_is_read(house):
    data = CSV.replace(",", ";").replace("1.0", "1,0").replace("0.0", "0,0")
    report = await house.take(data.encode(), register="import_total_wh")
    assert (report.new, report.absent, report.refused) == (2, 1, [])


async def test_pages_one_after_the_other_are_one_file(house):
    later = {**ROW, "start": ROW["end"], "end": "2026-10-25T02:30:00+01:00"}
    report = await house.take(page(ROW) + b"\n" + page(later, 5))
    assert report.new == 2
    assert [one.place for one in report.refused] == ["page 2, row 2"]
    other = await house.take(page(ROW) + page(ROW, meter="other"))
    assert [one.reason for one in other.refused] == ["several-meters"]


async def test_a_page_goes_to_the_meter_that_it_names(tmp_path):
    places = tuple(Place(name, Fluid.ELECTRICITY) for name in ("linky", "garage"))
    house = House(tmp_path / "data", places)
    try:
        report = await house.take(page(ROW, meter="garage"))
    finally:
        house.close()
    assert [one.meter for one in report.series] == ["garage"]


@pytest.mark.parametrize(
    "more",
    [
        {"quality": "certified"},
        {"quality": ["validated"]},
        {"origin": "meter:linky"},
        {"source": "enedis"},
        {"received": "2026-10-25T02:30:00+02:00"},
    ],
)
async def test_no_row_says_of_itself_where_it_is_from_nor_what_it_is_worth(house, more):
    report = await house.take(page({**ROW, **more}))
    assert [one.reason for one in report.refused] == ["says-too-much"]
    assert house.journal.read() == []


def test_every_quality_is_a_word_that_a_row_may_have():
    assert set(own.QUALITIES) == {quality.value for quality in Quality}
