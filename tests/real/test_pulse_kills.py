"""kill -9 while pulses fall: what was shown was counted, and none is counted twice.

RELEVE_PULSES is how many pulses fall in all: 1000000 for the long campaign.
"""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.sources.pulses.count_file import FILE, PulseCounts

pytestmark = pytest.mark.real

PULSES = int(os.environ.get("RELEVE_PULSES", "6000"))
LIVES = 12
CHILD = Path(__file__).with_name("pulse_child.py")
ROOT = Path(__file__).parents[2]


def live_and_die(
    directory: Path, seed: int, counted: int, pulses: int, *, whole_life: bool = False
) -> int:
    """Let a counter count and kill it somewhere; give the last index it showed."""
    rng = random.Random(seed)
    command = [sys.executable, str(CHILD), str(directory)]
    command += [str(number) for number in (seed, counted, pulses)]
    said = b""
    stop_at = pulses if whole_life else rng.randint(1, pulses)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."}
    ) as counter:
        deadline = None
        while deadline is None or time.monotonic() < deadline:
            last = said[: said.rfind(b"\n") + 1].split()
            if deadline is None and last and int(last[-1]) - counted >= stop_at:
                # not just behind what it said, which would spare the commits
                deadline = time.monotonic() + rng.uniform(0, 0.02)
            wait = 20 if deadline is None else max(0, deadline - time.monotonic())
            if select.select([counter.stdout], [], [], wait)[0]:
                news = os.read(counter.stdout.fileno(), 65536)
                assert news, "the counter died by itself"
                said += news
        os.kill(counter.pid, signal.SIGKILL)
        said += counter.stdout.read()
    whole = [int(word) for word in said[: said.rfind(b"\n") + 1].split()]
    assert whole == sorted(whole)
    assert whole[-1] - whole[0] == len(set(whole)) - 1  # none was passed over
    return whole[-1]


@pytest.mark.timeout(7_200)
def test_a_count_survives_kills_and_is_exact(tmp_path):
    """Each life goes on from what is durable, as a meter whose pulses wait for it."""
    directory, counted = tmp_path, 0
    for seed in range(LIVES):
        shown = live_and_die(directory, seed, counted, PULSES // LIVES)
        file = PulseCounts(directory / FILE)
        kept = file.load("water")
        assert len(file.uncounted("water")) == seed
        file.close()
        assert file.set_aside is None
        assert kept.index_ml == kept.pulses * 1000  # nothing half counted
        # what was shown is kept; what was kept and not shown is one commit's
        assert shown <= kept.pulses <= counted + PULSES // LIVES
        counted = kept.pulses
    pulses = PULSES // LIVES
    shown = live_and_die(directory, LIVES, counted, pulses, whole_life=True)
    file = PulseCounts(directory / FILE)
    assert shown == counted + pulses == file.load("water").pulses
    file.close()
