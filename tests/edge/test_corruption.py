"""Damaged frames through decoder and gate: no false index, and the truth flows on.

RELEVE_CORRUPTED_FRAMES sets how many; the ten million are `python -m bench.corruption`.
"""

import os
import random
from collections import Counter
from typing import ClassVar

import pytest

from bench.corruption import CLEAN_FRAMES, FLOOR_FRAMES, Campaign, Tally, jobs, report
from bench.noise import KINDS, Stuck
from bench.true_meter import KINDS as METERS
from bench.true_meter import meter
from edge.sample import HostInstant
from edge.sources.mapping import Mapper
from teleinfo import Decoder

FRAMES = int(os.environ.get("RELEVE_CORRUPTED_FRAMES", "10000"))
# Another one in each run, the same in all processes of one.
RANDOM_SEED = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(
    1 << 30
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", METERS)
@pytest.mark.parametrize("seed", [20261124, RANDOM_SEED])
def test_no_false_index_is_let_in_and_true_ones_are_soon_back(kind, seed):
    tally = Campaign(kind, seed).run(FRAMES // (2 * len(METERS)))
    assert tally.false == [], f"seed {seed}"
    assert tally.passed.total() > 0, "the campaign must hit what a checksum lets in"
    for how, frames in tally.slowest.items():
        assert frames <= FLOOR_FRAMES[how] < CLEAN_FRAMES
    assert tally.samples >= tally.frames * 0.85, "the rest of a damaged frame lives"


@pytest.mark.parametrize("kind", METERS)
def test_a_true_meters_frames_are_whole_and_say_its_truth(kind):
    true, decoder = meter(kind, random.Random(7)), Decoder()
    mapper = Mapper("linky")
    read = []
    for _ in range(200):
        read += decoder.feed(true.next())
    assert len(read) == 200
    assert not any(frame.refusals or not frame.complete for frame in read)
    for n, frame in enumerate(read):
        reading = mapper.reading(frame, HostInstant(n, n, True, "boot"))
    assert true.truth.items() <= reading.values.items()


@pytest.mark.parametrize("name", KINDS)
def test_each_damage_changes_frames(name):
    rng = random.Random(3)
    true = meter("standard producer", rng)
    changed = 0
    for _ in range(50):
        sent = true.next()
        got = bytearray(sent)
        KINDS[name](got, rng)
        changed += got != sent
    assert changed >= 25


def test_stuck_bits_are_the_same_in_every_frame():
    rng = random.Random(5)
    stuck = Stuck(100, rng)
    one, other = bytearray(b"\x55" * 100), bytearray(b"\x55" * 100)
    stuck(one, rng)
    stuck(other, rng)
    assert one == other


def test_the_campaign_sees_a_gate_that_lets_everything_in(monkeypatch):
    campaign = Campaign("historic base", 1)

    class Open:
        refused: ClassVar[Counter[str]] = Counter()
        device_pending = False

        def judge(self, reading):
            from edge.gate import Verdict  # noqa: PLC0415 - a fake's own need
            from edge.sample import Sample  # noqa: PLC0415

            return Verdict(Sample("linky", 0, reading.values), reading.seen)

    monkeypatch.setattr(campaign, "_gate", Open())
    assert campaign.run(2000).false


def test_parts_of_a_campaign_add_up_and_are_reported():
    whole = Tally()
    for kind, seed, frames in jobs(300, 9, chunk=100):
        whole.add(Campaign(kind, seed).run(frames))
    assert whole.damaged >= 300
    assert "| frames damaged |" in report(whole, 2.0, 9)
