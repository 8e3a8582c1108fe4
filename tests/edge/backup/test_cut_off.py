"""A restore that was cut off is finished first, by whoever comes next."""

from __future__ import annotations

import pytest

from edge.backup import backup, restore
from edge.errors import BackupError
from edge.journal import Journal, switching


class Cut(BaseException):
    """The power goes."""


@pytest.fixture
def cut_off(home, tmp_path, monkeypatch):
    """A new home, restored as far as its one rename."""

    def cut(_data_dir):
        raise Cut

    backup(home, tmp_path / "home.tar.gz")
    restore(tmp_path / "home.tar.gz", tmp_path / "new")
    with monkeypatch.context() as cutting:
        finish, calls = switching.finish, []

        def once(data_dir):
            calls.append(data_dir)
            return finish(data_dir) if len(calls) == 1 else cut(data_dir)

        cutting.setattr(switching, "finish", once)
        with pytest.raises(Cut):
            restore(tmp_path / "home.tar.gz", tmp_path / "new", force=True)
    assert switching.cut_off(tmp_path / "new")
    return tmp_path / "new"


def test_nothing_is_backed_up_of_a_mixture(cut_off, tmp_path):
    with pytest.raises(BackupError, match="a restore was cut off") as refused:
        backup(cut_off, tmp_path / "x.tar.gz")
    assert "start the service, or restore again" in str(refused.value)
    Journal.open(cut_off, ballast_bytes=0).close()
    backup(cut_off, tmp_path / "x.tar.gz")


def test_restoring_again_says_that_it_is_done_now(cut_off, tmp_path):
    with pytest.raises(BackupError, match="cut off, and is done now"):
        restore(tmp_path / "home.tar.gz", cut_off)
    assert not switching.cut_off(cut_off)
    assert len(list(cut_off.glob("journal.db.before-restore.*"))) == 1


def test_a_disk_that_lets_it_not_is_told_with_what_to_do(cut_off, monkeypatch):
    def full(_directory):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(switching, "sync_directory", full)
    with pytest.raises(switching.JournalError, match="must be writable and have room"):
        Journal.open(cut_off, ballast_bytes=0)
    monkeypatch.undo()
    Journal.open(cut_off, ballast_bytes=0).close()
    assert not switching.cut_off(cut_off)
