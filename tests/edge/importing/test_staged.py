"""Staged files: taken once by the name they were given, and none is left behind."""

from __future__ import annotations

import os
import stat

import pytest

from edge.importing import staged
from edge.importing.refusal import ImportRefused


def test_what_was_staged_is_taken_once(tmp_path):
    name = staged.stage(tmp_path, b"bytes")
    assert staged.fetch(tmp_path, name) == b"bytes"
    with pytest.raises(ImportRefused, match="can't be read"):
        staged.fetch(tmp_path, name)


def test_a_path_is_no_name(tmp_path):
    with pytest.raises(ImportRefused, match="no staged file"):
        staged.fetch(tmp_path, "../journal.db")


def test_a_household_s_own_user_stages_for_itself_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    name = staged.stage(tmp_path, b"bytes")
    mode = (tmp_path / staged.STAGED / name).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_what_nobody_took_is_cleared(tmp_path):
    staged.clear(tmp_path)
    assert not (tmp_path / staged.STAGED).exists(), "nothing was there to clear"
    for data in (b"one", b"other"):
        staged.stage(tmp_path, data)
    staged.clear(tmp_path)
    assert list((tmp_path / staged.STAGED).iterdir()) == []
