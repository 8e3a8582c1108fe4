"""Reads: the store and the journal's tail are one, wherever the cut between them is."""

from __future__ import annotations

import asyncio
import random
from functools import partial

import pytest

from edge.calendar import DAY_MS, HOUR_MS, Calendar
from edge.interval import INTERVAL_STEPS, Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.open_rows import PROVISIONAL
from edge.reads import Reads
from edge.record import Baseline, Correction, Lane
from edge.roller.consumer import RollerConsumer
from edge.sample import Quality, Sample, Slice
from edge.stores.projector import Projector
from edge.stores.sqlite import SqliteStore

AT = 1_792_870_000_000  # the evening before a day of 25 hours, in Paris
EVER = 1 << 50
TOTAL, UNUSED, POWER = "import_total_wh", "import_tariff05_wh", "apparent_power_va"
PERIOD = "tariff_period"
NAMES = (TOTAL, UNUSED, POWER)


class Home:
    def __init__(self, directory):
        self.journal = Journal.open(
            directory / "home", policy=Policy(), ballast_bytes=0
        )
        self.store = SqliteStore(directory / "store.db")
        self.reads = Reads(self.store, self.journal)
        self.roller = RollerConsumer(self.journal, self.reads)
        self.projector = Projector(self.journal, self.store)

    async def hear(self, samples, lane=Lane.PRESENT):
        for sample in samples:
            self.journal.add_sample(sample, lane)
        await self.journal.commit()

    def told(self):
        """All that can be read, of every grain."""
        answers = {
            "raw": [self.reads.raw("linky", n, 0, EVER) for n in (*NAMES, PERIOD)]
        }
        for step in (Step.MIN1, *INTERVAL_STEPS):
            answers[step] = [
                self.reads.interval_columns("linky", name, step, 0, EVER).rows(
                    "linky", name, step
                )
                for name in NAMES
            ]
        answers["meters"] = self.reads.meters()
        answers["latest"] = self.reads.latest("linky")
        return answers

    def close(self):
        self.store.close()
        self.journal.close()


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    yield made
    made.close()


def stream(hours, every_ms=20_000, at_ms=AT, seed=1):
    chance, total, samples = random.Random(seed), 5000, []
    for i in range(hours * HOUR_MS // every_ms):
        total += chance.randint(0, 9)
        values = {TOTAL: total, UNUSED: 0, POWER: chance.randint(60, 900)}
        values[PERIOD] = "HC" if i // 500 % 2 else "HP"
        samples.append(Sample("linky", at_ms + i * every_ms, values))
    return samples


async def test_the_answers_do_not_depend_on_what_was_projected(home):
    await home.roller.start()
    samples = stream(50)
    for at in range(0, len(samples), 1000):
        await home.hear(samples[at : at + 1000])
        await home.roller.catch_up()
    before = home.told()
    assert home.store.cursor() is None
    await home.projector.project()
    assert home.told() == before
    await home.projector.rebuild()
    assert home.told() == before
    assert home.projector.health().ok
    assert home.roller.health().counters["revised"] == 0


async def test_the_parts_add_up_from_the_open_minute_to_the_year(home):
    await home.roller.start()
    samples = stream(80)
    await home.hear(samples)
    await home.roller.catch_up()
    counted = samples[-1].values[TOTAL] - samples[0].values[TOTAL]
    for step in INTERVAL_STEPS:
        columns = home.reads.interval_columns("linky", TOTAL, step, 0, EVER)
        assert sum(columns.value) == counted
        assert columns.revision[-1] == PROVISIONAL
        assert columns.coverage[-1] < 1
        unused = home.reads.interval_columns("linky", UNUSED, step, 0, EVER)
        assert unused.start_ms == columns.start_ms
        assert set(unused.value) == {0}, "unchanged is 0, not unknown"
    minutes = home.reads.intervals("linky", TOTAL, Step.MIN1, 0, EVER)
    whole = [row for row in minutes if row.start_ms < AT + 70 * HOUR_MS]
    half_hours = home.reads.intervals(
        "linky", TOTAL, Step.MIN30, 0, minutes[len(whole)].start_ms
    )
    end = half_hours[-1].end_ms
    inside = sum(row.value for row in minutes if row.start_ms < end)
    assert inside == sum(row.value for row in half_hours)


async def test_before_the_roller_has_closed_a_half_hour_it_is_provisional(home):
    await home.hear(stream(2))
    columns = home.reads.interval_columns("linky", TOTAL, Step.MIN30, 0, EVER)
    assert columns.revision == [PROVISIONAL] * 2


async def test_a_restart_rolls_nothing_twice_and_misses_nothing(home, tmp_path):
    samples = stream(30)
    cut = len(samples) * 2 // 3
    await home.roller.start()
    await home.hear(samples[:cut])
    await home.roller.catch_up()
    again = RollerConsumer(home.journal, home.reads)
    await again.start()
    await home.hear(samples[cut:])
    await again.catch_up()
    other = Home(tmp_path / "other") if (tmp_path / "other").mkdir() is None else None
    await other.roller.start()
    await other.hear(samples)
    await other.roller.catch_up()
    mine, theirs = home.told(), other.told()
    other.close()
    assert mine == theirs


async def test_a_late_import_revises_what_it_changes_and_is_read_at_once(
    home,
):
    await home.roller.start()
    await home.hear(stream(5))
    await home.roller.catch_up()
    await home.projector.project()
    old = [Sample("linky", AT - DAY_MS, {TOTAL: 0}, Quality.VALIDATED, "import")]
    await home.hear(old, Lane.HISTORY)
    await home.roller.catch_up()
    days = home.reads.intervals("linky", TOTAL, Step.DAY, 0, EVER)
    assert days[0].sources == "import"
    before = home.told()
    await home.projector.project()
    assert home.told() == before
    start = Calendar().interval(Step.MIN30, AT)[0]
    (first,) = home.reads.intervals("linky", TOTAL, Step.MIN30, start, start + 1)
    assert first.revision == 2


async def test_the_owner_s_correction_reaches_minutes_and_days(home):
    await home.roller.start()
    await home.hear(stream(5))
    start = Calendar().interval(Step.HOUR, AT + HOUR_MS)[0]
    word = Correction("linky", TOTAL, start, start + HOUR_MS, 123, AT)
    await home.journal.append([word])
    await home.roller.catch_up()
    for cut in (False, True):
        if cut:
            await home.projector.project()
        for step in (Step.MIN1, Step.MIN30, Step.HOUR):
            rows = home.reads.intervals("linky", TOTAL, step, start, start + HOUR_MS)
            assert sum(row.value for row in rows) == 123
            assert {row.quality for row in rows} == {Quality.CORRECTED}
        assert home.reads.corrections("linky") == [word]


async def test_baselines_and_slices_are_read_once_from_either_side(home):
    baseline = Baseline("linky", AT, "new meter", {TOTAL: 5})
    slices = tuple(
        Slice("linky", TOTAL, AT, AT + DAY_MS, value, Quality.VALIDATED, "enedis", at)
        for value, at in ((5, 1), (6, 2))
    )
    await home.journal.append([baseline, slices])
    for cut in (False, True):
        if cut:
            await home.projector.project()
        assert home.reads.baselines("linky") == [baseline]
        assert home.reads.slices("linky", TOTAL, 0, EVER) == [slices[1]]
        assert home.reads.intervals("linky", TOTAL, Step.DAY, 0, EVER) == []


async def test_only_what_is_committed_is_read(home):
    await home.hear(stream(1))
    (last,) = stream(1, at_ms=AT + HOUR_MS)[:1]
    home.journal.add_sample(last)
    assert home.reads.latest("linky").at_ms < last.at_ms
    assert home.reads.heard("linky")[1] < last.at_ms
    assert home.reads.latest("nobody") is None
    assert home.reads.raw("nobody", TOTAL, 0, EVER) == []
    assert home.reads.open("linky", "no_such_register", Step.DAY) == []
    assert home.reads.intervals("linky", PERIOD, Step.MIN1, 0, EVER) == []


async def test_pages_meet_at_every_grain(home):
    await home.roller.start()
    await home.hear(stream(9))
    await home.roller.catch_up()
    for step in (Step.MIN1, Step.MIN30):
        ask = partial(home.reads.interval_columns, "linky", POWER, step)
        whole = ask(0, EVER)
        at, paged = 0, []
        while len(
            page := home.reads.interval_columns("linky", POWER, step, at, EVER, 7)
        ):
            paged += page.start_ms
            at = page.start_ms[-1] + 1
        assert paged == whole.start_ms


async def test_the_projector_waits_and_goes_sooner_when_much_waits(home):
    now = [0.0]
    projector = Projector(
        home.journal, home.store, every_s=100, full=3, now=lambda: now[0]
    )
    running = asyncio.create_task(projector.run())
    while not projector.health().counters["rounds"]:
        await home.hear(stream(1)[:1])
        await asyncio.sleep(0)
    for i in range(1, 9):
        await home.hear([Sample("linky", AT + i, {TOTAL: 1})])
    while home.store.cursor() is None or home.store.cursor().seq < 3:  # noqa: ASYNC110 - turns, not time
        await asyncio.sleep(0)
    running.cancel()
    assert projector.health().counters["projected"] >= 3


async def test_without_a_journal_the_store_still_knows_the_latest(home):
    samples = stream(1)
    await home.hear(samples)
    await home.projector.project()

    class Empty:
        def read(self, after=None, *, limit=256):  # noqa: ARG002 - as a journal
            return []

        def last_sample(self, meter):  # noqa: ARG002 - same
            return None

        def facts(self, meter, start_ms, end_ms):  # noqa: ARG002 - same
            return []

    reads = Reads(home.store, Empty())
    assert reads.latest("linky") == samples[-1]
    assert reads.latest("nobody") is None
