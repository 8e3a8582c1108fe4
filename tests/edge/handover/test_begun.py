"""What is known of a handover is in the home's own word, whatever cuts it off."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from edge.errors import JournalError
from edge.handover.begun import Begun
from edge.handover.ours import size_of, strange
from edge.handover.refusal import HandoverRefused
from edge.handover.rights import end_alone
from edge.handover.seen import held
from edge.journal.leaving import HANDED, WORD

BEGUN = Begun(1, "/media/stick", {"file": "home.releve"}, "fr", stays=("releve.toml",))


def test_it_is_read_as_it_was_kept(tmp_path):
    assert Begun.of(tmp_path) is None
    BEGUN.keep(tmp_path)
    assert Begun.of(tmp_path) == BEGUN
    left = BEGUN.left("broker", "erased")
    left.keep(tmp_path)
    assert Begun.of(tmp_path) == left


def test_it_begins_once(tmp_path):
    BEGUN.begin(tmp_path)
    with pytest.raises(HandoverRefused, match="begun meanwhile"):
        Begun(2, "/media/another", {}, "fr").begin(tmp_path)
    assert Begun.of(tmp_path) == BEGUN


def test_each_has_a_number_of_chance():
    one, two = (Begun(1, "/", {}, "fr") for _ in range(2))
    assert one.number != two.number


def test_one_of_another_version_is_refused_with_what_to_do(tmp_path):
    (tmp_path / WORD).write_text(json.dumps({"begun_ms": 1, "later": True}))
    with pytest.raises(HandoverRefused, match="the version that began it"):
        Begun.of(tmp_path)


def test_one_that_cant_be_read_is_said(tmp_path):
    (tmp_path / WORD).write_text("{")
    with pytest.raises(JournalError, match="can't be read"):
        Begun.of(tmp_path)


def test_a_home_without_a_ledger_grants_nothing_to_take_back(tmp_path):
    assert end_alone(tmp_path, ZoneInfo("Europe/Paris")) == 0
    assert held(tmp_path) == {"consents": 0, "services": 0, "writers": 0}


def test_what_is_ours_is_told_from_what_is_not(tmp_path):
    ours = ("journal.db-wal", "consent.db.damaged.20260301T000000Z", HANDED, "lock")
    ours += (".owner.token.0011", "pulses-gas.slots", "mqtt-water.json", "epoch.new")
    for name in (*ours, "holiday.jpg", "notes.toml"):
        (tmp_path / name).write_text("1234")
    assert strange(tmp_path) == ["holiday.jpg", "notes.toml"]
    assert strange(tmp_path, ["notes.toml"]) == ["holiday.jpg"]
    assert size_of(tmp_path) == (len(ours) + 2, 4 * (len(ours) + 2))
