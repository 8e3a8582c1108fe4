"""The largest of a day is readable as rows: days as told, months as far as known."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.gate import Gate
from edge.interval import Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.merging import Purpose
from edge.reads import Reads
from edge.roller.roller import Counting
from edge.sample import HostInstant, Quality, Sample, Slice, millis
from edge.sources.mapping import Mapper
from edge.stores.projector import Projector
from edge.stores.sqlite import SqliteStore
from teleinfo.decoder import Decoder
from teleinfo.mode import Mode
from teleinfo.virtual import MeterSpec, VirtualLinky

PARIS = ZoneInfo("Europe/Paris")
PEAK = "max_power_today_va"
EVER = 1 << 50
FILE, METER = "file:enedis-daily-energy", "tic"


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


def told(date, value, origin=METER, quality=Quality.RAW, *, days=1, received_ms=1):
    last = datetime.fromisoformat(date) + timedelta(days=days)
    span = (at(date), at(last.date().isoformat()))
    return Slice("linky", PEAK, *span, value, quality, origin, received_ms)


@pytest.fixture
def home(tmp_path):
    journal = Journal.open(tmp_path / "home", policy=Policy(), ballast_bytes=0)
    store = SqliteStore(tmp_path / "store.db")
    yield journal, Reads(store, journal, Counting()), Projector(journal, store)
    store.close()
    journal.close()


def rows(reads, step, start_ms=0, end_ms=EVER, limit=1000, purpose=Purpose.NOW):
    asked = ("linky", PEAK, step, start_ms, end_ms, limit)
    if purpose is None:
        return reads.interval_columns(*asked)
    return reads.merged_columns(*asked, purpose)


@pytest.mark.parametrize(
    ("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)]
)
async def test_a_days_largest_is_its_row_before_and_after_the_store_has_it(
    home, date, hours
):
    journal, reads, projector = home
    await journal.append([(told(date, 5870),)])
    for cut in (False, True):
        if cut:
            await projector.project()
        found = rows(reads, Step.DAY)
        assert (found.value, found.coverage) == ([5870], [1.0])
        assert found.start_ms == [at(date)]
        assert found.end_ms[0] - found.start_ms[0] == hours * 3_600_000
        assert (found.quality, found.sources) == (["raw"], [METER])
        assert PEAK in reads.meters()["linky"]


@pytest.mark.parametrize("date", ["2026-03-29", "2026-10-25"])
async def test_from_the_line_to_the_row(home, date):
    journal, reads, _ = home
    gate, mapper, decoder = Gate("linky"), Mapper("linky"), Decoder(Mode.STANDARD)
    midnight = at(date) + (23 if date < "2026-06" else 25) * 3_600_000
    begun_ms, shown = midnight - 60_000, 0
    meter = VirtualLinky(MeterSpec(), begun_ms)
    for n, sent in enumerate(meter.frames(begun_ms, midnight + 60_000)):
        for frame in decoder.feed(sent):
            date_ms = frame.groups["DATE"].horodate.at_ms
            seen = HostInstant(date_ms + 900, n * 1_500_000_000, True, "b")
            verdict = gate.judge(mapper.reading(frame, seen))
            journal.add_sample(verdict.sample)
            for one in verdict.slices:
                await journal.append([(one,)])
            if date_ms < midnight:
                shown = frame.groups["SMAXSN"].value
    await journal.commit()
    last = rows(reads, Step.DAY)
    assert (last.start_ms[-1], last.end_ms[-1]) == (at(date), midnight)
    assert last.value[-1] == shown > 0
    assert len(last) == 2  # and of the day before, which the meter showed until then


async def test_what_the_meter_still_shows_after_midnight_is_in_no_row(home):
    journal, reads, _ = home
    shown = {PEAK: 9999}
    for moment in ("2026-07-01T23:59:58", "2026-07-02T00:00:01"):
        journal.add_sample(Sample("linky", at(moment), shown))
    await journal.commit()
    assert len(rows(reads, Step.DAY)) == 0
    await journal.append([(told("2026-07-01", 9999),)])
    assert rows(reads, Step.DAY).start_ms == [at("2026-07-01")]


async def test_a_month_is_the_largest_of_the_days_that_are_known(home):
    journal, reads, _ = home
    days = [("2026-06-10", 3000), ("2026-06-11", 7000), ("2026-06-20", 5000)]
    await journal.append([tuple(told(date, value) for date, value in days)])
    found = rows(reads, Step.MONTH)
    assert (found.value, found.start_ms) == ([7000], [at("2026-06-01")])
    assert found.coverage == [pytest.approx(3 / 30)]
    year = rows(reads, Step.YEAR)
    assert (year.value, year.start_ms) == ([7000], [at("2026-01-01")])
    assert year.coverage == [pytest.approx(3 / 365)]


@pytest.mark.parametrize("month", ["2026-03", "2026-10"])
async def test_a_month_of_which_each_day_is_known_is_known_whole(home, month):
    journal, reads, _ = home
    days = tuple(told(f"{month}-{n:02}", 100 * n) for n in range(1, 32))
    await journal.append([days])
    found = rows(reads, Step.MONTH)
    assert (found.value, found.coverage) == ([3100], [1.0])


async def test_for_bills_the_operators_word_goes_first_and_for_now_the_meters(home):
    journal, reads, _ = home
    validated = told("2026-07-01", 6100, FILE, Quality.VALIDATED)
    await journal.append([(told("2026-07-01", 6090), validated)])
    for purpose, value, source in (
        (Purpose.NOW, 6090, METER),
        (Purpose.BILL, 6100, FILE),
        (None, 6090, METER),
    ):
        found = rows(reads, Step.DAY, purpose=purpose)
        assert (found.value, found.sources) == ([value], [source])


async def test_what_a_file_measured_never_goes_before_the_meter(home):
    journal, reads, _ = home
    await journal.append([(told("2026-07-01", 6090), told("2026-07-01", 6100, FILE))])
    for purpose in Purpose:
        assert rows(reads, Step.DAY, purpose=purpose).value == [6090]


async def test_days_of_a_file_fill_what_the_meter_did_not_tell(home):
    journal, reads, _ = home
    await journal.append(
        [(told("2026-07-01", 6090), told("2026-07-02", 7000, FILE, Quality.VALIDATED))]
    )
    days = rows(reads, Step.DAY)
    assert (days.value, days.sources) == ([6090, 7000], [METER, FILE])
    month = rows(reads, Step.MONTH)
    assert (month.value, month.sources) == ([7000], [f"{FILE}+{METER}"])
    assert rows(reads, Step.MONTH, purpose=None).value == [6090]


async def test_a_whole_month_that_a_source_tells_goes_before_some_days(home):
    journal, reads, _ = home
    june = told("2026-06-01", 8000, FILE, days=30)
    await journal.append([(june, told("2026-06-10", 3000))])
    assert rows(reads, Step.DAY).value == [3000]
    month = rows(reads, Step.MONTH)
    assert (month.value, month.coverage) == ([8000], [1.0])


async def test_a_period_that_is_no_day_of_ours_is_in_no_day(home):
    journal, reads, _ = home
    start = at("2026-07-01T05:00")
    other = Slice("linky", PEAK, start, start + 86_400_000, 1, Quality.RAW, METER, 1)
    part = Slice("linky", PEAK, start, start + 3_600_000, 2, Quality.RAW, FILE, 1)
    await journal.append([(other, part)])
    assert all(not len(rows(reads, step)) for step in (Step.DAY, Step.MONTH, Step.YEAR))


async def test_what_was_taken_back_is_told_no_more(home):
    journal, reads, projector = home
    await journal.append([(told("2026-07-01", 6100, FILE),)])
    await projector.project()
    await journal.append([(told("2026-07-01", None, FILE, received_ms=2),)])
    assert all(not len(rows(reads, step)) for step in (Step.DAY, Step.MONTH))


async def test_a_day_has_no_finer_rows(home):
    journal, reads, _ = home
    await journal.append([(told("2026-07-01", 6100),)])
    for step in (Step.MIN1, Step.MIN30, Step.HOUR):
        for purpose in (Purpose.NOW, None):
            assert not len(rows(reads, step, purpose=purpose))


async def test_pages_are_the_whole_cut(home):
    journal, reads, _ = home
    days = tuple(told(f"2026-07-{n:02}", n) for n in range(1, 32))
    await journal.append([days])
    found, after = [], 0
    while len(page := rows(reads, Step.DAY, after, limit=7)):
        found += page.value
        after = page.start_ms[-1] + 1
    assert found == list(range(1, 32))
    # a page that begins within a month has it not, though days of it are asked
    assert not len(rows(reads, Step.MONTH, at("2026-07-02")))
