"""A disk that fills at random: nothing confirmed is lost, and what was dropped is said.

On a small tmpfs of its own, filled and emptied at random moments by a file beside the
journal. Needs to be root, to mount it.
"""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from edge.errors import DiskFull
from edge.event import Event, EventKind
from edge.journal import Block, Journal, Policy
from edge.record import Address
from edge.sample import Gap, Sample

pytestmark = pytest.mark.real

FILLINGS = int(os.environ.get("RELEVE_FILLINGS", "12"))
DISK_BYTES = 2 << 20
BASE_MS = 1_790_000_000_000


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk can't be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def sample(n: int) -> Sample:
    spun = n * 2654435761 % 99_991
    values = {f"reactive_q{i}_varh": spun * i % 99_991 for i in range(1, 5)}
    return Sample(
        "linky", BASE_MS + n * 1000, {"import_total_wh": 10_000 + n, **values}
    )


def fill(disk: Path, leave: int) -> None:
    """Take the room that is left, but some bytes."""
    with (disk / "filler").open("ab", buffering=0) as file:
        free = os.statvfs(disk)
        size = free.f_bavail * free.f_frsize - leave
        try:
            while size > 0:
                size -= file.write(b"x" * min(size, 65536))
        except OSError:
            return


def empty(disk: Path) -> None:
    (disk / "filler").unlink(missing_ok=True)


def numbers(journal: Journal, after: Address | None = None) -> list[int]:
    """Give the samples that are there, by their numbers, in the order of records."""
    records = journal.read(after, limit=100_000)
    found = [record.body.samples() for record in records if is_block(record)]
    assert [s for run in found for s in run] == [
        sample((s.at_ms - BASE_MS) // 1000) for run in found for s in run
    ]
    return [(s.at_ms - BASE_MS) // 1000 for run in found for s in run]


def is_block(record) -> bool:
    return isinstance(record.body, Block)


def gaps(journal: Journal) -> list[Gap]:
    bodies = [record.body for record in journal.read(limit=100_000)]
    return [body for body in bodies if isinstance(body, Gap)]


@pytest.mark.timeout(60 + 4 * FILLINGS)
async def test_a_disk_that_fills_at_random_loses_nothing_confirmed(small_disk):
    rng = random.Random(20261124)
    home = small_disk / "home"
    policy = Policy(samples=500, waiting_bytes=1 << 20, retry_s=0.01)
    n = read = refused = 0
    seen = None
    for _ in range(FILLINGS):
        try:
            journal = Journal.open(home, policy=policy, ballast_bytes=64 << 10)
        except DiskFull:
            empty(small_disk)
            journal = Journal.open(home, policy=policy, ballast_bytes=64 << 10)
        assert journal.set_aside == []
        confirmed = read
        for _ in range(rng.randrange(2, 8)):
            if rng.random() < 0.5:
                fill(small_disk, leave=rng.choice((0, 0, 3000, 20_000)))
            elif rng.random() < 0.7:
                empty(small_disk)
            for _ in range(rng.choice((1, 30, 300, 3_000))):
                journal.add_sample(sample(n))
                n += 1
            try:
                await journal.commit()
            except DiskFull:
                refused += 1
                assert journal.full
                assert not journal.health().ok
            else:
                confirmed = n
            there = numbers(journal, seen)
            assert there == list(range(read, read + len(there)))
            assert read + len(there) >= confirmed
        empty(small_disk)
        await journal.commit()
        assert numbers(journal, seen) == list(range(read, n))
        await journal.keep_within(days=9_999, max_bytes=400_000)
        seen, read = journal.tail, n
        journal.close()
    assert refused > 0


async def test_what_no_longer_fits_in_memory_is_told_as_a_gap(small_disk):
    policy = Policy(samples=100, waiting_bytes=10_000, retry_s=0.01)
    journal = Journal.open(small_disk / "home", policy=policy, ballast_bytes=4 << 20)
    await journal.commit()
    fill(small_disk, leave=0)
    for n in range(5_000):
        journal.add_sample(sample(n))
        if n % 100 == 99:
            try:
                await journal.commit()
            except DiskFull:
                continue
    assert journal.full
    assert journal.health().counters["dropped"] > 0
    empty(small_disk)
    await journal.commit()
    assert not journal.full
    there = set(numbers(journal))
    lost = [m for m in range(5_000) if m not in there]
    told = gaps(journal)
    assert lost
    for m in lost:
        at_ms = BASE_MS + m * 1000
        assert any(g.start_ms <= at_ms < g.end_ms for g in told)
    journal.close()


async def test_the_ballast_lets_the_first_commits_through(small_disk):
    policy = Policy(commit_s=3600, samples=1 << 30)
    journal = Journal.open(small_disk / "home", policy=policy, ballast_bytes=128 << 10)
    assert (small_disk / "home" / "ballast").stat().st_size == 128 << 10
    for n in range(3_000):
        journal.add_sample(sample(n))
    fill(small_disk, leave=0)
    await journal.commit()
    assert not (small_disk / "home" / "ballast").exists()
    assert len(numbers(journal)) == 3_000
    journal.close()


async def test_a_command_refused_on_a_full_disk_leaves_nothing_behind(small_disk):
    journal = Journal.open(small_disk / "home", ballast_bytes=4 << 20)
    fill(small_disk, leave=0)
    note = Event("linky", BASE_MS, EventKind.MESSAGE, {"text": "x" * 20_000})
    with pytest.raises(DiskFull):
        await journal.append([note])
    empty(small_disk)
    await journal.commit()
    assert journal.read() == []
    journal.close()


async def test_reading_goes_on_while_the_disk_is_full(small_disk):
    journal = Journal.open(small_disk / "home", ballast_bytes=4 << 20)
    journal.add_sample(sample(1))
    await journal.commit()
    fill(small_disk, leave=0)
    assert numbers(journal) == [1]
    assert journal.last_sample("linky") == sample(1)
    journal.add_sample(sample(2))
    empty(small_disk)
    journal.close()
