"""A plug pulled at any step of an erasure: it is finished at the next start.

RELEVE_ERASURE_KILLS says at how many points; half are at the edges of transactions.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from erased_home import HOUR, INDEX, MIDNIGHT, Home, curve, peak

from edge.interval import Step

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
KILLS = int(os.environ.get("RELEVE_ERASURE_KILLS", "8"))
START, END = MIDNIGHT + 10 * HOUR, MIDNIGHT + 12 * HOUR

CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from edge.commands import Erase
from edge.erasure.erasing import asked
from edge.journal import database
from erased_home import HOUR, MIDNIGHT, Home

home = Home(Path(sys.argv[3]))
left = int(sys.argv[4])
wanted = sys.argv[5]
execute = database.SqliteDatabase.execute

def executed(self, sql, parameters=()):
    global left
    if sql.startswith(wanted):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return execute(self, sql, parameters)

async def erase():
    start = MIDNIGHT + 10 * HOUR
    await asked(home.erasure, Erase("linky", start, start + 2 * HOUR))
    await home.erasure.work()

database.SqliteDatabase.execute = executed
total = left
asyncio.run(erase())
print(total - left)
"""


def child(home: Path, number: int, wanted: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", CHILD, str(ROOT), str(Path(__file__).parent)]
    return subprocess.run(
        [*words, str(home), str(number), wanted],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Fill a home once: each kill has a copy of it."""
    directory = tmp_path_factory.mktemp("filled") / "data"
    home = Home(directory)

    async def live():
        await home.live(0, 26)
        await home.take(curve([2_000] * 48))

    asyncio.run(live())
    home.close()
    (directory / "backups").mkdir()
    (directory / "backups" / "releve-1.tar.gz").write_bytes(b"of before")
    return directory


@pytest.fixture(scope="module")
def steps(filled, tmp_path_factory):
    """Count what an erasure does, by running it to its end."""
    found = {}
    for wanted in ("", "COMMIT"):
        whole = tmp_path_factory.mktemp("whole") / "data"
        shutil.copytree(filled, whole)
        done = child(whole, 1 << 30, wanted)
        assert done.returncode == 0, done.stderr
        found[wanted] = int(done.stdout)
    return found


@pytest.mark.parametrize("kill", range(KILLS))
async def test_an_erasure_that_is_killed_is_finished_or_was_never_begun(
    filled, steps, tmp_path, kill
):
    chance = random.Random(kill)
    wanted = ("COMMIT", "")[kill % 2]
    data = tmp_path / "data"
    shutil.copytree(filled, data)
    done = child(data, chance.randrange(1, steps[wanted] + 1), wanted)
    assert done.returncode == -9, done.stderr
    home = Home(data)
    begun = bool(home.hub.journal.erased())
    assert await home.erasure.work() is False
    left = [at for at in home.instants() if START <= at < END]
    assert len(left) == (0 if begun else 120)
    rows = home.rows(INDEX, Step.MIN30)
    there = [row for row in rows if START <= row.start_ms < END]
    assert len(there) == (0 if begun else 4)
    assert len(home.instants()) == 26 * 60 - (120 if begun else 0)
    assert (data / "backups" / "releve-1.tar.gz").exists() is not begun
    home.close()
    if begun:
        needle = peak(10).to_bytes(4, "big")
        files = [path.read_bytes() for path in data.rglob("*.db*")]
        assert not [data for data in files if needle in data]
