"""Any table whose columns the owner names."""

from __future__ import annotations

from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.importing import columns, plan
from edge.sample import utc
from exports.document import Document
from exports.errors import FileRefused

WATER = """
fluid = "water"
quantity = "volume_l"
unit = "m3"
time = "Date"
value = "Conso"
step = "day"
"""


def slices_of(house):
    return house.slices("water", "water_volume_l")


async def take(house, text, mapping=WATER):
    return await house.take(text.encode(), mapping=mapping)


async def test_days_in_cubic_metres_with_a_decimal_comma(house):
    report = await take(
        house,
        "Mon portail\n\nDate;Note;Conso\n01/03/2026;a;1,5\n02/03/2026;b;0,021\n"
        "03/03/2026;c;\n28/03/2026;;0\n29/03/2026;;0,3\n",
    )
    assert (report.new, report.absent, len(report.refused)) == (4, 1, 0)
    assert [one.value for one in slices_of(house)] == [1500, 21, 0, 300]
    lengths = [(s.end_ms - s.start_ms) // 3_600_000 for s in slices_of(house)]
    assert lengths == [24, 24, 24, 23]
    assert {one.origin for one in slices_of(house)} == {"file:csv-columns"}


async def test_instants_that_end_their_period_and_october_twice(house):
    mapping = """
fluid = "electricity"
quantity = "import_mean_power_w"
unit = "kW"
time = 1
value = 2
marks = "end"
step = 60
name = "my-export"
"""
    report = await take(
        house,
        "25/10/2026 02:00;0,1\n25/10/2026 02:00;0,2\n25/10/2026 03:00;0,3\n"
        "rubbish;0,4\n25/10/2026 04:00;x\n25/10/2026 05:00\n",
        mapping,
    )
    assert [one.value for one in house.slices()] == [100, 200, 300]
    starts = [utc(one.start_ms).strftime("%H:%M") for one in house.slices()]
    assert starts == ["23:00", "00:00", "01:00"]
    reasons = {one.place: one.reason for one in report.refused}
    assert reasons == {
        "line 4": "not-a-time",
        "line 5": "not-a-number",
        "line 6": "short-row",
    }


async def test_an_index_is_differenced_and_a_fall_refused(house):
    mapping = WATER.replace('step = "day"', 'kind = "index"')
    report = await take(
        house,
        "Date;Conso\n2026-03-01;10,000\n2026-03-02;10,120\n2026-03-03;9\n"
        "2026-03-04;9,5\n",
        mapping,
    )
    assert [one.value for one in slices_of(house)] == [120, 500]
    assert [one.reason for one in report.refused] == ["index-falls"]
    assert [one.index_end for one in slices_of(house)] == [10_120, 9_500]


async def test_both_ends_can_stand_in_the_row_and_thousands_be_grouped(house):
    mapping = WATER.replace('step = "day"', 'end = "Fin"\ndecimal = "."').replace(
        '"m3"', '"l"'
    )
    await take(
        house,
        'Date,Fin,Conso\n2026-01-01,2026-02-01,"12,345"\n',
        mapping,
    )
    (one,) = slices_of(house)
    assert one.value == 12_345
    assert (one.end_ms - one.start_ms) == 31 * 86_400_000


@pytest.mark.parametrize("marks", ["start", "end"])
async def test_without_a_step_each_row_reaches_to_its_neighbour(house, marks):
    mapping = WATER.replace('step = "day"', f'marks = "{marks}"')
    await take(house, "Date;Conso\n2026-01-01;1\n2026-01-02;2\n2026-01-04;3\n", mapping)
    days = [(s.end_ms - s.start_ms) // 86_400_000 for s in slices_of(house)]
    assert days == ([1, 2, 2] if marks == "start" else [1, 1, 2])


async def test_months_are_as_long_as_they_are(house):
    mapping = WATER.replace('"day"', '"month"')
    await take(house, "Date;Conso\n2025-12-01;1\n2026-02-01;2\n", mapping)
    days = [(s.end_ms - s.start_ms) // 86_400_000 for s in slices_of(house)]
    assert days == [31, 28]


@pytest.mark.parametrize(
    ("mapping", "named"),
    [
        ("fluid = ", "no TOML"),
        (WATER + 'colour = "red"', "colour"),
        ('fluid = "water"\nquantity = "volume_l"\ntime = 1', "value"),
        (WATER.replace('"water"', '"heat"'), "fluid"),
        (WATER.replace('"m3"', '"bushel"'), "unit"),
        (WATER.replace('"m3"', '"kWh"'), "kWh"),
        (WATER.replace('"day"', '"week"'), "step"),
        (WATER.replace('"day"', "true"), "step"),
        (WATER.replace('"Date"', "[1]"), "time"),
        (WATER + 'name = "Mine!"', "name"),
        (WATER + 'marks = "middle"', "marks"),
    ],
)
def test_a_mapping_that_can_not_be_used_names_its_key(mapping, named):
    with pytest.raises(FileRefused, match="mapping can't be used") as caught:
        plan.read(mapping)
    assert named in str(caught.value)


async def test_titles_that_the_file_lacks_are_named(house):
    report = await take(house, "When;How\n1;2\n")
    assert [one.reason for one in report.refused] == ["wrong-mapping"]
    assert "'Conso'" in report.refused[0].detail


async def test_one_row_has_no_step(house):
    mapping = WATER.replace('step = "day"', "")
    report = await take(house, "Date;Conso\n2026-01-01;1\n", mapping)
    assert "step" in report.refused[0].detail


async def test_a_quantity_without_a_register_is_refused(house):
    mapping = WATER.replace('"volume_l"', '"beer_l"')
    report = await take(house, "Date;Conso\n2026-01-01;1\n2026-01-02;1\n", mapping)
    assert [one.reason for one in report.refused] == ["unknown-quantity"]


@given(st.text(max_size=300), st.sampled_from(["day", "month"]))
def test_no_text_breaks_a_mapping_of_it(text, step):
    made = plan.read(
        WATER.replace('"day"', f'"{step}"')
        .replace('"Date"', "1")
        .replace('"Conso"', "2")
    )
    with suppress(FileRefused):
        columns.format_of(made).read(
            Document(("2026-01-01;1\n" + text).encode()), ZoneInfo("Europe/Paris")
        )


@pytest.mark.parametrize("number", ["0.243", "12.5"])
async def test_a_decimal_point_is_never_taken_for_thousands(house, number):
    report = await take(house, f"Date;Conso\n01/03/2026;1\n02/03/2026;{number}\n")
    assert [one.reason for one in report.refused] == ["wrong-mapping"]
    assert 'decimal = "."' in report.refused[0].detail
    report = await take(house, "Date;Conso\n01/03/2026;1.200,5\n")
    assert [one.reason for one in report.refused] == ["too-much"]  # 1,200.5 m3


@pytest.mark.parametrize("cell", ["#N/A", "n.d.", "ND", "-"])
async def test_a_word_for_no_value_is_an_absence(house, cell):
    report = await take(house, f"Date;Conso\n01/03/2026;1\n02/03/2026;{cell}\n")
    assert (report.new, report.absent, report.refused) == (1, 1, [])


async def test_titles_above_numbered_columns_are_no_row(house):
    mapping = WATER.replace('"Date"', "1").replace('"Conso"', "2")
    report = await take(house, "Date;Conso\n01/03/2026;1\n", mapping)
    assert (report.new, report.refused) == (1, [])


async def test_titles_are_known_without_their_accents(house):
    mapping = WATER.replace("Conso", "Débité")
    report = await take(house, "Date;D\ufffdbit\ufffd\n01/03/2026;1\n", mapping)
    assert report.new == 1


@pytest.mark.parametrize("column", ["0", "-1", "true", "1.5"])
async def test_a_column_that_is_none_is_refused(house, column):
    report = await take(
        house, "Date;Conso\n01/03/2026;1\n", WATER.replace('"Date"', column)
    )
    assert [one.reason for one in report.refused] == ["wrong-mapping"]
