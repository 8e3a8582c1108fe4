"""Two homes, two services, one code: what was lived in one stands in the other.

RELEVE_TRANSFER_KILLS says how often both sides are killed, by SIGKILL, on the way.
"""

from __future__ import annotations

import json
import os
import random

import pytest

from tests.real import transfer_child
from tests.real.transfer_homes import Home, Processes, lived

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

KILLS = int(os.environ.get("RELEVE_TRANSFER_KILLS", "2"))
KILLED = -9
SENDING, RECEIVING, ACCEPTING = 42, 200, 40
"""About as many things as each does, which a kill comes between."""
WAITS = 3


@pytest.fixture(autouse=True)
def eased(monkeypatch):
    for of, name in transfer_child.EASED:
        monkeypatch.setattr(of, name, getattr(of, name))
    transfer_child.eased()


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    directory = tmp_path_factory.mktemp("old")
    home = Home(directory, "old")
    lived(home.data, days=20)
    return home


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    made = Processes(tmp_path_factory.mktemp("log") / "log")
    yield made
    made.end()


@pytest.fixture
def new(tmp_path, processes):
    home = Home(tmp_path, "new")
    home.start(processes)
    yield home
    home.end()


def test_a_home_moves_whole_and_an_extract_is_given(old, new, processes):
    old.start(processes)
    new.offered(old)
    old.told(*old.sending(new, "--profile", "extract", "--for", "My coach"))
    extract = new.waiting()
    assert "A preview: nothing was imported" in new.told("transfer", "preview", extract)
    new.told("transfer", "refuse", extract)
    assert new.receipt(extract) == old.receipt(extract)
    assert "My coach" in old.told("services", "list")

    new.offered(old)
    said = old.told(*old.sending(new))
    assert "handed to" in said
    home = new.waiting()
    secret = ("--passphrase-file", str(new.secret))
    shown = new.told("transfer", "preview", home, *secret)
    assert "linky (electricity), water (water)" in shown
    taken = new.told("transfer", "accept", home, *secret)
    assert "rows taken, 0 there already" in taken
    granted = new.told("transfer", "consents", home)
    assert "nothing of it holds here" in granted
    assert "My coach" in granted
    assert "My coach" not in new.told("services", "list")
    assert new.receipt(home) == old.receipt(home)
    assert json.loads(new.receipt(home))["profile"] == "home"
    assert not list(new.data.rglob("transfers/*/*/pack"))
    assert not list(old.data.rglob("transfers/*/*/pack"))
    for one in (old, new):
        one.end()
    assert new.readings() == old.readings()


def test_killed_on_both_sides_at_random_it_arrives_all_the_same(
    old, new, processes, record_property
):
    rng = random.Random(KILLS)
    kills = {old: 0, new: 0}
    each = -(-KILLS // 2)
    arrived = 0

    def started():
        at = rng.randrange(1, RECEIVING) if kills[new] < each else 0
        new.start(processes, at)

    def goes():
        """Have the sender go on; tell whether it has come to its end."""
        at = rng.randrange(1, SENDING) if kills[old] < each else 0
        status = old.killed(processes, *old.sending(new), at=at)
        assert status in (0, WAITS, KILLED), processes.log.read_text()
        kills[old] += status == KILLED
        if new.died() is not None:
            assert new.died() == KILLED
            kills[new] += 1
            started()
        return status == 0

    started()
    while min(kills.values()) < each or not arrived:
        new.offered(old)
        while not goes():
            pass
        transfer = new.waiting()
        assert new.receipt(transfer) == old.receipt(transfer)
        accept = ("transfer", "accept", transfer, "--passphrase-file", str(new.secret))
        status = new.killed(processes, *accept, at=rng.randrange(1, ACCEPTING))
        assert status in (0, KILLED), processes.log.read_text()
        if "waits for your word" in new.told("transfer", "list"):
            new.told(*accept)
        assert new.told("transfer", "consents", transfer)
        arrived += 1
    record_property("kills", sum(kills.values()))
    record_property("arrived", arrived)
    new.end()
    assert new.readings() == old.readings()
