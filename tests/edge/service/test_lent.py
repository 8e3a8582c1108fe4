"""What is lent of a journal: answers and copies, and nothing that it could lose by."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace

import pytest

from edge.commands import CommandRefused, Query, from_json, to_json
from edge.errors import JournalError
from edge.journal.journal import Journal
from edge.sample import Sample
from edge.service import lent

NAME = "0" * 32


@pytest.fixture
async def journal(tmp_path):
    journal = Journal.open(tmp_path, ballast_bytes=1 << 16)
    journal.add_sample(Sample("linky", 1_795_500_000_000, {"import_total_wh": 5}))
    await journal.commit()
    yield journal
    journal.close()


def test_a_question_is_answered_with_texts_and_numbers(journal, tmp_path):
    del journal
    asked = "SELECT count(*), 'a' FROM record WHERE seq > ?"
    assert lent.answer(tmp_path, asked, [0]) == [(1, "a")]
    with pytest.raises(JournalError, match="no bytes"):
        lent.answer(tmp_path, "SELECT body FROM record", [])


@pytest.mark.parametrize(
    "sql",
    ["DELETE FROM record", "DROP TABLE record", "PRAGMA user_version=99", "nonsense"],
)
async def test_a_question_can_change_nothing(journal, tmp_path, sql):
    with pytest.raises(JournalError):
        lent.answer(tmp_path, sql, [])
    assert len(journal.read()) == 1


async def test_a_transaction_left_open_holds_nobody_up(journal, tmp_path):
    assert lent.answer(tmp_path, "BEGIN", []) == []
    journal.add_sample(Sample("linky", 1_795_500_001_000, {"import_total_wh": 6}))
    await journal.commit()
    assert lent.answer(tmp_path, "SELECT count(*) FROM record", []) == [(2,)]


def test_a_copy_holds_what_is_committed_and_is_its_owner_s(journal, tmp_path):
    del journal
    lent.lend_copy(tmp_path, NAME)
    path = tmp_path / lent.COPIES / NAME
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as copy:
        assert copy.execute("SELECT count(*) FROM record").fetchone() == (1,)
    copy.close()


@pytest.mark.parametrize("name", ["", "../x", "a" * 31, "a" * 31 + "/"])
def test_a_copy_goes_nowhere_else(journal, tmp_path, name):
    del journal
    with pytest.raises(JournalError, match="no name"):
        lent.lend_copy(tmp_path, name)


def test_a_copy_that_lacks_room_is_refused_with_how_much(
    journal, tmp_path, monkeypatch
):
    del journal
    usage = SimpleNamespace(free=0)
    monkeypatch.setattr(lent.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(JournalError, match="lacks room"):
        lent.lend_copy(tmp_path, NAME)
    assert list((tmp_path / lent.COPIES).iterdir()) == []


def test_a_copy_that_fails_leaves_nothing(journal, tmp_path, monkeypatch):
    del journal

    def failing(*_arguments, **_named):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(lent, "copy", failing)
    with pytest.raises(JournalError, match="can't be copied: disk I/O error"):
        lent.lend_copy(tmp_path, NAME)
    assert list((tmp_path / lent.COPIES).iterdir()) == []


def test_a_question_goes_through_the_socket_as_plain_json():
    asked = Query("SELECT ?", [1])
    assert from_json(to_json(asked)) == asked
    with pytest.raises(CommandRefused, match="parameters must be"):
        from_json({"command": "Query", "sql": "SELECT 1", "parameters": "x"})


def test_what_was_never_kept_is_said_to_be_missing(tmp_path):
    with (
        pytest.raises(JournalError, match="there is no journal"),
        lent.journal_view(tmp_path),
    ):
        pass
