"""Rolled as it came, in any order and any pieces, it is what plain reading gives."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from rolling_memory import Memory
from rolling_oracle import expected

from edge.calendar import Calendar
from edge.interval import INTERVAL_STEPS, Step
from edge.record import Baseline
from edge.roller import Roller
from edge.rollup.track import Track
from edge.sample import Quality, Sample, millis

EXAMPLES = int(os.environ.get("RELEVE_ROLLING_EXAMPLES", "40"))
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


def rolled(pieces, baselines=(), restart=False):
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
        mine = dict(
            end=row.end_ms, known=known, quality=row.quality, sources=row.sources
        )
        if row.mean is None:
            mine["value"] = row.value
        else:
            mine |= dict(
                weighted=round(row.mean * known),
                minimum=row.minimum,
                maximum=row.maximum,
            )
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
