"""Hours of pulses by a simulated clock: cables pulled, counters killed at random.

RELEVE_PULSES is how many pulses the meter makes in all: 1000000 for the long campaign,
each some eight edges with its bounce.
"""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter
from pathlib import Path

import pytest

from edge.sources.pulses.count_file import FILE, PulseCounts
from tests.edge.sources.pulses.pulse_contacts import MS, T0_NS, WALL_MS
from tests.real.pulse_timeline import ALIVE, REACHED, STEP_NS, WORD, begin_of, made

pytestmark = [pytest.mark.real, pytest.mark.timeout(14_400)]

PULSES = int(os.environ.get("RELEVE_PULSES", "8000"))
LIVES = max(8, PULSES // 8_000)
CHILD = Path(__file__).with_name("pulse_timeline.py")
ROOT = Path(__file__).parents[2]
CUT_NS = 2_000 * MS
"""What may be lost before a cut."""
REST_NS = 30 * MS
PAUSE_NS = 2_400 * MS
"""The longest between two pulses' ends: after a commit, the next is so far away."""


def live_and_die(directory: Path, seed: int, pulses: int, down_ms: int) -> int:
    """Have a counter live a part and kill it somewhere; give the last it showed."""
    rng = random.Random(f"kill {seed}")
    begin_ns = begin_of(seed, pulses)
    # one in eight lives to the end of its part
    stop_ns = int(rng.uniform(0, 1.15) * 1_250 * MS * pulses) + begin_ns
    words = [sys.executable, str(CHILD), str(directory)]
    words += [str(number) for number in (seed, pulses, down_ms)]
    said, ends_s = b"", None
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "."},
    ) as counter:
        while ends_s is None or time.monotonic() < ends_s:
            if ends_s is None and has_come(directory, stop_ns):
                # not just behind what it said, which would spare the commits
                ends_s = time.monotonic() + rng.uniform(0, 0.02)
            wait_s = 0.2 if ends_s is None else max(0, ends_s - time.monotonic())
            if select.select([counter.stdout], [], [], wait_s)[0]:
                news = os.read(counter.stdout.fileno(), 65536)
                assert news, "the counter died by itself"
                said = said[-40:] + news
        os.kill(counter.pid, signal.SIGKILL)
        said += counter.stdout.read()
    whole = said[: said.rfind(b"\n") + 1].split()
    return int(whole[-1]) if whole else 0


def has_come(directory: Path, stop_ns: int) -> bool:
    """Tell whether the simulated clock is there, or its part over."""
    (reached,) = WORD.unpack((directory / REACHED).read_bytes())
    return reached >= stop_ns or b"over" in (directory / ALIVE).read_bytes()


def listened(directory: Path) -> tuple[list[tuple[int, int]], bool]:
    """Give when a life listened, and whether it was cut while it did."""
    (reached,) = WORD.unpack((directory / REACHED).read_bytes())
    lines = [line.split() for line in (directory / ALIVE).read_text().splitlines()]
    spans = [(int(line[1]), int(line[2])) for line in lines if line[0] == "from"]
    cut = bool(spans) and reached < spans[-1][1]
    if cut:
        spans[-1] = (spans[-1][0], reached)
    return spans, cut


def wall_ms(at_ns: int) -> int:
    return WALL_MS + (at_ns - T0_NS) // MS


def test_the_count_is_exact_up_to_what_fell_in_gaps_that_are_told(tmp_path):
    """What was heard 2 s before a cut is counted, what no line brought isn't."""
    pulses = PULSES // LIVES
    rng = random.Random(2)
    (tmp_path / REACHED).write_bytes(WORD.pack(0))
    tally: Counter[str] = Counter()
    gaps: list[tuple[int, int, int]] = []
    last_ns = None
    before = 0
    for seed in range(LIVES):
        (tmp_path / ALIVE).write_bytes(b"")
        down_ms = rng.randrange(600_000)
        shown = live_and_die(tmp_path, seed, pulses, down_ms)
        file = PulseCounts(tmp_path / FILE)
        kept, told = file.load("water"), file.uncounted("water")
        file.close()
        assert file.set_aside is None
        assert kept is not None
        assert kept.index_ml == kept.pulses * 1000  # nothing half counted
        assert shown <= kept.pulses
        spans, cut = listened(tmp_path)
        if cut and len(told) < len(gaps) + len(spans) - (last_ns is None):
            # cut between opening the line and noting it: it hadn't begun
            spans, cut = spans[:-1], False
        whole, flanks = made(seed, pulses)
        ends = [one.end_ns for one in whole]
        must = may = 0
        for n, (start_ns, end_ns) in enumerate(spans):
            killed = cut and n == len(spans) - 1
            safe_ns = end_ns - (CUT_NS if killed else STEP_NS + REST_NS)
            first = bisect_left(ends, start_ns)
            must += max(0, bisect_left(ends, safe_ns - REST_NS) - first)
            may += bisect_left(ends, end_ns) - first
            if last_ns is not None:
                gaps.append((last_ns[0], start_ns, last_ns[1]))
            last_ns = (end_ns, CUT_NS + PAUSE_NS if killed else 0)
            tally["cuts" if killed else "unplugged"] += 1
        counted = kept.pulses - before
        before = kept.pulses
        assert must <= counted <= may
        tally.update(
            pulses=pulses, edges=len(flanks), counted=counted, heard=may, sure=must
        )
        assert len(told) == len(gaps)
        for span, (from_ns, to_ns, early_ns) in zip(told, gaps, strict=True):
            assert wall_ms(from_ns - early_ns) <= span.start_ms <= wall_ms(from_ns)
            assert span.end_ms == wall_ms(to_ns)
        tally["gap_seconds"] = sum(span.length_ms for span in told) // 1000
    assert tally["unplugged"] > LIVES / 4
    assert tally["cuts"] > LIVES / 2
    lost = tally["heard"] - tally["counted"]
    assert lost <= tally["cuts"] * CUT_NS // (500 * MS)
    print(f"{LIVES} lives: {dict(tally)}, lost just before cuts: {lost}")  # noqa: T201 - the figures of a campaign
