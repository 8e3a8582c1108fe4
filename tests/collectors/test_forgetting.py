"""A portal's secret that has brought nothing for long is let go of."""

from __future__ import annotations

import os

import pytest

from collectors import past
from collectors.forgetting import DAY_MS, forget

NOW_MS = 1_795_521_600_000
OLD_MS = NOW_MS - 181 * DAY_MS


@pytest.fixture
def written(tmp_path):
    def write(name="grdf.secret", at_ms=OLD_MS, directory=tmp_path):
        path = directory / name
        path.write_text("someone\nsecret\n")
        path.chmod(0o600)
        os.utime(path, (at_ms / 1000, at_ms / 1000))
        return path

    return write


def over(tmp_path, tables, days=180):
    return forget(tmp_path, tables, days, NOW_MS)


def table(path):
    return {"grdf": {"kind": "grdf", "secret_file": str(path)}}


def test_one_that_brought_nothing_for_so_long_is_removed(written, tmp_path):
    path = written()
    assert over(tmp_path, table(path)) == ["grdf.secret"]
    assert not path.exists()


def test_one_that_was_written_meanwhile_is_kept(written, tmp_path):
    path = written(at_ms=NOW_MS - 179 * DAY_MS)
    assert over(tmp_path, table(path)) == []
    assert path.exists()


def test_one_whose_portal_answered_meanwhile_is_kept(written, tmp_path):
    path = written()
    past.write(tmp_path, "grdf", past.Past(success_ms=NOW_MS - DAY_MS))
    assert over(tmp_path, table(path)) == []
    past.write(tmp_path, "grdf", past.Past(success_ms=OLD_MS, attempt_ms=NOW_MS))
    assert over(tmp_path, table(path)) == ["grdf.secret"]


def test_it_is_known_by_its_table_whatever_it_is_called(written, tmp_path):
    path = written("of-the-cellar.secret")
    past.write(tmp_path, "grdf", past.Past(success_ms=NOW_MS))
    assert over(tmp_path, table(path)) == []


def test_one_whose_table_is_gone_goes_by_its_own_name(written, tmp_path):
    written(), written("suez.secret")
    past.write(tmp_path, "suez", past.Past(success_ms=NOW_MS))
    assert over(tmp_path, {}) == ["grdf.secret"]


def test_what_is_elsewhere_or_none_of_ours_is_left(written, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = written(directory=elsewhere)
    (tmp_path / "link.secret").symlink_to(path)
    (tmp_path / "directory.secret").mkdir()
    written("notes.txt")
    assert over(tmp_path, table(path) | {"tempo": {"kind": "tempo"}}) == []
    assert path.exists()


def test_for_ever_is_for_ever(written, tmp_path):
    written()
    assert over(tmp_path, {}, days=0) == []
    assert over(tmp_path / "nowhere", {}) == []
