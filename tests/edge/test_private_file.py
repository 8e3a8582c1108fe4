"""A file that only its owner may read is there whole, or is not there."""

import os
import stat

import pytest

from edge.private_file import write_private


def test_it_is_its_owner_s_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        write_private(tmp_path / "secret", b"word\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert (tmp_path / "secret").read_bytes() == b"word\n"
    assert [found.name for found in tmp_path.iterdir()] == ["secret"]


def test_it_takes_the_place_of_another_unless_told_not_to(tmp_path):
    path = tmp_path / "secret"
    write_private(path, b"first")
    write_private(path, b"second")
    with pytest.raises(FileExistsError):
        write_private(path, b"third", replace=False)
    assert path.read_bytes() == b"second"
    assert [found.name for found in tmp_path.iterdir()] == ["secret"]


def test_its_name_is_durable_too(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("edge.private_file.sync_directory", synced.append)
    write_private(tmp_path / "secret", b"word")
    assert synced == [tmp_path]


def test_what_could_not_be_written_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    write_private(path, b"first")

    def refuse(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_private(path, b"second")
    assert path.read_bytes() == b"first"
    assert [found.name for found in tmp_path.iterdir()] == ["secret"]
