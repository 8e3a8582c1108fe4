"""A copy that is lent is told of while it is made, and leaves nothing when it fails."""

from __future__ import annotations

import threading

import pytest

from edge.journal.file import JOURNAL
from edge.service import lent

NAME = "0" * 32


@pytest.fixture
def home(tmp_path):
    (tmp_path / JOURNAL).write_bytes(bytes(100))
    return tmp_path


def test_who_waits_for_it_sees_how_far_it_is(home, monkeypatch):
    seen, told = threading.Event(), []

    def copied(data_dir, command):
        (data_dir / lent.COPIES).mkdir()
        (data_dir / lent.COPIES / command.name).write_bytes(bytes(50))
        assert seen.wait(60)

    def progress(part):
        told.append(part)
        if part == 0.5:
            seen.set()

    monkeypatch.setattr(lent, "ask", copied)
    monkeypatch.setattr(lent, "LOOK_S", 0.001)
    lent.journal_copied(home, home / "target", progress)
    assert set(told[:-1]) <= {0.0, 0.5}
    assert told[-1] == 1.0
    assert (home / "target").stat().st_size == 50
    assert list((home / lent.COPIES).iterdir()) == []


def test_one_that_is_broken_off_leaves_nothing(home, monkeypatch):
    def broken_off(*_where, **_how):
        raise MemoryError

    monkeypatch.setattr(lent, "copy", broken_off)
    with pytest.raises(MemoryError):
        lent.lend_copy(home, NAME)
    assert list((home / lent.COPIES).iterdir()) == []
