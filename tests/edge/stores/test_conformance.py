"""What every store must answer, whatever engine is behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from edge.calendar import DAY_MS, HOUR_MS, MINUTE_MS, Calendar
from edge.event import Event, EventKind
from edge.interval import Interval, Point, Step
from edge.journal.block import Block
from edge.record import Address, Baseline, Correction, Lane, Record
from edge.rollup.track import Track
from edge.sample import Gap, Quality, Sample, Slice, millis

PARIS = ZoneInfo("Europe/Paris")
AT = millis(datetime(2026, 10, 24, 22, 0, tzinfo=PARIS))
EVER = 1 << 50
TOTAL, POWER, PERIOD = "import_total_wh", "apparent_power_va", "tariff_period"


class Told:
    """Records in the order of a journal."""

    def __init__(self):
        self.seq = 0

    def __call__(self, body, lane=Lane.PRESENT):
        self.seq += 1
        first = body[0] if isinstance(body, tuple) else body
        start = getattr(first, "start_ms", None) or getattr(first, "at_ms", 0)
        address = Address(1, self.seq)
        return Record(address, lane, first.meter, start, start + 1, body)

    def block(self, *samples):
        return self(Block.of(samples))


@pytest.fixture
def told():
    return Told()


def sample(at_ms, meter="linky", **values):
    return Sample(meter, at_ms, values)


def row(start_ms, value, step=Step.MIN30, register=TOTAL, **more):
    length = {Step.MIN1: MINUTE_MS, Step.MIN30: 30 * MINUTE_MS, Step.HOUR: HOUR_MS}
    end = start_ms + length.get(step, DAY_MS)
    return Interval("linky", register, step, start_ms, end, value, **more)


def mean(start_ms, weighted, known_ms, low, high, step=Step.MIN30):
    part = {"minimum": low, "mean": weighted / known_ms, "maximum": high}
    value = (2 * weighted + known_ms) // (2 * known_ms)
    made = row(start_ms, value, step, POWER, **part)
    return replace(made, coverage=known_ms / (made.end_ms - made.start_ms))


def rows(store, step=Step.MIN30, register=TOTAL, start=0, end=EVER, limit=99):
    return store.intervals("linky", register, step, start, end, limit)


def test_a_new_store_holds_nothing_and_answers(store):
    assert store.cursor() is None
    assert store.meters() == {}
    assert rows(store) == []
    assert rows(store, Step.MIN1) == []
    assert store.raw("linky", TOTAL, 0, EVER, 9) == []
    assert store.heard("linky") is None
    assert len(store.track("linky", 0, EVER)) == 0
    assert store.slices("linky", TOTAL, 0, EVER, 9) == []
    assert store.baselines("linky") == store.corrections("linky") == []
    assert len(store.interval_columns("linky", TOTAL, Step.DAY, 0, EVER, 9)) == 0
    assert store.minutes_kept("linky", 0, EVER) == set()
    assert store.pruned_ms("linky") == 0
    assert store.prune("linky", Step.RAW, EVER) == 0
    assert store.health().answers


def test_projecting_nothing_changes_nothing(store):
    store.project([])
    assert store.cursor() is None


def test_the_cursor_is_the_last_record_projected_and_never_goes_back(store, told):
    first, second = told.block(sample(AT, a=1)), told.block(sample(AT + 1000, a=1))
    store.project([first, second])
    assert store.cursor() == Address(1, 2)
    store.project([first])
    assert store.cursor() == Address(1, 2)


def test_raw_gives_changes_and_the_first_word_of_each_hour(store, told):
    at = AT + HOUR_MS - 2000
    block = told.block(
        *(
            sample(at + 1000 * i, **{TOTAL: wh, PERIOD: text})
            for i, (wh, text) in enumerate(
                [(7, "HC"), (8, "HC"), (8, "HP"), (8, "HP"), (None, "HP"), (9, "HP")]
            )
        )
    )
    store.project([block])
    assert store.raw("linky", TOTAL, 0, EVER, 99) == [
        Point(at, 7),
        Point(at + 1000, 8),
        Point(at + 2000, 8),
        Point(at + 4000, None),
        Point(at + 5000, 9),
    ]
    assert [p.value for p in store.raw("linky", PERIOD, 0, EVER, 99)] == ["HC", "HP"]
    assert store.meters() == {"linky": (TOTAL, PERIOD)}
    assert store.heard("linky") == (at, at + 5000)


def test_raw_is_half_open_and_limited_and_pages_meet(store, told):
    samples = [sample(AT + 900_000 * i, **{TOTAL: i}) for i in range(200)]
    store.project([told.block(*samples)])
    everything = store.raw("linky", TOTAL, 0, EVER, 999)
    assert [p.value for p in everything] == list(range(200))
    start, end = AT + 900_000, AT + 3 * 900_000
    assert [p.value for p in store.raw("linky", TOTAL, start, end, 9)] == [1, 2]
    paged, at = [], 0
    while page := store.raw("linky", TOTAL, at, EVER, 7):
        paged += page
        at = page[-1].at_ms + 1
    assert paged == everything


def test_late_repeated_and_interleaved_blocks_are_one_track(store, told):
    samples = [sample(AT + 1000 * i, **{TOTAL: i // 3}) for i in range(30)]
    late, rest = samples[10:20], samples[:10] + samples[20:]
    pieces = [told.block(*rest[:10]), told.block(*rest[10:]), told.block(*late)]
    for piece in (*pieces, pieces[1]):
        store.project([piece])
    assert store.track("linky", 0, EVER).samples() == samples


def test_a_register_that_a_late_block_lacks_is_not_known_by_it(store, told):
    full = [
        sample(AT, **{TOTAL: 1, POWER: 5}),
        sample(AT + 9000, **{TOTAL: 1, POWER: 5}),
    ]
    store.project([told.block(*full)])
    store.project([told.block(sample(AT + 4000, **{TOTAL: 1}))])
    told_again = store.track("linky", 0, EVER).samples()
    assert [POWER in s.values for s in told_again] == [True, False, True]


def test_a_text_that_is_unknown_for_an_hour_is_unknown_and_read_again(store, told):
    samples = [sample(AT + 1000 * i, **{PERIOD: None, TOTAL: i}) for i in range(5)]
    store.project([told.block(*samples[:3])])
    store.project([told.block(*samples[3:])])
    assert store.track("linky", 0, EVER).samples() == samples
    assert [p.value for p in store.raw("linky", PERIOD, 0, EVER, 9)] == [None]


def test_a_text_comes_and_goes_within_hours_told_twice(store, told):
    texts = ["HC", None, "HP", None, None, "", "HC"]
    samples = [sample(AT + 1000 * i, **{PERIOD: text}) for i, text in enumerate(texts)]
    store.project([told.block(*samples[1:4])])
    store.project([told.block(*samples), told.block(*samples[3:5])])
    assert store.track("linky", 0, EVER).samples() == samples


def test_a_track_may_be_asked_for_some_registers_over_some_time(store, told):
    samples = [sample(AT + 60_000 * i, **{TOTAL: i, POWER: 3}) for i in range(90)]
    store.project([told.block(*samples)])
    track = store.track("linky", AT + 120_000, AT + 240_000, [POWER])
    assert track.instants.tolist() == [AT + 120_000, AT + 180_000]
    assert set(track.columns) == {POWER}


def test_two_meters_do_not_mix(store, told):
    store.project(
        [
            told.block(sample(AT, **{TOTAL: 1})),
            told.block(sample(AT, meter="water", volume_l=5)),
        ]
    )
    assert store.raw("water", TOTAL, 0, EVER, 9) == []
    assert [p.value for p in store.raw("water", "volume_l", 0, EVER, 9)] == [5]


def test_a_register_that_rows_alone_speak_of_is_one_of_its_meters(store, told):
    store.project([told((row(AT, 1), row(AT + HOUR_MS, 2)))])
    assert store.meters() == {"linky": (TOTAL,)}


def test_quality_and_origin_stay_with_their_instants(store, told):
    estimated = Sample("linky", AT + 1000, {TOTAL: 2}, Quality.ESTIMATED, "import")
    store.project([told.block(sample(AT, **{TOTAL: 1})), told(Block.of([estimated]))])
    points = store.raw("linky", TOTAL, 0, EVER, 9)
    assert [p.quality for p in points] == [Quality.RAW, Quality.ESTIMATED]
    assert store.track("linky", 0, EVER).samples()[1].origin == "import"


@pytest.mark.parametrize(
    "step", [Step.MIN30, Step.HOUR, Step.DAY, Step.MONTH, Step.YEAR]
)
def test_rows_come_back_as_they_went_in(store, told, step):
    start, end = Calendar().interval(step, AT)
    plain = replace(row(start, 12, step), end_ms=end, coverage=0.25)
    still = replace(row(start, 0, step, "import_tariff02_wh"), end_ms=end)
    known = (end - start) // 3
    measured = replace(
        mean(start, 777 * known + 5, known, 0, 9000, step),
        end_ms=end,
        coverage=known / (end - start),
    )
    gone = replace(
        row(start, None, step, "import_tariff01_wh", coverage=0.0),
        end_ms=end,
        quality=Quality.CORRECTED,
        sources="owner",
    )
    given = (plain, still, measured, gone)
    store.project([told(given)])
    for one in given:
        assert rows(store, step, one.register) == [one]
        columns = store.interval_columns("linky", one.register, step, 0, EVER, 9)
        assert columns.rows("linky", one.register, step) == [one]


def test_rows_are_ordered_half_open_and_limited(store, told):
    given = tuple(row(AT + i * 1_800_000, i % 3) for i in range(50))
    store.project([told(given[25:]), told(given[:25])])
    assert rows(store) == list(given)
    assert rows(store, limit=4) == list(given[:4])
    start, end = given[7].start_ms, given[11].start_ms
    assert rows(store, start=start, end=end) == list(given[7:11])
    assert rows(store, start=start + 1, end=end + 1) == list(given[8:12])
    assert rows(store, start=end, end=start) == []


def test_projecting_again_changes_nothing(store, told):
    block = told.block(sample(AT, **{TOTAL: 1}), sample(AT + 1000, **{TOTAL: 2}))
    records = [block, told((row(AT, 5), row(AT, 0, register="import_tariff01_wh")))]
    records.append(told((slice_(9),)))
    records.append(told(Baseline("linky", AT, "new meter", {TOTAL: 4})))
    for _ in range(3):
        store.project(records)
    assert len(rows(store)) == 1
    assert len(store.raw("linky", TOTAL, 0, EVER, 9)) == 2
    assert len(store.slices("linky", TOTAL, 0, EVER, 9)) == 1
    assert len(store.baselines("linky")) == 1


@pytest.mark.parametrize(("first", "second"), [(5, 7), (5, 0), (0, 5), (0, 0)])
@pytest.mark.parametrize("again", [False, True])
def test_the_newest_revision_of_a_row_stands(store, told, first, second, again):
    old = told((row(AT, first),))
    new = told((row(AT, second, revision=2, coverage=0.5),))
    store.project([old])
    store.project([new])
    if again:
        store.project([old])
    assert rows(store) == [row(AT, second, revision=2, coverage=0.5)]
    assert rows(store, limit=1) == rows(store)


def test_a_revision_of_long_ago_is_seen_among_years_of_rows(store, told):
    given = [row(AT + i * 1_800_000, i % 7) for i in range(5000)]
    for at in range(0, 5000, 1000):
        store.project([told(tuple(given[at : at + 1000]))])
    assert rows(store, limit=9999) == given
    for i, value in ((3, 0), (700, 99), (4999, 1)):
        given[i] = replace(given[i], value=value, revision=2)
        store.project([told((given[i],))])
        assert rows(store, limit=9999) == given
        columns = store.interval_columns("linky", TOTAL, Step.MIN30, 0, EVER, 9999)
        assert columns.value == [one.value for one in given]


def test_both_half_hours_of_the_hour_that_comes_twice_are_kept(store, told):
    edges = Calendar().boundaries(Step.MIN30, AT, AT + 8 * HOUR_MS)
    given = tuple(row(int(at), i) for i, at in enumerate(edges[:-1]))
    store.project([told(given)])
    assert [one.start_ms for one in rows(store)] == edges[:-1].tolist()


def slice_(value, received_ms=AT):
    return Slice(
        "linky", TOTAL, AT, AT + DAY_MS, value, Quality.VALIDATED, "enedis", received_ms
    )


def test_slices_are_kept_apart_as_given_the_last_received_wins(store, told):
    store.project([told((slice_(9),))])
    store.project([told((slice_(11, AT + 5),))])
    store.project([told((slice_(8, AT - 5),))])
    assert store.slices("linky", TOTAL, 0, EVER, 9) == [slice_(11, AT + 5)]
    assert rows(store, Step.DAY) == []
    assert store.raw("linky", TOTAL, 0, EVER, 9) == []


def days_of_slices(values, received_ms, index_end=None):
    return tuple(
        Slice(
            "linky",
            TOTAL,
            AT + day * DAY_MS,
            AT + (day + 1) * DAY_MS,
            value,
            Quality.RAW,
            "file:enedis",
            received_ms,
            index_end,
        )
        for day, value in enumerate(values)
    )


def test_a_slice_that_is_withdrawn_stands_no_more_and_an_older_one_stays_away(
    store, told
):
    first = days_of_slices((1, 2, 3, 4), AT, 70)
    store.project([told(first)])
    assert store.slices("linky", TOTAL, 0, EVER, 9) == list(first)
    gone = days_of_slices((None, None, None), AT + 5)
    store.project([told(gone)])
    assert store.slices("linky", TOTAL, 0, EVER, 9) == [first[3]]
    store.project([told(first)])
    assert store.slices("linky", TOTAL, 0, EVER, 9) == [first[3]]
    again = days_of_slices((9,), AT + 7)
    store.project([told(again)])
    assert store.slices("linky", TOTAL, 0, EVER, 9) == [*again, first[3]]


def test_the_owner_s_words_come_back_in_their_order(store, told):
    first = Baseline("linky", AT, "new meter", {TOTAL: 4})
    second = Baseline("linky", AT - 5, "mode", {TOTAL: 1}, device="3")
    word = Correction("linky", TOTAL, AT, AT + HOUR_MS, None, AT, "wrong")
    event = Event("linky", AT, EventKind.TARIFF, {"to": "HC"})
    gap = Gap("linky", AT, AT + 5, "unplugged")
    store.project([told(body) for body in (first, word, event, gap, second)])
    assert store.baselines("linky") == [first, second]
    assert store.corrections("linky") == [word]


DAY = AT // DAY_MS * DAY_MS


def minutes(register=TOTAL, count=90, day=DAY):
    if register == POWER:
        return [
            mean(
                day + i * MINUTE_MS,
                59_999 * (500 + i) + i,
                59_999,
                490,
                2000,
                Step.MIN1,
            )
            for i in range(count)
        ]
    return [row(day + i * MINUTE_MS, i % 4, Step.MIN1) for i in range(0, count, 2)]


def test_minutes_kept_come_back_and_their_day_is_known(store):
    given = [*minutes(), *minutes(POWER)]
    store.keep_minutes("linky", DAY, given)
    assert rows(store, Step.MIN1) == minutes()
    assert rows(store, Step.MIN1, POWER) == minutes(POWER)
    assert rows(store, Step.MIN1, start=DAY + 1, limit=2) == minutes()[1:3]
    assert store.minutes_kept("linky", 0, EVER) == {DAY}
    assert store.minutes_kept("linky", DAY + DAY_MS, EVER) == set()


def test_minutes_of_mixed_quality_keep_each_its_own(store):
    given = minutes()
    given[3] = replace(given[3], quality=Quality.INTERPOLATED, sources="", coverage=0.0)
    store.keep_minutes("linky", DAY, given)
    store.keep_minutes("linky", DAY, given)
    assert rows(store, Step.MIN1) == given


def test_a_silent_day_is_kept_as_one(store):
    store.keep_minutes("linky", DAY, [])
    assert store.minutes_kept("linky", 0, EVER) == {DAY}
    assert rows(store, Step.MIN1) == []


def test_late_words_on_a_day_let_go_of_its_minutes(store, told):
    for day in (DAY - 9 * DAY_MS, DAY, DAY + 9 * DAY_MS):
        store.project([told.block(sample(day, **{TOTAL: 1}))])
    for day in range(DAY - 10 * DAY_MS, DAY + 10 * DAY_MS, DAY_MS):
        store.keep_minutes("linky", day, minutes(day=day))
    store.project([told.block(sample(DAY + 2 * DAY_MS, **{TOTAL: 1}))])
    left = store.minutes_kept("linky", 0, EVER)
    assert DAY - DAY_MS in left
    assert not left & {DAY + i * DAY_MS for i in range(9)}


def test_pruning_raw_leaves_rows_and_minutes_and_says_so(store, told):
    samples = [sample(AT + HOUR_MS * i, **{TOTAL: i}) for i in range(50)]
    store.project([told.block(*samples), told((row(AT, 5),))])
    store.keep_minutes("linky", DAY, minutes())
    assert store.prune("linky", Step.RAW, AT + 10 * HOUR_MS) > 0
    assert store.heard("linky") == (AT + 10 * HOUR_MS, AT + 49 * HOUR_MS)
    assert store.pruned_ms("linky") == AT + 10 * HOUR_MS
    assert rows(store) == [row(AT, 5)]
    assert rows(store, Step.MIN1) == minutes()
    store.project([told.block(sample(AT + 5, **{TOTAL: 0}))])
    assert rows(store, Step.MIN1) == minutes(), "no raw is left to roll them again"


def test_pruning_minutes_and_rows_takes_what_ended_before(store, told):
    store.keep_minutes("linky", DAY, minutes())
    store.keep_minutes("linky", DAY + DAY_MS, minutes(day=DAY + DAY_MS))
    given = tuple(row(AT + i * 1_800_000, i % 2) for i in range(3000))
    for at in range(0, 3000, 500):
        store.project([told(given[at : at + 500])])
    assert store.prune("linky", Step.MIN1, DAY + DAY_MS + 5) > 0
    assert store.minutes_kept("linky", 0, EVER) == {DAY + DAY_MS}
    assert store.prune("linky", Step.MIN30, given[1500].start_ms) == 1500
    assert rows(store, limit=9999) == list(given[1500:])


def test_a_track_and_its_samples_are_the_same_thing(store, told):
    samples = [
        sample(AT, **{TOTAL: 1, PERIOD: "HC"}),
        sample(AT + 900, **{TOTAL: None, PERIOD: "HC"}),
        sample(AT + 1800, **{TOTAL: 3, PERIOD: None}),
    ]
    store.project([told.block(*samples)])
    assert Track.from_samples(samples).samples() == samples
    assert store.track("linky", 0, EVER).samples() == samples
