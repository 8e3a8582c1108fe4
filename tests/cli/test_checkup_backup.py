"""The doctor says how old the last backup is, and when it was found good."""

from __future__ import annotations

import pytest

from cli.checkup import Level
from cli.checkup_backup import backup
from cli.language import Language
from edge.backup.noted import Noted
from edge.config import BackupConfig, Config, MeterConfig

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000


@pytest.fixture
def looked(tmp_path):
    """Give what is found of a backup of so many days ago, verified so long ago."""

    def look(days=None, verified=0.0, *, table=True, gone=False):
        file = tmp_path / "releve-1.sealed"
        if days is not None:
            file.write_bytes(b"x")
            at = (int(NOW_MS - part * DAY_MS) for part in (days, verified))
            Noted(str(file), 1, True, *at).write(tmp_path)
        if gone:
            file.unlink()
        config = Config(
            data_dir=tmp_path,
            meters=(MeterConfig(id="linky", port="/none"),),
            backup=BackupConfig() if table else None,
        )
        found = backup(config, NOW_MS)
        return found.level, found.words.said(Language.EN)

    return look


def test_age_and_last_verification_are_told(looked):
    level, words = looked(0.5, 0.02)
    assert level is Level.GOOD
    assert "last backup releve-1.sealed 12 h ago" in words
    assert "read back and found good less than an hour ago" in words


def test_one_that_is_too_old_says_what_to_do(looked):
    level, words = looked(3, 3)
    assert level is Level.WARN
    assert "3 days ago" in words
    assert "make one" in words


@pytest.mark.parametrize(("days", "level"), [(7, Level.GOOD), (9, Level.WARN)])
def test_by_hand_a_week_may_pass(looked, days, level):
    assert looked(days, days, table=False)[0] is level


def test_one_that_was_found_damaged_says_what_to_do(looked):
    level, words = looked(0.1, 0.2)
    assert level is Level.WARN
    assert "found damaged: make another" in words


def test_none_and_one_that_is_gone_are_told(looked):
    assert "no backup yet: releve backup FILE" in looked()[1]
    assert "no longer where it was made" in looked(0.1, gone=True)[1]
