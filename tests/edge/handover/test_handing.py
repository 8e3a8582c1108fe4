"""Each place elsewhere is left once; one that doesn't answer is asked again or told."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from edge.errors import EdgeError
from edge.handover import handing
from edge.handover.begun import Begun
from edge.handover.cozy import Cozy
from edge.handover.handing import Handing
from edge.handover.outside import ENDED_THERE, LEFT, UNREACHED
from edge.handover.refusal import HandoverRefused
from edge.journal.file import DirectoryLock
from edge.outgoing.places import Guard
from edge.outputs.cozy import account as accounts

BEGUN = Begun(1, "/media/stick", {"file": "home.releve"}, "fr")


@dataclass
class Elsewhere:
    """A place that answers, or says why it doesn't."""

    name: str
    why: str = ""
    asked: int = field(default=0)

    async def leave(self):
        self.asked += 1
        if self.why:
            raise EdgeError(self.why)
        return LEFT


@pytest.fixture
def home(tmp_path):
    BEGUN.keep(tmp_path)
    return Handing(SimpleNamespace(data_dir=tmp_path), None, (), ())


def left(home, begun, *places, without=False):
    told = []
    begun, why = home.outside(
        begun, places, lambda name, _: told.append(name), without=without
    )
    assert Begun.of(home.data_dir) == begun, "it is durable"
    return begun, why, told


def test_one_that_was_left_is_not_asked_again(home):
    broker, cloud = Elsewhere("broker"), Elsewhere("cloud")
    begun, _, told = left(home, BEGUN, broker)
    assert told == ["broker"]
    begun, why, told = left(home, begun, broker, cloud)
    assert (broker.asked, cloud.asked, told) == (1, 1, ["cloud"])
    assert (begun.outside, why) == ({"broker": LEFT, "cloud": LEFT}, {})


def test_one_that_does_not_answer_stays_to_be_left(home):
    broker, cloud = Elsewhere("broker", "no route"), Elsewhere("cloud")
    begun, why, _ = left(home, BEGUN, broker, cloud)
    assert begun.outside == {"cloud": LEFT}
    assert "no route" in why["broker"]


def test_going_on_without_it_is_kept_and_it_may_yet_be_left(home):
    broker = Elsewhere("broker", "no route")
    begun, why, _ = left(home, BEGUN, broker, without=True)
    assert begun.outside == {"broker": UNREACHED}
    assert list(why) == ["broker"]
    broker.why = ""
    begun, why, _ = left(home, begun, broker)
    assert (begun.outside, why) == ({"broker": LEFT}, {})


def test_a_home_that_someone_has_open_is_not_emptied(home, monkeypatch):
    monkeypatch.setattr(handing, "FEW_S", -1.0)
    lock = DirectoryLock(home.data_dir)
    try:
        with pytest.raises(HandoverRefused, match="runs here still"):
            home.empty()
    finally:
        lock.release()
    assert Begun.of(home.data_dir) == BEGUN


async def test_a_cozy_that_ended_it_is_not_said_to_be_erased_by_us(tmp_path):
    accounts.end(tmp_path, "ours", accounts.REVOKED)
    cozy = Cozy(tmp_path, "ours", accounts.ERASED, Guard())
    assert await cozy.leave() == ENDED_THERE
