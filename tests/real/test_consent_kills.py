"""kill -9 at every step of granting and withdrawing: never more than the ledger says.

What was acknowledged is there; at most one decision more is, the one that was under
way, and it is there whole.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge.consent.consents import Consents
from tests.real.consent_plan import PARIS, PLAN, Standing, rights

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

CHILD = Path(__file__).with_name("consent_child.py")
ROOT = Path(__file__).parents[2]


def read(line: str) -> tuple[tuple[str, str], ...]:
    return tuple((purpose, grain) for purpose, grain in json.loads(line))


@pytest.fixture(scope="module")
def lives(tmp_path_factory) -> dict[int, Path]:
    """Give the directory of each life, by the step that it was killed at."""
    directory = tmp_path_factory.mktemp("lives")
    command = [sys.executable, str(CHILD), str(directory)]
    subprocess.run(
        command, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."}, timeout=170
    )
    return {int(one.name): one for one in sorted(directory.iterdir())}


@pytest.fixture(scope="module")
def states(lives) -> list[tuple[tuple[str, str], ...]]:
    """Give what stands before the first decision, and after each: the life not cut."""
    whole = lives[max(lives)]
    return [(), *map(read, (whole / "acked").read_text().splitlines())]


def test_what_is_decided_gives_and_takes(states):
    assert states == [
        (),
        (("a", "hour"), ("b", "hour")),
        (("a", "hour"), ("b", "hour"), ("c", "hour")),
        (("a", "day"), ("b", "hour"), ("c", "hour")),
        (("c", "hour"),),
        (("c", "hour"),),
        (("c", "hour"),),
        (("a", "day"), ("b", "month"), ("c", "hour")),
        (("a", "day"), ("b", "month"), ("c", "hour")),
        (("a", "day"), ("b", "month"), ("c", "month")),
        (),
        (("a", "day"), ("b", "month"), ("c", "month")),
        (("c", "month"),),
        (),
    ]
    assert len(states) == len(PLAN) + 1


def test_at_every_step_what_stands_is_what_was_acknowledged_or_one_decision_more(
    lives, states, record_property
):
    assert len(lives) > 2 * len(PLAN) * 3
    record_property("kills", len(lives) - 1)
    ahead = 0
    for step, directory in lives.items():
        file = directory / "acked"
        acked = file.read_text().splitlines() if file.exists() else []
        assert list(map(read, acked)) == states[1 : len(acked) + 1]
        consents = Consents.open(directory, Standing(), PARIS)
        try:
            assert consents.set_aside is None, step
            consents.ledger.verify()
            last = states[len(acked)]
            more = states[min(len(acked) + 1, len(states) - 1)]
            found = rights(consents)
            assert found in (last, more), f"killed at step {step}"
            ahead += found != last
        finally:
            consents.close()
    assert ahead  # some were killed between the commit and the acknowledgement


def test_no_channel_was_ever_told_of_what_is_not_on_the_disk(lives):
    for step, directory in lives.items():
        told = directory / "told"
        if not told.exists() or not told.read_bytes():
            continue
        consents = Consents.open(directory, Standing(), PARIS)
        try:
            assert rights(consents) == read(told.read_text()), f"killed at {step}"
        finally:
            consents.close()


def test_who_is_killed_goes_on_deciding(lives):
    for directory in list(lives.values())[:: max(1, len(lives) // 12)]:
        consents = Consents.open(directory, Standing(), PARIS)
        try:
            PLAN[0](consents)
            consents.withdraw(
                [
                    one.id
                    for one in consents.standing.consents.values()
                    if one.ended_ms is None
                ]
            )
            assert rights(consents) == ()
        finally:
            consents.close()
