"""kill -9 at random moments: whatever was confirmed is there, once, in order."""

from __future__ import annotations

import importlib.util
import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.journal import Block, Journal
from edge.record import Address, Lane

pytestmark = pytest.mark.real

KILLS = int(os.environ.get("RELEVE_KILLS", "12"))
LIVES = 8
"""Kills that one directory lives through before a new one is begun."""

CHILD = Path(__file__).with_name("crash_child.py")
ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("crash_child", CHILD)
child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(child)


def live_and_die(directory: Path, rng: random.Random) -> list[tuple[Address, int]]:
    """Let a writer write, kill it at a random moment; give all that it confirmed."""
    command = [sys.executable, str(CHILD), str(directory), str(rng.getrandbits(30))]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."}
    ) as writer:
        said = b""
        confirmations = rng.randint(0, 60)
        deadline = None
        while deadline is None or time.monotonic() < deadline:
            if deadline is None and said.count(b"\n") >= confirmations:
                # not just behind a confirmation, which would spare the commits
                deadline = time.monotonic() + rng.uniform(0, 0.02)
            wait = 20 if deadline is None else max(0, deadline - time.monotonic())
            if select.select([writer.stdout], [], [], wait)[0]:
                news = os.read(writer.stdout.fileno(), 65536)
                assert news, "the writer died by itself"
                said += news
        os.kill(writer.pid, signal.SIGKILL)
        said += writer.stdout.read()
    whole = said[: said.rfind(b"\n") + 1].decode().splitlines()
    lines = [tuple(map(int, line.split())) for line in whole]
    return [(Address(epoch, seq), count) for epoch, seq, count in lines]


def examine(directory: Path, confirmed: list[tuple[Address, int]]) -> None:
    """Open what a killed writer left; everything confirmed is there, exactly once."""
    journal = Journal.open(directory, ballast_bytes=1 << 20)
    try:
        assert journal.set_aside == []
        records = journal.read(limit=1_000_000)
        assert not journal.damaged
        cursor = journal.cursor(child.COPIER, Lane.PRESENT)
    finally:
        journal.close()
    addresses = [record.address for record in records]
    assert addresses == sorted(set(addresses))
    blocks = [record for record in records if isinstance(record.body, Block)]
    samples = [sample for record in blocks for sample in record.body.samples()]
    assert samples == [child.sample(n) for n in range(len(samples))]
    for address, count in confirmed:
        assert address in set(addresses)
        assert count <= len(samples)
    copies = [record.body[0] for record in records if isinstance(record.body, tuple)]
    passed = [record for record in blocks if cursor and record.address <= cursor]
    assert copies == [child.copy_of(r.body, r.address.seq) for r in passed]


@pytest.mark.timeout(60 + 5 * KILLS)
def test_what_a_killed_writer_confirmed_is_there_exactly_once(tmp_path):
    rng = random.Random(20261124)
    confirmed: list[tuple[Address, int]] = []
    total = 0
    for kill in range(KILLS):
        if kill % LIVES == 0:
            directory = tmp_path / f"home{kill}"
            confirmed = []
        confirmed += live_and_die(directory, rng)
        examine(directory, confirmed)
        total += len(confirmed)
    assert total > 0
