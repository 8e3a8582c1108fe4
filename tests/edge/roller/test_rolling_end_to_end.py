"""Rolled as it came, in any order and any pieces, it is what plain reading gives."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from rolling_memory import Memory
from rolling_oracle import expected

from edge.calendar import Calendar
from edge.interval import INTERVAL_STEPS, Step
from edge.record import Address, Baseline, Correction, Lane, Record
from edge.roller import Roller
from edge.rollup.track import Track
from edge.sample import Quality, Sample, millis

EXAMPLES = int(os.environ.get("RELEVE_ROLLING_EXAMPLES", "25"))
PARIS = ZoneInfo("Europe/Paris")
STARTS = [
    millis(datetime(2026, 3, 28, 22, 10, tzinfo=PARIS)),  # before a day of 23 h
    millis(datetime(2026, 10, 24, 22, 10, tzinfo=PARIS)),  # before one of 25 h
    millis(datetime(2025, 12, 31, 22, 50, tzinfo=PARIS)),  # before a new year
    millis(datetime(2028, 2, 28, 23, 10, tzinfo=UTC)),  # before a leap day
]
REGISTERS = ("import_total_wh", "import_tariff01_wh", "apparent_power_va")
STEPS_MS = (
    1_000,
    2_100,
    9_999,
    10_000,
    10_001,
    61_000,
    900_000,
    1_800_000,
    7_000_000,
    30_000_000,
)


@st.composite
def streams(draw):
    """Samples in time order: steps, gaps, unknowns, silence, and indexes that rise."""
    at_ms, total, tariff = draw(st.sampled_from(STARTS)), 1000, 5
    samples = []
    for _ in range(draw(st.integers(1, 25))):
        total += draw(st.integers(0, 40))
        tariff += draw(st.integers(0, 3))
        values = dict(
            zip(REGISTERS, (total, tariff, draw(st.integers(0, 9000))), strict=True)
        )
        for name in REGISTERS:
            what = draw(st.integers(0, 9))
            if what == 0:
                values[name] = None
            elif what == 1:
                del values[name]
        if values:
            mark = draw(
                st.sampled_from([(Quality.RAW, "tic"), (Quality.ESTIMATED, "import")])
            )
            samples.append(Sample("linky", at_ms, values, *mark))
        at_ms += draw(st.sampled_from(STEPS_MS))
    # What comes back in an open half-hour is rolled when that closes: close it.
    end = {"voltage_l1_v": 230, "import_total_wh": total}
    for name in draw(st.sets(st.sampled_from(sorted(end)), max_size=1)):
        del end[name]
    return [*samples, Sample("linky", at_ms + 7_200_000, end)]


@st.composite
def deliveries(draw, stream):
    """The same samples cut in pieces, some late, some twice, some one by one."""
    samples = draw(stream)
    late = {i for i in range(len(samples)) if draw(st.integers(0, 5)) == 0}
    pieces, piece = [], []
    for i, sample in enumerate(samples[:-1]):
        if i in late:
            continue
        piece.append(sample)
        if draw(st.booleans()):
            pieces.append(piece)
            piece = []
    pieces.append(piece)
    for i in sorted(late, key=lambda _: draw(st.integers(0, 99))):
        pieces.insert(draw(st.integers(0, len(pieces))), [samples[i]])
    if draw(st.booleans()):
        pieces.append(draw(st.sampled_from(pieces)))
    return samples, [piece for piece in [*pieces, samples[-1:]] if piece]


def rolled(pieces, restart=False):
    memory = Memory()
    roller = Roller(memory)
    for piece in pieces:
        track = Track.from_samples(piece)
        memory.tracks.append(track)
        roller.hear(track)
        memory.keep(roller.settle())
        if restart:
            roller = Roller(memory, state=roller.state())
    return memory


def told(memory):
    """Rows as the oracle writes them."""
    rows = {}
    for slot, row in memory.rows.items():
        if row.value is None and row.coverage == 0:
            continue
        length = row.end_ms - row.start_ms
        known = round(row.coverage * length)
        mine = {
            "end": row.end_ms,
            "known": known,
            "quality": row.quality,
            "sources": row.sources,
        }
        if row.mean is None:
            mine["value"] = row.value
        else:
            mine |= {
                "weighted": round(row.mean * known),
                "minimum": row.minimum,
                "maximum": row.maximum,
            }
        rows[slot] = mine
    return rows


def same(mine, theirs):
    for slot in sorted(mine.keys() | theirs.keys(), key=str):
        assert mine.get(slot) == theirs.get(slot), slot


@given(deliveries(streams()), st.booleans())
@settings(max_examples=EXAMPLES)
def test_any_delivery_gives_the_rows_of_a_plain_reading(delivery, restart):
    samples, pieces = delivery
    memory = rolled(pieces, restart=restart)
    same(told(memory), expected(samples))


@st.composite
def replacements(draw):
    """A stream whose meter is replaced: indexes fall, a baseline makes up for it."""
    samples = draw(streams())
    cut = draw(st.integers(0, len(samples) - 1))
    at_ms = samples[cut].at_ms - draw(st.sampled_from((0, 1, 500, 100_000)))
    name = "import_total_wh"
    mended = []
    for sample in samples:
        values = dict(sample.values)
        if sample.at_ms >= at_ms and values.get(name) is not None:
            values[name] -= 995
        mended.append(
            Sample("linky", sample.at_ms, values, sample.quality, sample.origin)
        )
    words = [Baseline("linky", at_ms, "new meter", {name: 995})]
    if draw(st.booleans()):  # the owner first got it wrong
        words.insert(0, Baseline("linky", at_ms, "new meter", {name: 7}))
    return mended, words


@given(replacements(), st.integers(0, 30), st.booleans())
@settings(max_examples=EXAMPLES)
def test_a_replaced_meter_leaves_no_step_however_late_it_is_confirmed(
    replaced, when, restart
):
    samples, words = replaced
    memory = Memory()
    roller = Roller(memory)
    for i, sample in enumerate(samples):
        if i == min(when, len(samples) - 1):
            for word in words:
                memory._baselines.append(word)
                roller.take(record(word))
                memory.keep(roller.settle())
        track = Track.from_samples([sample])
        memory.tracks.append(track)
        roller.hear(track)
        memory.keep(roller.settle())
        if restart:
            roller = Roller(memory, state=roller.state())
    same(told(memory), expected(samples, words))


def record(body):
    return Record(Address(1, 1), Lane.HISTORY, body.meter, 0, 1, body)


def rows_of(memory, step, name):
    rows = [r for (n, s, _), r in memory.rows.items() if n == name and s is step]
    return sorted(rows, key=lambda row: row.start_ms)


def parts_add_up(memory, name):
    calendar = Calendar()
    for child, step in pairwise(INTERVAL_STEPS):
        for whole in rows_of(memory, step, name):
            parts = [
                row
                for row in rows_of(memory, child, name)
                if calendar.interval(step, row.start_ms)[0] == whole.start_ms
            ]
            values = [row.value for row in parts if row.value is not None]
            assert whole.value == (sum(values) if values else None)


@given(deliveries(streams()), st.data(), st.booleans())
@settings(max_examples=EXAMPLES)
def test_what_the_owner_corrects_counts_and_the_parts_still_add_up(
    delivery, data, restart
):
    samples, pieces = delivery
    calendar, name = Calendar(), "import_total_wh"
    first, last = samples[0].at_ms, samples[-1].at_ms
    edges = calendar.boundaries(Step.MIN30, first, last).tolist()
    low = data.draw(st.integers(0, len(edges) - 2))
    high = data.draw(st.integers(low + 1, len(edges) - 1))
    value = data.draw(st.one_of(st.none(), st.integers(0, 5000)))
    word = Correction("linky", name, edges[low], edges[high], value, last)
    when = data.draw(st.integers(0, len(pieces) - 1))
    memory, plain = Memory(), rolled(pieces)
    roller = Roller(memory)
    for i, piece in enumerate(pieces):
        track = Track.from_samples(piece)
        memory.tracks.append(track)
        roller.hear(track)
        if i == when:
            memory._corrections.append(word)
            roller.take(record(word))
        memory.keep(roller.settle())
        if restart:
            roller = Roller(memory, state=roller.state())
    closed = [r for r in rows_of(memory, Step.MIN30, name) if r.end_ms <= last]
    inside = [r for r in closed if word.start_ms <= r.start_ms < word.end_ms]
    assert all(row.quality is Quality.CORRECTED for row in inside)
    if word.end_ms <= calendar.interval(Step.MIN30, last)[0]:
        counted = [row.value for row in inside if row.value is not None]
        assert sum(counted) == (value or 0)
        assert inside or value is None
    outside = {r.start_ms: r.value for r in closed if r not in inside}
    base = {r.start_ms: r.value for r in rows_of(plain, Step.MIN30, name)}
    assert all(base[at] == counted for at, counted in outside.items())
    parts_add_up(memory, name)
    for whole in rows_of(memory, Step.DAY, name):
        if any(whole.start_ms <= row.start_ms < whole.end_ms for row in inside):
            assert whole.quality is Quality.CORRECTED


def test_a_correction_is_a_revision_of_what_it_changes_and_nothing_else():
    at = STARTS[0]
    samples = [
        Sample("linky", at + i * 5000, {"import_total_wh": i}) for i in range(2000)
    ]
    memory = rolled([samples])
    before = len(memory.revisions)
    start = Calendar().interval(Step.MIN30, at + 1_800_000)[0]
    word = Correction("linky", "import_total_wh", start, start + 1_800_000, 7, at)
    memory._corrections.append(word)
    roller = Roller(memory, state=last_state(samples))
    roller.take(record(word))
    memory.keep(roller.settle())
    told_now = memory.revisions[before:]
    assert {row.step for row in told_now} == {Step.MIN30, Step.HOUR, Step.DAY}
    assert all(row.revision == 2 for row in told_now)
    roller.take(record(word))
    assert roller.settle() == [], "said twice, it is done once"


def last_state(samples):
    memory = Memory()
    roller = Roller(memory)
    track = Track.from_samples(samples)
    memory.tracks.append(track)
    roller.hear(track)
    roller.settle()
    return roller.state()


def test_rows_whose_readings_were_pruned_change_by_the_owner_s_word_only():
    at = STARTS[0]
    samples = [
        Sample("linky", at + i * 5000, {"import_total_wh": i}) for i in range(2000)
    ]
    memory = rolled([samples])
    memory.tracks.clear()
    memory.pruned = at + 10_000_000
    roller = Roller(memory, state=last_state(samples))
    late = Track.from_samples([Sample("linky", at + 4_000_001, {"import_total_wh": 1})])
    memory.tracks.append(late)
    roller.hear(late)
    assert roller.settle() == []
    start = Calendar().interval(Step.MIN30, at + 4_000_000)[0]
    word = Correction("linky", "import_total_wh", start, start + 900_000, 100, at)
    memory._corrections.append(word)
    roller.take(record(word))
    memory.keep(roller.settle())
    (row,) = [
        r for r in rows_of(memory, Step.MIN30, "import_total_wh") if r.start_ms == start
    ]
    assert row.value == 100 + 180, "half of it replaced, half of it left"
    parts_add_up(memory, "import_total_wh")


def test_an_owner_may_tell_the_history_of_a_meter_that_never_spoke():
    at = STARTS[2] // 1_800_000 * 1_800_000
    word = Correction("linky", "import_total_wh", at, at + 3_600_000, 999, at)
    memory = Memory()
    memory._corrections.append(word)
    roller = Roller(memory)
    roller.take(record(word))
    memory.keep(roller.settle())
    values = [r.value for r in rows_of(memory, Step.MIN30, "import_total_wh")]
    assert values == [499, 500]


def test_an_import_from_before_is_joined_to_the_first_word_of_the_meter():
    at = STARTS[0]
    samples = [
        Sample("linky", at + i * 5000, {"import_total_wh": 900 + i})
        for i in range(2000)
    ]
    memory = rolled([samples])
    roller = Roller(memory, state=last_state(samples))
    old = [
        Sample(
            "linky",
            at - 40 * 86_400_000,
            {"import_total_wh": 0},
            Quality.VALIDATED,
            "import",
        )
    ]
    memory.tracks.append(Track.from_samples(old))
    roller.hear(Track.from_samples(old))
    memory.keep(roller.settle())
    same(told(memory), expected([*old, *samples]))
