"""Secrets are read as they stand, and not at all where others may read them."""

from __future__ import annotations

import os

import pytest

from collectors import Credentials, NotCollected, Reason, secret_file


def written(path, data, mode=0o600):
    path.write_bytes(data)
    path.chmod(mode)
    return path


def reason(path, lines):
    with pytest.raises(NotCollected) as refused:
        secret_file.read(path, lines)
    return refused.value.reason


def test_a_password_stands_as_it_is(tmp_path):
    path = written(tmp_path / "s", b'\xef\xbb\xbf me@home \r\n a "b\\ \n# more\n')
    found = secret_file.read(path, 2)
    assert (found.user, found.password) == ("me@home", ' a "b\\ ')


def test_a_token_is_a_line(tmp_path):
    assert secret_file.read(written(tmp_path / "s", b"t0ken\n"), 1).user == "t0ken"


def test_no_text_says_a_secret(tmp_path):
    found = secret_file.read(written(tmp_path / "s", b"t0ken\n"), 1)
    assert "t0ken" not in f"{found!r} {found}"


def test_none_is_needed_of_some():
    assert secret_file.read(None, 0) == Credentials()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_one_that_others_may_read_is_refused(tmp_path, mode):
    path = written(tmp_path / "s", b"t0ken\n", mode)
    assert reason(path, 1) is Reason.OPEN_SECRET


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", 1),
        (b"user\n", 2),
        (b"user\n\n", 2),
        (b"\xff\xff\n", 1),
        (b"a\x07b\n", 1),
        (b"x" * 5000, 1),
    ],
)
def test_one_without_its_lines_is_refused(tmp_path, data, lines):
    assert reason(written(tmp_path / "s", data), lines) is Reason.BAD_SECRET


def test_one_that_is_missing_or_no_file_is_told_as_such(tmp_path):
    assert reason(None, 1) is Reason.NO_SECRET
    assert reason(tmp_path / "none", 1) is Reason.NO_SECRET
    assert reason(tmp_path, 1) is Reason.NO_SECRET
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert reason(tmp_path / "pipe", 1) is Reason.NO_SECRET


def test_a_change_shows(tmp_path):
    path = written(tmp_path / "s", b"one\n")
    before = secret_file.stamp(path)
    assert secret_file.stamp(path) == before
    written(path, b"other\n")
    assert secret_file.stamp(path) != before
    assert secret_file.stamp(tmp_path / "none") == secret_file.stamp(None) == ""
