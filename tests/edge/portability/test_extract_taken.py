"""An extract is a file from outside: quality and origin are the importer's."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest
from consent_house import PARIS, HandClock, at
from importing_home import EVER
from packed_house import FLUIDS, manifest, table, text

from edge.consent.consents import Consents
from edge.consent.read_journal import ReadJournal
from edge.consent.terms import Grain
from edge.importing.own_pack import NAME
from edge.portability.extract import Cut
from edge.portability.extracting import Extracting, Wanted
from edge.sample import Quality
from exports.reading.apart import Apart

CUT = Cut(Grain.DAY, at("2023-01-01"), at("2023-01-10"))


@pytest.fixture
async def extract(house, tmp_path):
    await house.live(halves=48 * 6)
    consents = Consents.open(tmp_path, HandClock(at("2023-01-08T12:00")), PARIS)
    journal = ReadJournal(consents.ledger, PARIS)
    giving = Extracting(consents, journal, house.reads, FLUIDS, PARIS)
    to = io.BytesIO()
    list(giving.begin(Wanted("Coach", "c@example.fr", "Essai", CUT)).steps(to))
    yield to.getvalue()
    consents.close()


def bent(pack, change, *, honest=True):
    """Give a pack whose readings were changed; `honest`: its manifest says so."""
    readings = change(text(pack, "readings.csv")).encode()
    document = manifest(pack)
    if honest:
        one = document["resources"][0]
        one["bytes"] = len(readings)
        one["hash"] = f"sha256:{hashlib.sha256(readings).hexdigest()}"
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readings.csv", readings)
        archive.writestr("datapackage.json", json.dumps(document))
    return to.getvalue()


async def test_all_three_fluids_of_it_go_to_their_meters(extract, new):
    report = await new.take(extract, "extract.zip")
    whole = [row for row in table(extract) if row["coverage"] == "1"]
    assert report.format == NAME
    assert report.new == len(whole)
    assert {told.meter for told in report.series} == {"linky", "gas", "water"}
    for row in whole:
        values = [
            one.value
            for one in new.reads.slices(row["meter"], row["register"], 0, EVER)
        ]
        assert int(row["value"]) in values


async def test_a_process_that_can_do_nothing_else_reads_it(extract, new):
    new.importer = replace(new.importer, reader=Apart())
    report = await new.take(extract, "extract.zip")
    assert report.new
    assert not report.whole


async def test_what_it_says_of_itself_is_not_believed(extract, new):
    forged = bent(extract, lambda said: said.replace(",raw,", ",validated,"))
    await new.take(forged, "forged.zip")
    slices = new.reads.slices("linky", "import_total_wh", 0, EVER)
    assert {one.origin for one in slices} == {f"file:{NAME}"}
    assert Quality.VALIDATED not in {one.quality for one in slices}


async def test_rows_that_name_a_source_are_refused(extract, new):
    forged = bent(extract, lambda said: said.replace(",raw,,", ",raw,tic,"))
    report = await new.take(forged, "forged.zip")
    assert {one.reason for one in report.refused} == {"says-too-much"}


@pytest.mark.parametrize(
    ("change", "honest", "reason"),
    [
        (lambda said: said + "x", False, "truncated"),
        (lambda said: said.replace("start", "begin"), True, "unknown-format"),
        (
            lambda said: said.replace("water,water_volume_l", "eau,gas_volume_l"),
            True,
            "several-meters",
        ),
        (lambda said: said.replace(",Wh,", ",kWh,"), True, "other-unit"),
        (
            lambda said: said.replace("import_total_wh", "a_rumour"),
            True,
            "unknown-quantity",
        ),
    ],
)
async def test_one_that_is_none_is_refused_whole(extract, new, change, honest, reason):
    report = await new.take(bent(extract, change, honest=honest), "extract.zip")
    assert report.whole
    assert [one.reason for one in report.refused] == [reason]
    assert new.journal.read() == []


async def test_a_homes_pack_without_its_seal_is_not_believed(house, new):
    await house.live(halves=10)
    report = await new.take(house.written(), "home.zip")
    assert [one.reason for one in report.refused] == ["says-too-much"]
    assert new.journal.read() == []


async def test_members_that_the_manifest_does_not_name_are_never_read(extract, new):
    to = io.BytesIO(extract)
    with zipfile.ZipFile(to, "a") as archive:
        archive.writestr("../../etc/cron.d/evil", "* * * * * root true")
    report = await new.take(to.getvalue(), "extract.zip")
    assert report.whole
    assert [one.reason for one in report.refused] == ["unsafe-archive"]
