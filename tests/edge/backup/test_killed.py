"""A backup or a restore that is killed at any point leaves the old or the new, whole.

RELEVE_BACKUP_KILLS says at how many points of each; half are at changes of names.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from backed_home import sample
from killing import PHRASE

from edge.backup import backup, restore
from edge.backup.reading_back import read_back
from edge.journal import Journal
from edge.journal.erased import Erased
from edge.portability import sealed
from edge.stores.sqlite import SqliteStore

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

HERE = Path(__file__).parent
KILLS = int(os.environ.get("RELEVE_BACKUP_KILLS", "6"))
KINDS = ("names", "calls")
OLD, NEW, ERASED = range(40), range(30, 130), range(100, 110)
"""What each home has heard of: neither is a part of the other."""


@dataclass(frozen=True)
class Job:
    """One run, and how it ended."""

    home: Path
    file: Path
    status: int
    count: int


def run(jobs: list[tuple[str, Path, Path, str, int]]) -> list[Job]:
    done = subprocess.run(
        [sys.executable, str(HERE / "killing.py")],
        input=json.dumps([[str(one) for one in job[:4]] + [job[4]] for job in jobs]),
        env={**os.environ, "PYTHONPATH": str(HERE.parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended = json.loads(done.stdout)
    found = [Job(job[1], job[2], *how) for job, how in zip(jobs, ended, strict=True)]
    assert {one.status for one in found} <= {0, -9}, done.stderr
    return found


def filled(directory: Path, heard: range) -> Path:
    journal = Journal.open(directory, ballast_bytes=0)
    for n in heard:
        journal.add_sample(sample(n))
    asyncio.run(journal.commit())
    store = SqliteStore(directory / "store.db")
    store.project(journal.read())
    store.close()
    journal.close()
    return directory


def heard(home: Path) -> tuple[list[int], list[int]]:
    """Give what the journal and the store of a home know, once somebody opened it."""
    journal = Journal.open(home, ballast_bytes=0)
    told = [one.at_ms for each in journal.read() for one in each.body.samples()]
    journal.close()
    store = SqliteStore(home / "store.db")
    rows = store.raw("linky", "import_total_wh", 0, 1 << 60, 10_000)
    store.close()
    return told, [row.at_ms for row in rows]


def both(span: range) -> tuple[list[int], list[int]]:
    instants = [sample(n).at_ms for n in span]
    return instants, instants


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(sealed, "LOG_N", 4)


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Give an old home, and a new one with a sealed backup of each."""
    monkeypatch.setattr(sealed, "LOG_N", 4)
    for name, span in (("old", OLD), ("new", NEW)):
        home = filled(tmp_path / name, span)
        backup(home, tmp_path / f"{name}.sealed", passphrase=PHRASE)
    return tmp_path


def points(what: str, world: Path, home: str, file: str) -> list[Job]:
    """Run it once to count what it does, then kill a copy at each of many points."""
    chance = random.Random(what)
    whole = []
    for kind in KINDS:
        place = copied(world, f"whole-{kind}", home, file)
        whole.append((what, place / "home", place / file, kind, 1 << 60))
    counts = {kind: job.count for kind, job in zip(KINDS, run(whole), strict=True)}
    jobs = []
    for number in range(KILLS):
        kind = KINDS[number % len(KINDS)]
        place = copied(world, f"kill-{number}", home, file)
        at = chance.randrange(1, counts[kind] + 1)
        jobs.append((what, place / "home", place / file, kind, at))
    ended = run(jobs)
    # threads make it do a little more or less each time: some come to their end
    assert sum(one.status == -9 for one in ended) >= KILLS * 0.7
    return ended


def copied(world: Path, name: str, home: str, file: str) -> Path:
    """Give a place with a copy of a home, and of the file that is there before."""
    place = world / name
    place.mkdir()
    shutil.copytree(world / home, place / "home")
    shutil.copy(world / "old.sealed", place / "old.sealed")
    shutil.copy(world / file, place / file)
    return place


def test_a_backup_that_is_killed_leaves_the_one_before_or_the_new_one(world):
    for job in points("backup", world, "new", "old.sealed"):
        place = job.file.parent
        for path in place.iterdir():
            if path.is_file():  # a draft as well: nothing lies there in clear
                assert path.read_bytes()[:14] in (b"RELEVE-SEALED-", b"")
        rows = read_back(job.file, place, PHRASE).databases[0].tables["record"]
        assert rows in (len(records(world / "old")), len(records(world / "new")))
        assert heard(job.home) == both(NEW)
        backup(job.home, job.file, passphrase=PHRASE)
        assert sorted(path.name for path in place.iterdir()) == ["home", "old.sealed"]
        restore(job.file, place / "again", passphrase=PHRASE)
        assert heard(place / "again") == both(NEW)


def test_a_restore_that_is_killed_leaves_the_old_home_or_the_new_one(world):
    bury(world / "old", ERASED)
    gone, _ = both(ERASED)
    restored = tuple([at for at in one if at not in gone] for one in both(NEW))
    for job in points("restore", world, "old", "new.sealed"):
        assert heard(job.home) in (both(OLD), restored)
        assert not (job.home / "restored").exists()
        restore(job.file, job.home, force=True, passphrase=PHRASE)
        assert heard(job.home) == restored
        assert not (job.home / "restoring").exists()


def bury(home: Path, span: range) -> None:
    """Have a home know of an erasure: what the backup still has of it stays away."""
    start_ms, end_ms = sample(span.start).at_ms, sample(span.stop).at_ms
    journal = Journal.open(home, ballast_bytes=0)
    asyncio.run(journal.bury([Erased(0, "linky", start_ms, end_ms, end_ms)]))
    journal.close()


def records(home: Path) -> list[object]:
    journal = Journal.open(home, ballast_bytes=0)
    try:
        return list(journal.read())
    finally:
        journal.close()
