"""A power cut in the middle of an import leaves nothing of it, or all."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from importing_home import House, curve

ROOT = Path(__file__).parents[3]
ROWS = 9_000

KILLED = """
import asyncio, os, signal, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from importing_home import House, curve
from edge.journal import database, log

inserted = 0
insert = log.Transaction.insert
execute = database.SqliteDatabase.execute
point = sys.argv[4]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def counted(self, *arguments):
    global inserted
    address = insert(self, *arguments)
    inserted += 1
    if point == "records" and inserted == 3:
        die()
    return address

def executed(self, sql, parameters=()):
    if point == "entry" and sql.startswith("INSERT INTO import"):
        die()
    if point == "before commit" and inserted and sql == "COMMIT":
        die()
    result = execute(self, sql, parameters)
    if point == "after commit" and inserted and sql == "COMMIT":
        die()
    return result

log.Transaction.insert = counted
database.SqliteDatabase.execute = executed
house = House(__import__("pathlib").Path(sys.argv[3]))
asyncio.run(house.take(curve([n % 700 for n in range(9000)])))
"""


@pytest.mark.real
@pytest.mark.parametrize(
    ("point", "left"),
    [("records", 0), ("entry", 0), ("before commit", 0), ("after commit", ROWS)],
)
def test_a_process_that_is_killed_leaves_nothing_or_all(tmp_path, point, left):
    here = Path(__file__).parent
    words = [sys.executable, "-c", KILLED, str(ROOT), str(here)]
    done = subprocess.run([*words, str(tmp_path / "data"), point], check=False)
    assert done.returncode == -9
    house = House(tmp_path / "data")
    assert len(house.slices()) == left
    assert len(house.importer.listed()) == (1 if left else 0)
    report = asyncio.run(house.take(curve([n % 700 for n in range(ROWS)])))
    assert report.new + report.unchanged == ROWS
    assert report.new == ROWS - left
    assert len(house.slices()) == ROWS
    house.close()
