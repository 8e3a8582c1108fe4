"""The owner's token: made once, whole, private, and refused when it is not one."""

from __future__ import annotations

import os
import stat
from multiprocessing.pool import ThreadPool

import pytest

from api.errors import TokenError
from api.tokens import load_or_create, same


@pytest.fixture
def path(tmp_path):
    return tmp_path / "owner.token"


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_at_first_start_and_kept(path):
    token = load_or_create(path)
    assert len(token) == 43
    assert load_or_create(path) == token
    assert [entry.name for entry in path.parent.iterdir()] == ["owner.token"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_it_is_private_under_any_umask(path, umask):
    before = os.umask(umask)
    try:
        load_or_create(path)
    finally:
        os.umask(before)
    assert mode(path) == 0o600


@pytest.mark.parametrize("wide", [0o644, 0o640, 0o604, 0o666])
def test_one_that_others_could_read_is_closed_with_a_warning(path, wide, caplog):
    token = load_or_create(path)
    path.chmod(wide)
    assert load_or_create(path) == token
    assert mode(path) == 0o600
    assert "a new token is made" in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize(
    "content",
    [b"", b"short", b"x" * 200, b"a b" * 20, b"\xff" * 43, b"a" * 43 + b"\n\n"],
)
def test_a_file_that_holds_no_token_is_said_and_left(path, content):
    path.write_bytes(content)
    with pytest.raises(TokenError, match="remove it"):
        load_or_create(path)
    assert path.read_bytes() == content


def test_a_link_is_not_followed(path, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    load_or_create(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(TokenError, match="can't be read"):
        load_or_create(path)


def test_a_directory_or_a_pipe_is_no_token(tmp_path):
    with pytest.raises(TokenError):
        load_or_create(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(TokenError, match="is not a file"):
        load_or_create(pipe)


def test_a_directory_that_is_not_there_is_said(tmp_path):
    with pytest.raises(TokenError, match="no token can be made"):
        load_or_create(tmp_path / "missing" / "owner.token")


def test_many_starts_at_once_agree_on_one(path):
    with ThreadPool(8) as pool:
        assert len(set(pool.map(load_or_create, [path] * 32))) == 1
    assert [entry.name for entry in path.parent.iterdir()] == ["owner.token"]


def test_only_the_same_token_is_the_same():
    token = "a" * 43
    assert same(token, token)
    for other in ("", "a" * 42, "a" * 44, "é" * 43, "\udcff" + "a" * 42):
        assert not same(other, token)
