"""Service or command killed while a running home is handed over: nobody gets in.

RELEVE_HANDOVER_KILLS says how often, half of them the one and half the other, in turn.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from contextlib import suppress

import pytest

from edge.decisions import CreateService
from edge.handover.seen import held
from edge.journal.leaving import HANDED, WORD
from edge.service.control import ask
from tests.real.test_consent_cli import House

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

KILLS = int(os.environ.get("RELEVE_HANDOVER_KILLS", "1"))
WHO = ("command", "service")
COACH = {"name": "Coach", "controller": "Coach", "contact": "coach@example.org"}
ENERGY = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "purpose": "advice",
}
NOTHING = {"consents": 0, "services": 0, "writers": 0}


class Home(House):
    """A home whose service runs, with somebody let in."""

    def __init__(self, path):
        super().__init__(path)
        self.phrase, self.stick = path / "phrase", path / "stick"
        self.phrase.write_text("four words nobody guesses\n")
        self.stick.mkdir()

    def furnish(self):
        made = ask(self.data, CreateService(COACH, [ENERGY], ["linky"], "en"))
        self.token = made["token"]
        assert self.ask("/api/v1/meters", self.token) != 401

    def leaving(self):
        given = ("--keep-export", self.stick, "--passphrase-file", self.phrase)
        words = self.words("handover", "--yes", *map(str, given))
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def gets_in(self):
        with suppress(OSError):
            return self.ask("/api/v1/meters", self.token) != 401
        return False

    @property
    def receipt(self):
        (found,) = self.stick.glob("*.receipt.json")
        return json.loads(found.read_text())


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    home.begin()
    home.furnish()
    yield home
    home.end()


def waited(true):
    until = time.monotonic() + 120
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)  # asks until it is so


@pytest.mark.parametrize("kill", range(KILLS))
def test_whoever_is_killed_nobody_gets_in_and_it_goes_on(home, kill):
    chance, who = random.Random(kill), WHO[kill % len(WHO)]
    leaving = home.leaving()
    waited(lambda: (home.data / WORD).exists() or leaving.poll() is not None)
    with suppress(subprocess.TimeoutExpired):
        # at this very moment, or a little later
        leaving.wait(chance.choice((0.001, chance.uniform(0, 1.5))))
    if who == "service":
        home.cut()
    else:
        leaving.kill()
        leaving.communicate()
        home.cut()
        if (home.data / WORD).exists():
            refused(home)
        leaving = home.leaving()
    said, _ = leaving.communicate(timeout=120)
    assert leaving.returncode == 0, said
    assert (home.data / HANDED).exists()
    assert not (home.data / WORD).exists()
    assert home.receipt["erased"]
    assert home.receipt["taken_back"]["consents"] == 1

    home.begin()
    assert not home.gets_in()
    assert held(home.data) == NOTHING
    assert home.stop()[0] == 0


def refused(home):
    """See that a service that is started opens a home that is left when it is empty."""
    home.start()
    word = home.data / WORD
    waited(lambda: home.process.poll() is not None or not word.exists())
    if word.exists():
        assert home.process.wait() == 2
        assert b"a handover was begun" in home.process.stderr.read()
    assert not home.gets_in()
    home.cut()
