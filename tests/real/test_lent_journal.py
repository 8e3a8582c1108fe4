"""A running service has its journal's file alone, and lends it to other commands."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
from contextlib import closing

import pytest

from edge.backup import read_manifest
from edge.gate import Refused
from edge.gate.verdict import Reason
from edge.journal.journal import Journal
from edge.sample import Sample
from tests.real.home import RELEVE, Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

T0 = 1_795_500_000_000
HEALTH = "/api/v1/health"


@pytest.fixture
async def home(tmp_path):
    """A home whose journal holds a sample and a refusal, and a service on it."""
    home = Home(tmp_path)
    journal = Journal.open(home.data)
    journal.add_sample(Sample("linky", T0, {"import_total_wh": 5}))
    refused = Refused("import_total_wh", 9, Reason.JUMP, T0, meter="linky")
    await journal.quarantine([refused])
    await journal.register("a-reader")
    await journal.commit()
    journal.close()
    home.start()
    await home.until(HEALTH, lambda report: report["parts"])
    yield home
    home.end()


async def said(home, *words):
    done = await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, *words, "--config", str(home.config)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_its_lists_are_the_same_with_a_service_and_after_it_was_killed(home):
    lists = [("quarantine", "list"), ("import", "list"), ("consumers",)]
    beside = [await said(home, *words) for words in lists]
    home.stop(signal.SIGKILL)
    after = [await said(home, *words) for words in lists]
    assert beside[:2] == after[:2]
    for told in (beside[2], after[2]):
        assert "a-reader" in told
    assert "jump" in beside[0]


async def test_no_index_of_it_is_written_and_other_programs_find_it_locked(home):
    assert not list(home.data.glob("journal.db-shm"))
    uri = f"file:{home.data}/journal.db?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("SELECT count(*) FROM record")


async def test_doctor_hears_from_the_service_that_it_is_sound(home):
    done = await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, "doctor", "--config", str(home.config)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "journal.db: sound" in done.stdout or "journal.db : sain" in done.stdout


async def test_a_backup_beside_it_holds_what_was_committed_and_leaves_no_copy(
    home, tmp_path
):
    await said(home, "backup", str(tmp_path / "home.tar.gz"))
    manifest = read_manifest(tmp_path / "home.tar.gz")
    assert manifest.databases[0].name == "journal.db"
    assert manifest.databases[0].tables["quarantine"] == 1
    assert list((home.data / "copies").iterdir()) == []


async def test_a_copy_that_nobody_took_is_gone_at_the_next_start(home):
    home.stop()
    (home.data / "copies").mkdir(exist_ok=True)
    (home.data / "copies" / "left").write_text("half a copy")
    home.start()
    await home.until(HEALTH, lambda report: report["parts"])
    assert not (home.data / "copies").exists()
