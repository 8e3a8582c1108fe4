"""A handover that is killed at any point: no right is open, and it goes on to its end.

RELEVE_HANDOVER_KILLS says at how many points; half are at changes of names.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from edge.errors import JournalError
from edge.handover import receipt
from edge.handover.seen import held
from edge.journal import Journal
from edge.journal.leaving import HANDED, WORD, handed, word_of
from edge.portability import sealed
from tests.cli.test_handover import PHRASE, Pi, furnish

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]
KILLS = int(os.environ.get("RELEVE_HANDOVER_KILLS", "4"))
KINDS = ("names", "calls")
OPEN = {"consents": 1, "services": 1, "writers": 1}


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(sealed, "LOG_N", 4)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """Give a home's directory, made once: each handover has a copy of it."""
    return furnish(tmp_path_factory.mktemp("lived-in")).data


def run(jobs):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killing.py"))],
        input=json.dumps([[words(pi), kind, number] for pi, kind, number in jobs]),
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended = json.loads(done.stdout)
    assert {status for status, _ in ended} <= {0, -9}, done.stderr
    return ended


def words(pi):
    given = ("--passphrase-file", pi.secret, "--keep-export", pi.stick)
    return [str(one) for one in ("handover", "--yes", "--config", pi.config, *given)]


def copied(lived_in, path):
    pi = Pi(path)
    shutil.copytree(lived_in, pi.data)
    return pi


def test_killed_anywhere_it_goes_on_and_nobody_gets_in_meanwhile(lived_in, tmp_path):
    chance = random.Random(7)
    whole = [(copied(lived_in, tmp_path / kind), kind, 1 << 60) for kind in KINDS]
    counts = {kind: count for kind, (_, count) in zip(KINDS, run(whole), strict=True)}
    jobs = []
    for number in range(KILLS):
        kind = KINDS[number % len(KINDS)]
        at = chance.randrange(1, counts[kind] + 1)
        jobs.append((copied(lived_in, tmp_path / f"kill-{number}"), kind, at))
    ended = run(jobs)
    assert sum(status == -9 for status, _ in ended) >= KILLS * 0.7
    for pi, kind, at in jobs:
        looked_at(pi)
        gone_on(pi, (kind, at))


def looked_at(pi):
    """See that a home is the old one whole, or left and shut, or another."""
    word = word_of(pi.data)
    if word is None:
        if handed(pi.data) is None:
            assert held(pi.data) == OPEN
            Journal.open(pi.data, ballast_bytes=0).close()
        return
    (pack,) = pi.stick.glob("*.releve")
    with pack.open("rb") as file:
        assert b"".join(sealed.opened(file, PHRASE))
    if not word["emptying"]:
        with pytest.raises(JournalError, match="a handover was begun"):
            Journal.open(pi.data)
        assert (pi.data / "journal.db").exists()


def gone_on(pi, where):
    """Type it again, and see that it came to its end."""
    done = CliRunner().invoke(app, words(pi))
    assert done.exit_code == 0, (where, done.output, done.exception)
    assert {path.name for path in pi.data.iterdir()} == {"lock", HANDED}
    assert not (pi.data / WORD).exists()
    said = [json.loads(one.read_text()) for one in pi.stick.glob("*" + receipt.ENDS)]
    assert [one["number"] for one in said] == [handed(pi.data).number]
    assert said[0]["erased"], where
    assert said[0]["taken_back"] | OPEN == said[0]["taken_back"]
    assert PHRASE not in pi.config.read_text()
    assert "dupont" not in pi.config.read_text()
