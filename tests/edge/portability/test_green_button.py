"""`green_button.xml` is what its schema says, and what a reader of others reads."""

from __future__ import annotations

from pathlib import Path

import pytest
import xmlschema
from greenbutton_objects import enums
from greenbutton_objects.parse import parse_feed
from packed_house import FIRST_MS, rows, text

from edge.catalogue import Kind
from edge.interval import Step
from edge.portability import green_button
from edge.registers import CATALOGUE
from edge.stores.protocol import IntervalColumns

ESPI = Path(__file__).parent / "espi" / "espi.xsd"


@pytest.fixture(scope="module")
def schema():
    return xmlschema.XMLSchema(ESPI, allow="local")


@pytest.fixture
def read(tmp_path):
    def read(feed):
        path = tmp_path / "green_button.xml"
        path.write_text(feed)
        return {point.title: point for point in parse_feed(path)}

    return read


def feed_of(*of, halves=96):
    feed = green_button.Feed(FIRST_MS)
    written = [feed.begin()]
    for meter, register, step in of:
        page = IntervalColumns.of(rows(meter, register, step, halves))
        written += feed.register(meter, CATALOGUE[register], step, [page])
    return "".join([*written, feed.end()])


async def test_a_whole_homes_feed_validates(house, schema):
    await house.live()
    feed = text(house.written(), "green_button.xml")
    assert list(schema.iter_errors(feed)) == []
    assert feed.count("<UsagePoint ") == 3


@pytest.mark.parametrize("step", [Step.MIN30, Step.HOUR, Step.DAY, Step.MONTH])
def test_each_step_validates(schema, step):
    feed = feed_of(("linky", "import_total_wh", step), halves=48 * 70)
    assert list(schema.iter_errors(feed)) == []


def test_the_schema_would_find_what_is_wrong(schema):
    feed = feed_of(("linky", "import_total_wh", Step.DAY))
    for right, wrong in (
        ("<uom>72</uom>", "<uom>seventy</uom>"),
        ("<duration>", "<length>"),
        ("<kind>0</kind>", ""),
    ):
        assert right in feed
        end = wrong.replace("<", "</") if wrong == "<length>" else "</duration>"
        bent = feed.replace(right, wrong).replace("</duration>", end)
        assert list(schema.iter_errors(bent))


async def test_a_public_reader_finds_each_fluid_with_its_unit(house, read):
    await house.live()
    points = read(text(house.written(), "green_button.xml"))
    found = {
        title: (
            point.serviceCategory,
            {reading.readingType.commodity for reading in point.meterReadings},
            {reading.readingType.uom for reading in point.meterReadings},
        )
        for title, point in points.items()
    }
    assert found == {
        "linky": (
            enums.ServiceKind.electricity,
            {enums.CommodityType.electricity},
            {enums.UomType.wattHours},
        ),
        "gas": (
            enums.ServiceKind.naturalGas,
            {enums.CommodityType.naturalGas},
            {enums.UomType.liters, enums.UomType.wattHours},
        ),
        "water": (
            enums.ServiceKind.water,
            {enums.CommodityType.potableWater},
            {enums.UomType.liters},
        ),
    }


def test_a_public_reader_finds_each_amount_at_its_instant(read):
    given = rows("water", "water_volume_l", Step.MIN30, 4000)
    points = read(feed_of(("water", "water_volume_l", Step.MIN30), halves=4000))
    (reading,) = points["water"].meterReadings
    found = list(reading.intervalReadings)
    assert len(reading.intervalBlocks) == 3
    assert [
        (
            round(one.timePeriod.start.timestamp() * 1000),
            one.timePeriod.duration.total_seconds(),
            one.value,
        )
        for one in found
    ] == [(row.start_ms, 1800, row.value) for row in given]
    assert reading.readingType.accumulationBehaviour.name == "deltaData"


def test_a_public_reader_is_told_how_sure_each_amount_is(read):
    points = read(feed_of(("linky", "import_total_wh", Step.MIN30)))
    (reading,) = points["linky"].meterReadings
    told = {
        quality.quality.name
        for one in reading.intervalReadings
        for quality in one.readingQualities
    }
    assert reading.readingType.defaultQuality.name == "raw"
    assert told == {"questionable", "estimatedUsingReferenceDay"}


def test_what_is_injected_flows_the_other_way(read):
    feed = feed_of(
        ("linky", "import_total_wh", Step.DAY), ("linky", "export_total_wh", Step.DAY)
    )
    flows = {
        reading.title: reading.readingType.flowDirection.name
        for reading in read(feed)["linky"].meterReadings
    }
    assert flows == {"Drawn energy": "forward", "Injected energy": "reverse"}


def test_each_index_that_is_no_reactive_energy_has_its_codes():
    for name, register in CATALOGUE.items():
        if register.kind is Kind.INDEX and not name.endswith("varh"):
            assert register.green_button is not None
