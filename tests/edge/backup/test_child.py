"""A process of its own makes a backup, reads one back, and says what is wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from edge.backup import child, read_manifest
from edge.backup.child import do, passphrase_of, told
from edge.backup.noted import Noted
from edge.backup.reading_back import read_back
from edge.errors import BackupError, EdgeError

PHRASE = "four words nobody guesses"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_text(PHRASE + "\n")
    return path


@pytest.mark.real
async def test_it_is_made_noted_and_read_back(home, secret, tmp_path):
    file = tmp_path / "releve-20260921T141320Z.sealed"
    await told("make", home, file, secret)
    noted = Noted.read(home)
    assert (noted.file, noted.sealed) == (str(file), True)
    assert noted.verified_ms >= noted.made_ms
    await told("read", home, file, secret)
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(BackupError, match="was changed"):
        await told("read", home, file, secret)


@pytest.mark.real
async def test_a_process_that_ends_is_told(home, tmp_path, monkeypatch):
    monkeypatch.setattr(child, "sys", SimpleNamespace(executable="false", path=[]))
    with pytest.raises(BackupError, match="tried again in an hour"):
        await told("make", home, tmp_path / "x", None)


def test_what_it_does_is_what_is_asked(home, secret, tmp_path):
    do("make", home, tmp_path / "x", secret)
    do("read", home, tmp_path / "x", secret)
    assert read_back(tmp_path / "x", tmp_path, PHRASE) == read_manifest(
        tmp_path / "x", PHRASE
    )


def test_a_passphrase_file_that_is_not_there_or_weak_is_told(tmp_path):
    with pytest.raises(BackupError, match="passphrase_file is a text of one line"):
        passphrase_of(tmp_path / "none")
    (tmp_path / "weak").touch(mode=0o600)
    (tmp_path / "weak").write_text("secret\n")
    with pytest.raises(EdgeError, match="12 characters"):
        passphrase_of(tmp_path / "weak")
    assert passphrase_of(None) is None


def test_a_passphrase_file_that_others_may_read_is_refused(secret):
    secret.chmod(0o640)
    with pytest.raises(BackupError, match="chmod 600"):
        passphrase_of(secret)


def test_an_open_backup_whose_bytes_changed_is_found(home, tmp_path):
    do("make", home, tmp_path / "x.tar.gz", None)
    data = bytearray((tmp_path / "x.tar.gz").read_bytes())
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "x.tar.gz").write_bytes(data)
    with pytest.raises(BackupError):
        do("read", home, tmp_path / "x.tar.gz", None)
