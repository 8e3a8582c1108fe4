"""A running service that is told takes back all that it granted, and ends."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from edge.catalogue import Fluid
from edge.commands import CommandRefused, HandOver
from edge.consent.writers import Writers
from edge.decisions import AddWriter, CreateService, PauseServices
from edge.errors import ConsentError
from edge.handover.begun import Begun
from edge.handover.rights import end_all
from edge.service.household import Household
from edge.service.owner import Owner

sys.path.insert(0, str(Path(__file__).parents[1] / "erasure"))  # no package

from erased_home import Home

COACH = {"name": "Coach", "controller": "Coach", "contact": "coach@example.org"}
ENERGY = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "purpose": "advice",
}


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def left():
    return asyncio.Event()


@pytest.fixture
def owner(home, left):
    hub = home.hub
    return Owner(
        *(hub.journal, hub.gates, hub.reads, hub.bus, hub.clock),
        rebuild=hub.rebuild,
        household=Household(
            *(hub.consents, hub.credentials, hub.asking),
            {"linky": Fluid.ELECTRICITY},
        ),
        leave=left.set,
    )


def say(home):
    Begun(1, "/media/stick", {}, "en").keep(home.config.data_dir)


async def test_all_that_was_granted_ends_and_so_does_the_service(home, owner, left):
    made = await owner.execute(CreateService(COACH, [ENERGY], ["linky"], "en"))
    paused = await owner.execute(CreateService(COACH, [ENERGY], ["linky"], "en"))
    await owner.execute(PauseServices([paused["service"]]))
    await owner.execute(AddWriter("node", "linky"))
    say(home)
    assert await owner.execute(HandOver()) == {"withdrawn": 2}
    assert left.is_set()
    hub = home.hub
    now_ms = hub.consents.now_ms()
    for one in (made, paused):
        assert hub.consents.grant(one["service"]) is None
        assert hub.credentials.service_of(one["token"], now_ms) is None
    assert Writers(hub.consents).all() == []
    assert await owner.execute(HandOver()) == {"withdrawn": 0}


async def test_what_was_taken_back_stays_so_whatever_is_cut_off(home, owner):
    await owner.execute(CreateService(COACH, [ENERGY], ["linky"], "en"))
    say(home)
    await owner.execute(HandOver())
    (home.config.data_dir / "handover.json").unlink()
    standing = home.again().consents.standing
    assert all(one.ended_ms is not None for one in standing.consents.values())


async def test_a_home_that_says_nothing_of_it_stays(owner, left):
    with pytest.raises(CommandRefused, match="no handover was begun"):
        await owner.execute(HandOver())
    assert not left.is_set()


async def test_a_replay_is_nobodys_to_leave(home):
    hub = home.hub
    bare = Owner(
        *(hub.journal, hub.gates, hub.reads, hub.bus, hub.clock),
        rebuild=hub.rebuild,
    )
    with pytest.raises(CommandRefused, match="nobody leaves here"):
        await bare.execute(HandOver())


def test_a_ledger_that_cant_be_opened_gives_nobody_a_right(home):
    hub = home.hub
    hub.consents.shut = ConsentError("damaged")
    assert end_all(hub.consents, hub.credentials) == 0
