"""What is erased is gone from journal and store, and no source brings it back."""

import pytest
from erased_home import CURVE, EVER, HOUR, INDEX, MIDNIGHT, POWER, curve, peak, samples

from edge.commands import CommandRefused, Erase
from edge.consent.standing import Act
from edge.erasure.erasing import asked
from edge.errors import StoreDown
from edge.interval import Step
from edge.journal.bodies import Kind
from edge.record import Correction, Lane
from edge.sample import Gap

START, END = MIDNIGHT + 10 * HOUR, MIDNIGHT + 12 * HOUR


async def erase(home, meter="linky", start=START, end=END):
    told = await asked(home.erasure, Erase(meter, start, end))
    assert await home.erasure.work() is False
    return told["numbers"]


async def test_the_readings_of_a_period_are_gone_and_those_around_it_stay(home):
    await home.live(0, 26)
    before = home.instants()
    await erase(home)
    left = [at for at in before if not START <= at < END]
    assert home.instants() == left
    home.again()
    assert home.instants() == left


async def test_rows_within_it_are_gone_and_a_counters_longer_ones_stay(home):
    await home.live(0, 26)
    (day,) = home.rows(INDEX, Step.DAY)
    await erase(home)
    for step in (Step.MIN30, Step.HOUR):
        rows = home.rows(INDEX, step)
        assert rows
        assert not [row for row in rows if START <= row.start_ms < END]
    assert home.rows(INDEX, Step.DAY) == [day]
    # the day's highest power may be that of an erased hour
    assert home.rows(POWER, Step.DAY) == []


async def test_what_comes_of_the_rest_later_is_counted_without_it(home):
    await home.live(0, 20)
    await erase(home)
    await home.live(20, 6)
    (day,) = home.rows(INDEX, Step.DAY)
    halves = [row for row in home.rows(INDEX, Step.MIN30) if row.start_ms < day.end_ms]
    assert day.value == sum(row.value for row in halves)
    assert not [row for row in halves if START <= row.start_ms < END]


async def test_another_meter_keeps_its_own(home):
    await home.live(0, 26)
    await home.live(0, 26, "shed")
    before = home.instants("shed")
    await erase(home)
    assert home.instants("shed") == before


async def test_half_hours_that_are_touched_go_whole(home):
    await home.live(0, 26)
    await erase(home, start=START + 60_000, end=START + 120_000)
    gone = {s.at_ms for s in samples(0, 26)} - set(home.instants())
    assert sorted(gone) == [START + n * 60_000 for n in range(30)]


async def test_nothing_that_is_to_come_is_erased(home):
    home.clock.now_ms = MIDNIGHT + 5 * HOUR
    await home.live(0, 5)
    await erase(home, start=0, end=EVER)
    assert home.instants() == []
    await home.live(5, 2)
    assert len(home.instants()) == 120


async def test_the_same_readings_again_are_let_go(home):
    await home.live(0, 26)
    await erase(home)
    left = home.instants()
    for one in samples(10, 2):
        home.hub.journal.add_sample(one, Lane.HISTORY)
    await home.hub.journal.commit()
    await home.hub.caught_up()
    assert home.instants() == left
    home.again()
    for one in samples(9, 4):
        home.hub.journal.add_sample(one, Lane.HISTORY)
    await home.hub.journal.commit()
    await home.hub.caught_up()
    assert home.instants() == left
    assert not [r for r in home.rows(INDEX, Step.MIN30) if START <= r.start_ms < END]


async def test_the_owners_word_on_it_goes_too(home):
    await home.live(0, 26)
    word = Correction("linky", INDEX, START, END, 99, END, "off")
    await home.hub.journal.append([word])
    await home.hub.caught_up()
    await erase(home)
    assert home.hub.reads.corrections("linky") == []
    assert home.hub.store.corrections("linky") == []


async def test_the_ledger_proves_that_it_was_done_and_not_what_it_was(home):
    await home.live(0, 26)
    await erase(home)
    ledger = home.hub.consents.ledger
    (entry,) = ledger.entries()
    assert (entry.act, entry.body, entry.at_ms) == (Act.ERASED, None, home.clock.now_ms)
    assert ledger.verify() == 1
    assert b"linky" not in (home.config.data_dir / "consent.db").read_bytes()
    assert home.again().consents.shut is None


async def test_who_reads_the_journal_hears_that_a_time_was_erased(home):
    await home.live(0, 26)
    await erase(home)
    told = [
        one.body
        for one in home.hub.journal.read(kinds=[Kind.GAP], limit=10_000)
        if one.body.reason == "erased"
    ]
    assert told == [Gap("linky", START, END, "erased")]


async def test_a_preview_changes_nothing(home):
    await home.live(0, 26)
    before, tail = home.instants(), home.hub.journal.tail
    told = await asked(home.erasure, Erase("linky", START, END, dry_run=True))
    assert told["places"]["readings"] > 10
    assert (home.instants(), home.hub.journal.tail) == (before, tail)
    assert home.hub.journal.erased() == []


@pytest.mark.parametrize(
    ("meter", "start", "end"),
    [("nobody", START, END), ("linky", END, START), ("linky", 9 * EVER, 10 * EVER)],
)
async def test_what_makes_no_sense_is_refused(home, meter, start, end):
    with pytest.raises(CommandRefused):
        await asked(home.erasure, Erase(meter, start, end))
    assert home.hub.journal.erased() == []


class Down:
    """A place that doesn't answer, for a time."""

    name, answers, asked = "far", False, 0

    async def count(self, stone):
        return await self.erase(stone)

    async def erase(self, _stone):
        self.asked += 1
        if not self.answers:
            raise StoreDown("it doesn't answer")
        return 7

    async def clean(self):
        pass


async def test_a_place_that_does_not_answer_is_asked_again_and_others_wait_for_none(
    home,
):
    await home.live(0, 26)
    far = Down()
    home.erasure.places = [far, *home.erasure.places]
    told = await asked(home.erasure, Erase("linky", START, END, dry_run=True))
    assert told["places"]["far"] == "it doesn't answer"
    await asked(home.erasure, Erase("linky", START, END))
    assert await home.erasure.work() is True
    assert not [at for at in home.instants() if START <= at < END]
    (stone,) = home.hub.journal.erased()
    assert (stone.finished_ms, stone.places["far"]) == (None, "it doesn't answer")
    assert (home.erasure.health().ok, home.erasure.health().detail) == (
        False,
        "it doesn't answer",
    )
    far.answers = True
    assert await home.erasure.work() is False
    (stone,) = home.hub.journal.erased()
    assert (stone.finished_ms is None, stone.places["far"]) == (False, 7)
    assert home.erasure.health().ok
    await home.erasure.work()
    assert far.asked == 3


async def test_one_cut_off_behind_its_tombstone_is_finished_at_the_next_start(home):
    await home.live(0, 26)
    await asked(home.erasure, Erase("linky", START, END))
    home.again()
    assert await home.erasure.work() is False
    assert not [at for at in home.instants() if START <= at < END]
    (stone,) = home.hub.journal.erased()
    assert stone.finished_ms is not None


async def test_the_files_are_written_anew_without_it(home, tmp_path):
    await home.live(0, 26)
    erased, kept = (peak(hour).to_bytes(4, "big") for hour in (10, 14))
    there = [path for path in tmp_path.rglob("*.db*") if erased in path.read_bytes()]
    assert there, "SQLite writes a row's numbers plainly"
    await erase(home)
    files = [path.read_bytes() for path in tmp_path.rglob("*.db*")]
    assert [erased in data for data in files] == [False] * len(files)
    assert any(kept in data for data in files)


async def test_a_file_brings_nothing_of_it_back(home):
    values = [2000 + n for n in range(48)]
    taken = await home.take(curve(values))
    assert (taken.new, taken.number) == (48, 1)
    await home.hub.caught_up()
    await erase(home)
    left = home.hub.reads.slices("linky", CURVE, 0, EVER)
    assert [one.value for one in left] == values[:20] + values[24:]
    again = await home.take(curve(values))
    assert (again.new, again.unchanged) == (0, 44)
    assert [one.reason for one in again.refused] == ["erased"]
    undone = await home.hub.importer.undo(1)
    assert undone.withdrawn == 44


async def test_an_import_of_nothing_else_is_forgotten_with_its_files_name(home):
    await home.take(curve([2000] * 48), "the-bill-of-march.csv")
    await erase(home, start=0, end=EVER)
    assert home.hub.importer.listed() == []
    await home.take(curve([2000] * 48), "the-bill-of-march.csv")
    assert home.hub.importer.listed() == []
    assert home.hub.reads.slices("linky", CURVE, 0, EVER) == []


async def test_all_of_a_meter_goes_with_what_it_is_called_by_others(home):
    await home.live(0, 26)
    await home.hub.journal.see_device("linky", "041961000001", MIDNIGHT)
    await erase(home, start=0, end=EVER)
    assert home.instants() == []
    assert home.hub.journal.devices("linky") == []
    assert "linky" not in home.hub.store.meters()
    assert b"linky" not in home.hub.journal.memory("roller")
