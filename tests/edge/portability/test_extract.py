"""An extract holds the rows that its grant allows, and nothing that tells of others."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from itertools import pairwise

import pytest
from consent_house import PARIS, HandClock, at
from packed_house import FLUIDS, SERIAL, manifest, table, text

from edge.catalogue import ConsentClass
from edge.consent.consents import Consents
from edge.consent.read_journal import ReadJournal
from edge.consent.receipts import verified
from edge.consent.terms import Channel, Grain
from edge.errors import ConsentError, RequestRefused
from edge.portability.extract import Cut
from edge.portability.extracting import Extracting, Wanted
from edge.portability.refusal import PackRefused
from edge.sample import Quality, Slice
from enedis.formats import FORMATS
from exports.document import Document
from exports.format import recognise

CUT = Cut(Grain.DAY, at("2023-01-01"), at("2023-01-10"))
WANTED = Wanted("Ma coach", "coach@example.fr", "Conseils", CUT)


@pytest.fixture
def clock():
    return HandClock(at("2023-01-05T12:00"))


@pytest.fixture
async def giving(house, clock, tmp_path):
    await house.live(halves=48 * 6)
    consents = Consents.open(tmp_path, clock, PARIS)
    journal = ReadJournal(consents.ledger, PARIS)
    yield Extracting(consents, journal, house.reads, FLUIDS, PARIS)
    consents.close()


def given(giving, wanted=WANTED):
    to = io.BytesIO()
    extraction = giving.begin(wanted)
    list(extraction.steps(to))
    return to.getvalue(), extraction.document()


def test_it_holds_closed_days_alone_of_all_three_fluids(giving):
    pack, told = given(giving)
    rows = table(pack)
    assert {(row["meter"], row["register"]) for row in rows} == {
        ("linky", "import_total_wh"),
        ("gas", "gas_volume_l"),
        ("gas", "gas_energy_wh"),
        ("water", "water_volume_l"),
    }
    assert {row["step"] for row in rows} == {"day"}
    assert max(row["end"] for row in rows if row["meter"] == "linky") == (
        "2023-01-04T23:00:00Z"
    )
    assert told["rows"] == {"linky": 4, "gas": 8, "water": 4}


def test_today_is_not_told_before_it_is_over(giving, clock):
    clock.wall_ms = at("2023-01-05T06:30")
    pack, _ = given(giving)
    ends = {row["end"] for row in table(pack) if row["meter"] == "linky"}
    assert max(ends) == "2023-01-03T23:00:00Z"


def test_a_row_says_neither_whose_word_it_is_nor_of_which_meter(giving):
    pack, _ = given(giving)
    for row in table(pack):
        assert (row["source"], row["device"], row["index_end"]) == ("", "", "")


def test_no_consent_no_journal_and_no_number_of_a_meter_is_in_it(giving):
    pack, told = given(giving)
    paths = [one["path"] for one in manifest(pack)["resources"]]
    assert paths == ["readings.csv", "green_button.xml"]
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for word in (SERIAL, "041800000001", "01234567890123", told["service"], "coach"):
        assert word.encode() not in everything


def test_finer_rows_are_not_in_it_whatever_the_home_has(giving):
    days, _ = given(giving)
    halves, _ = given(giving, replace(WANTED, cut=replace(CUT, grain=Grain.MIN30)))
    assert len(table(days)) < 20 < len(table(halves))
    assert text(days, "green_button.xml").count("<IntervalReading>") == len(table(days))


async def test_the_largest_power_of_a_day_is_in_it_once_it_is_granted(house, giving):
    days = [at(f"2023-01-0{n}") for n in (2, 3, 4, 5, 6)]
    told = tuple(
        Slice("linky", "max_power_today_va", *day, 5000 + n, Quality.RAW, "tic", day[1])
        for n, day in enumerate(pairwise(days))
    )
    await house.journal.append([told])
    wanted = replace(WANTED, meters=("linky",))
    assert "VA" not in {row["unit"] for row in table(given(giving, wanted)[0])}
    power = replace(wanted, classes=(ConsentClass.MAX_POWER,))
    pack, _ = given(giving, power)
    assert [(row["start"], row["value"]) for row in table(pack)] == [
        ("2023-01-01T23:00:00Z", "5000"),
        ("2023-01-02T23:00:00Z", "5001"),
        ("2023-01-03T23:00:00Z", "5002"),
    ]


def test_half_hours_of_a_linky_are_laid_out_as_enedis_does(giving):
    cut = replace(CUT, grain=Grain.MIN30)
    pack, _ = given(giving, replace(WANTED, cut=cut, meters=("linky",)))
    data = text(pack, "enedis_compatible.csv").encode()
    read = recognise(Document(data), FORMATS).read(Document(data), PARIS)
    whole = [row for row in table(pack) if row["coverage"] == "1"]
    assert read.refused == ()
    assert read.meter is None
    assert [one.value for one in read.amounts] == [2 * int(r["value"]) for r in whole]
    assert [one.start.isoformat()[:19] for one in read.amounts] == [
        row["start"][:19] for row in whole
    ]


def test_only_the_meters_that_were_chosen_are_in_it(giving):
    pack, _ = given(giving, replace(WANTED, meters=("water",)))
    assert {row["meter"] for row in table(pack)} == {"water"}


def test_its_grant_stands_in_the_ledger_for_a_day_and_opens_nothing_else(giving, clock):
    _, told = given(giving)
    grant = giving.consents.grant(told["service"])
    assert {channel for one in grant.consents for channel in one.terms.channels} == {
        Channel.EXTRACT
    }
    assert {one.terms.consent_class for one in grant.consents} == {ConsentClass.ENERGY}
    assert giving.consents.service(told["service"]).declared.leaves_home
    clock.pass_ms(2 * 86_400_000)
    giving.consents.expire()
    assert giving.consents.grant(told["service"]) is None


def test_each_receipt_proves_what_was_agreed_to(giving):
    _, told = given(giving)
    entries = tuple(giving.consents.ledger.entries())
    assert len(told["receipts"]) == 3
    for receipt in told["receipts"]:
        assert verified(json.loads(json.dumps(receipt)), entries).since == ()


def test_the_read_journal_says_who_was_given_what(giving):
    _, told = given(giving)
    lines = giving.readings.lines(told["service"])
    told_of = {(one.meter, one.grain, one.channel, one.rows) for one in lines}
    assert told_of == {
        ("linky", "day", "extract", 4),
        ("gas", "day", "extract", 8),
        ("water", "day", "extract", 4),
    }


def test_what_is_withdrawn_while_it_is_written_is_not_in_it(giving):
    extraction = giving.begin(WANTED)
    steps = extraction.steps(io.BytesIO())
    next(steps)
    giving.consents.withdraw(extraction.given.consents)
    with pytest.raises(PackRefused, match="has ended"):
        list(steps)


def test_who_has_two_extracts_is_one_service(giving, clock):
    _, first = given(giving)
    clock.pass_ms(3 * 86_400_000)
    _, again = given(giving)
    _, other = given(giving, replace(WANTED, recipient="Une autre"))
    assert first["service"] == again["service"] != other["service"]


def test_what_one_extract_was_given_for_is_not_in_the_next(giving):
    given(giving, replace(WANTED, purpose="One"))
    pack, _ = given(giving, replace(WANTED, purpose="Two", meters=("water",)))
    assert {row["meter"] for row in table(pack)} == {"water"}


def test_what_fell_into_a_pause_is_in_no_later_extract_of_theirs(giving, clock):
    before, _ = given(giving)
    giving.consents.pause()
    clock.pass_ms(86_400_000)
    giving.consents.resume()
    clock.pass_ms(2 * 86_400_000)
    after, _ = given(giving)
    # the fifth and the sixth of the month are over by now, and each met the pause
    assert table(after) == table(before)


def test_what_breaks_off_is_no_pack_and_what_was_written_of_it_is_noted(giving):
    to = io.BytesIO()
    extraction = giving.begin(WANTED)
    steps = extraction.steps(to)
    for _ in range(3):
        next(steps)
    steps.close()
    assert not zipfile.is_zipfile(to)
    assert giving.readings.lines(extraction.given.service)


def test_a_pause_of_everything_pauses_it_too(giving):
    extraction = giving.begin(WANTED)
    giving.consents.pause()
    with pytest.raises(PackRefused, match="has ended"):
        list(extraction.steps(io.BytesIO()))


def test_an_extract_goes_back_no_further_than_any_grant(giving, clock):
    clock.wall_ms = at("2027-06-01T12:00")
    pack, _ = given(giving)
    assert table(pack) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"meters": ("garage",)}, PackRefused),
        ({"cut": replace(CUT, grain=Grain.LIVE)}, PackRefused),
        ({"cut": replace(CUT, end_ms=CUT.start_ms)}, PackRefused),
        ({"classes": (ConsentClass.LIVE_POWER,)}, PackRefused),
        ({"classes": (ConsentClass.MAX_POWER,), "meters": ("gas",)}, ConsentError),
        ({"recipient": "two\nlines"}, RequestRefused),
        ({"purpose": ""}, RequestRefused),
    ],
)
def test_what_can_not_be_given_grants_nothing(giving, change, error):
    with pytest.raises(error):
        giving.begin(replace(WANTED, **change))
    assert list(giving.consents.ledger.entries()) == []
