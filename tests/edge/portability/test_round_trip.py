"""Written, taken into an empty home and written again, a pack says the same."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from importing_home import EVER
from packed_house import FIRST_MS, FLUIDS, manifest, table, text

from edge.catalogue import Fluid
from edge.journal.erased import Erased
from edge.sample import Quality, Slice, millis


async def test_a_home_that_moved_has_the_same_readings_on_all_three_fluids(house, new):
    await house.live()
    first = house.written()
    taken = await new.unpacked(first)
    second = new.written()
    assert table(second) == table(first)
    assert {FLUIDS[row["meter"]] for row in table(first)} == set(Fluid)
    assert taken.rows == len(table(first))
    assert text(second, "green_button.xml") == text(first, "green_button.xml")
    assert text(second, "enedis_compatible.csv") == text(first, "enedis_compatible.csv")


async def test_taken_twice_a_pack_changes_nothing(house, new):
    await house.live()
    pack = house.written()
    await new.unpacked(pack)
    tail = new.journal.tail
    again = await new.unpacked(pack)
    assert (again.rows, again.kept, again.facts) == (0, len(table(pack)), 0)
    assert new.journal.tail == tail


async def test_every_file_is_named_in_the_manifest_with_its_size_and_hash(house):
    await house.live()
    pack = house.written()
    told = {one["path"]: one for one in manifest(pack)["resources"]}
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        assert archive.namelist() == [*told, "datapackage.json"]
        for path, one in told.items():
            data = archive.read(path)
            assert one["bytes"] == len(data)
            assert one["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.mark.parametrize("column", ["device", "quality", "source"])
async def test_each_row_says_which_device_how_sure_and_who(house, column):
    await house.live()
    values = {row[column] for row in table(house.written())}
    expected = {
        "device": {"1", "2"},
        "quality": {"raw", "estimated", "validated"},
        "source": {
            "tic",
            "pulses",
            "file:enedis-load-curve",
            "file:grdf-portal-informative",
        },
    }[column]
    assert values <= expected | values
    assert len(values) > 1


async def test_a_pack_brings_nothing_back_of_what_was_erased_here(house, new):
    await house.live()
    pack = house.written()
    rows = [row for row in table(pack) if row["meter"] == "linky"]
    start = millis(datetime.fromisoformat(min(row["start"] for row in rows)))
    stone = Erased(0, "linky", start, start + 6 * 3_600_000, 1 << 50)
    await new.journal.bury([stone])
    await new.unpacked(pack)
    left = [row for row in table(new.written()) if row["meter"] == "linky"]
    for row in left:
        span = [millis(datetime.fromisoformat(row[one])) for one in ("start", "end")]
        assert not stone.takes(row["register"], *span)
    assert 0 < len(left) < len(rows)
    others = [row for row in table(pack) if row["meter"] != "linky"]
    assert [row for row in table(new.written()) if row["meter"] != "linky"] == others


ODD = ("=1+1", "+33", "-x", "@home", 'a,"b"', "é\n", "100 %", "portal:x", "%41", " x")


@pytest.mark.parametrize("origin", ODD)
async def test_a_source_of_any_name_is_written_plain_and_comes_back(house, new, origin):
    said = Slice(
        "linky",
        "import_total_wh",
        FIRST_MS,
        FIRST_MS + 1_800_000,
        5,
        Quality.RAW,
        origin,
        FIRST_MS,
    )
    await house.journal.append([(said,)])
    pack = house.written()
    (row,) = table(pack)
    assert row["source"][0] not in "=+-@ \t"
    assert not set(row["source"]) & set(',"\n')
    await new.unpacked(pack)
    (back,) = new.reads.slices("linky", "import_total_wh", 0, EVER)
    assert back.origin == origin


SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples"
FILES = sorted(SAMPLES.glob("electricity/enedis*.csv")) + sorted(
    [*SAMPLES.glob("gas/grdf*.json"), *SAMPLES.glob("water/*")]
)


@pytest.mark.skipif(not FILES, reason="the shared samples aren't here")
async def test_what_real_files_said_moves_as_it_was(house, new):
    for path in FILES:
        if path.is_file():
            await house.take(path.read_bytes(), path.name)
    await house.project()
    pack = house.written()
    rows = table(pack)
    assert {FLUIDS[row["meter"]] for row in rows} == set(Fluid)
    assert len({row["source"] for row in rows}) > 5
    await new.unpacked(pack)
    assert table(new.written()) == rows
