"""A home that is left is opened by nobody, and one that is to be emptied is another."""

from __future__ import annotations

import json

import pytest

from edge.errors import JournalError
from edge.journal import Journal, leaving
from edge.journal.file import LOCK
from edge.journal.leaving import HANDED, WORD, Handed, handed, word_of


@pytest.fixture
def home(tmp_path):
    Journal.open(tmp_path, ballast_bytes=0).close()
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "owner.password").write_text("secret")
    (tmp_path / "collected").mkdir()
    (tmp_path / "collected" / "door.sock").write_text("")
    return tmp_path


def say(home, **word):
    (home / WORD).write_text(json.dumps({"number": "7", **word}))


def names(home):
    return {path.name for path in home.iterdir()}


def test_a_home_without_the_word_is_as_it_was(home):
    before = names(home)
    assert word_of(home) is None
    leaving.obeyed(home)
    assert names(home) == before


def test_a_home_that_is_left_is_not_opened_and_loses_nothing(home):
    say(home, emptying=False)
    before = names(home)
    with pytest.raises(JournalError, match="releve handover"):
        Journal.open(home)
    assert names(home) == before


def test_one_that_is_to_be_emptied_is_emptied_by_whoever_opens_it(home):
    say(home, emptying=True)
    leaving.obeyed(home)
    assert names(home) == {LOCK, HANDED, "collected"}
    assert list((home / "collected").iterdir()) == []
    assert handed(home).number == "7"
    Journal.open(home, ballast_bytes=0).close()
    assert (home / "journal.db").exists()


def test_what_outlives_a_home_is_named_in_its_word(home):
    (home / "releve.toml").write_text("x = 1")
    say(home, emptying=True, stays=["releve.toml"])
    leaving.obeyed(home)
    assert (home / "releve.toml").exists()


def test_a_link_goes_and_what_it_points_to_stays(home, tmp_path_factory):
    mine = tmp_path_factory.mktemp("mine")
    (mine / "holiday.jpg").write_text("mine")
    (home / "backups").symlink_to(mine)
    say(home, emptying=True)
    leaving.obeyed(home)
    assert not (home / "backups").is_symlink()
    assert (mine / "holiday.jpg").exists()


@pytest.mark.parametrize("text", ["", "{", "[1]", "7"])
def test_a_word_that_cant_be_read_opens_nothing(home, text):
    (home / WORD).write_text(text)
    with pytest.raises(JournalError, match="can't be read"):
        Journal.open(home)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"number": "7"}'])
def test_what_a_new_home_knows_of_before_may_be_nothing(home, text):
    (home / HANDED).write_text(text)
    assert handed(home) is None


def test_done_twice_it_is_done_once(home):
    say(home, emptying=True)
    leaving.obeyed(home)
    leaving.obeyed(home)
    assert isinstance(handed(home), Handed)


def test_what_the_disk_keeps_is_said_and_tried_again(home, monkeypatch):
    say(home, emptying=True)

    def kept(_path):
        raise PermissionError(13, "Permission denied", "journal.db")

    monkeypatch.setattr(leaving, "_remove", kept)
    with pytest.raises(JournalError, match="can't be removed: Permission denied"):
        Journal.open(home)
    monkeypatch.undo()
    Journal.open(home, ballast_bytes=0).close()
    assert not (home / WORD).exists()
