"""Databases take the place of others whole, wherever the power goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.journal import Journal, switching
from edge.journal.file import JOURNAL

NAMES = (JOURNAL, "store.db", "consent.db")
NOW_MS = 1_790_000_000_000
AT = "20260921T141320Z"


class Cut(BaseException):
    """The power goes."""


@pytest.fixture
def home(tmp_path):
    """A home of old databases, one with a WAL, and new ones made beside them."""
    home, made = tmp_path / "home", tmp_path / "home" / "restoring"
    made.mkdir(parents=True)
    for name in (*NAMES, f"{JOURNAL}-wal"):
        (home / name).write_text(f"old {name}")
    for name in NAMES[:2]:
        (made / name).write_text(f"new {name}")
    return home


def contents(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in home.iterdir() if path.is_file()}


OLD = {name: f"old {name}" for name in (*NAMES, f"{JOURNAL}-wal")}
NEW = {name: f"new {name}" for name in NAMES[:2]} | {
    f"{name}.before-restore.{AT}": f"old {name}" for name in NAMES
}
NEW[f"{JOURNAL}.before-restore.{AT}-wal"] = f"old {JOURNAL}-wal"


def test_all_are_switched_and_what_was_there_is_kept(home):
    switching.switch(home / "restoring", home, NAMES, NOW_MS)
    assert contents(home) == NEW
    assert not (home / "restored").exists()


@pytest.mark.parametrize("step", range(1, 30))
def test_cut_off_at_any_step_it_is_all_of_the_old_or_becomes_all_of_the_new(
    home, monkeypatch, step
):
    left = step

    def counted(real):
        def call(*args, **named):
            nonlocal left
            left -= 1
            if left == 0:
                raise Cut
            return real(*args, **named)

        return call

    with monkeypatch.context() as cutting:
        cutting.setattr(switching, "sync_directory", counted(switching.sync_directory))
        cutting.setattr(Path, "rename", counted(Path.rename))
        cutting.setattr(Path, "unlink", counted(Path.unlink))
        cutting.setattr(switching.shutil, "rmtree", counted(switching.shutil.rmtree))
        try:
            switching.switch(home / "restoring", home, NAMES, NOW_MS)
        except Cut:
            begun = (home / "restored").exists() or contents(home) != OLD
        else:
            begun = True
    switching.finish(home)
    assert contents(home) == (NEW if begun else OLD)
    assert not (home / "restored").exists()


def test_who_opens_the_home_finishes_what_was_cut_off(tmp_path):
    home, made = tmp_path / "home", tmp_path / "home" / "restoring"
    Journal.open(home, ballast_bytes=0).close()
    made.mkdir()
    (home / JOURNAL).rename(made / JOURNAL)
    (home / JOURNAL).write_text("old")
    finish, switching.finish = switching.finish, lambda _data_dir: False
    try:
        switching.switch(made, home, (JOURNAL,), NOW_MS)
    finally:
        switching.finish = finish
    assert switching.cut_off(home)
    Journal.open(home, ballast_bytes=0).close()
    assert not switching.cut_off(home)
    assert (home / f"{JOURNAL}.before-restore.{AT}").read_text() == "old"
