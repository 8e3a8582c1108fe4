"""A source that says what changed is read and judged as one that doesn't.

RELEVE_CHANGE_RUNS sets how many noisy lines are tried.
"""

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.noise import KINDS as NOISE
from bench.true_meter import KINDS as METERS
from bench.true_meter import meter
from edge.gate import Gate
from edge.gate.changes import changes
from edge.sample import HostInstant, Reading
from edge.sources.mapping import Mapper
from teleinfo import Decoder
from teleinfo.frame import Frame

RUNS = int(os.environ.get("RELEVE_CHANGE_RUNS", "25"))
WALL_MS = 1_768_172_400_000  # where the true meters start
SEEN = HostInstant(WALL_MS, 0, True, "boot")
NAMES = ("import_total_wh", "apparent_power_va", "tariff_period", "relays")


def plain(frame):
    """Give a frame that doesn't say what changed since another."""
    return Frame(frame.mode, frame.complete, frame.groups, frame.refusals, frame.short)


def line(kind, seed, noise, frames=400):
    """Give (ms, frame) of a line on which frames are hit, lost, late or given twice."""
    rng = random.Random(seed)
    true = meter(kind, rng)
    decoder = Decoder(true.mode)
    at_ms = 0
    for _ in range(frames):
        at_ms += true.period_ms * (1 if rng.random() < 0.98 else rng.randint(0, 30))
        got = bytearray(true.next())
        if rng.random() < noise:
            rng.choice(list(NOISE.values()))(got, rng)
        if rng.random() < noise / 8:
            continue
        for frame in decoder.feed(bytes(got)):
            yield at_ms, frame
            if rng.random() < 0.01:
                yield at_ms, frame


@pytest.mark.timeout(300)
@settings(max_examples=RUNS, deadline=None)
@given(
    st.sampled_from(sorted(METERS)),
    st.integers(0, 1 << 32),
    st.sampled_from((0.0, 0.02, 0.2, 0.8)),
)
def test_what_changed_said_or_found_is_judged_the_same(kind, seed, noise):
    saying, finding = Mapper("linky"), Mapper("linky")
    told, found = Gate("linky"), Gate("linky")
    said = 0
    for at_ms, frame in line(kind, seed, noise):
        seen = HostInstant(WALL_MS + at_ms, at_ms * 1_000_000, True, "boot")
        one, other = saying.reading(frame, seen), finding.reading(plain(frame), seen)
        said += one.since is not None and one.since is not one.values
        assert other.since is None or other.since is other.values
        assert one == other
        assert list(one.values) == list(other.values)
        verdict, expected = told.judge(one), found.judge(other)
        assert verdict == expected
        if verdict.sample is not None:
            assert list(verdict.sample.values) == list(expected.sample.values)
    assert told.counters == found.counters
    assert told.refused == found.refused
    if kind.startswith("standard") and not noise:
        assert said > 150, "a clean line must say what changed, or nothing was tried"


@pytest.mark.parametrize("kind", METERS)
def test_a_frame_says_each_line_that_changed(kind):
    said = 0
    for _, frame in line(kind, 11, 0.05):
        if frame.since is not None:
            assert list(frame.groups) == list(frame.since)
            differing = {n for n in frame.groups if frame[n] != frame.since[n]}
            assert differing <= set(frame.changed)
            assert frame.complete
            assert not frame.refusals
            said += 1
    assert said > 50


@pytest.mark.parametrize("kind", [name for name in METERS if "standard" in name])
def test_a_reading_says_each_register_that_changed_in_order(kind):
    mapper, said = Mapper("linky"), 0
    for at_ms, frame in line(kind, 12, 0.05):
        reading = mapper.reading(frame, SEEN)
        if reading.since is not None:
            said += 1
            assert list(reading.values) == list(reading.since)
            differing = [
                name
                for name, value in reading.values.items()
                if value != reading.since[name]
            ]
            changed = [name for name in reading.changed if name in differing]
            assert changed == differing, f"at {at_ms} ms"
    assert said > 100


values = st.dictionaries(
    st.sampled_from(NAMES), st.one_of(st.none(), st.integers(0, 3), st.just("HP"))
)


@given(values, values)
def test_changes_are_those_of_the_values_whatever_was_read(one, other):
    fresh, alike = changes(Reading("linky", other, SEEN), one)
    missing = object()
    assert fresh == [n for n, value in other.items() if one.get(n, missing) != value]
    assert alike == (one.keys() == other.keys())


@given(values)
def test_the_word_of_another_reading_than_the_last_is_not_taken(read):
    now = {**read, "relays": 4}
    said = Reading("linky", now, SEEN, since=dict(read), changed=())
    assert changes(said, read)[0] == ["relays"]
