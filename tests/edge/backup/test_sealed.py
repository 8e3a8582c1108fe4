"""A sealed backup opens by its passphrase alone, and lies nowhere in clear."""

from __future__ import annotations

import gzip
import os
import stat

import pytest

from edge.backup import backup, is_sealed, making, read_manifest, restore
from edge.errors import BackupError, NewerSchema
from edge.journal import Journal
from edge.portability import sealed

PHRASE = "four words nobody guesses"
GZIP = b"\x1f\x8b"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """A guess costs little here: what is tried is the backup."""
    monkeypatch.setattr(sealed, "LOG_N", 4)


@pytest.fixture
def archive(home, tmp_path):
    found = tmp_path / "stick" / "home.releve"
    found.parent.mkdir()
    backup(home, found, passphrase=PHRASE)
    return found


def contents(directory) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in directory.iterdir()
        if path.is_file() and path.name != "lock"
    }


def test_what_was_sealed_is_restored_by_its_passphrase(archive, tmp_path):
    manifest = restore(archive, tmp_path / "new", passphrase=PHRASE)
    assert manifest == read_manifest(archive, PHRASE)
    journal = Journal.open(tmp_path / "new", ballast_bytes=1 << 16)
    assert sum(len(one.body.samples()) for one in journal.read()) == 100
    journal.close()


def test_nothing_of_it_can_be_read_without(archive):
    data = archive.read_bytes()
    assert is_sealed(archive)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    for word in (b"journal.db", b"linky", b"manifest", PHRASE.encode()):
        assert word not in data
    with pytest.raises(gzip.BadGzipFile), gzip.open(archive) as file:
        file.read()


def test_nothing_in_clear_ever_lies_where_it_is_made(home, tmp_path):
    place = tmp_path / "stick"
    place.mkdir()
    seen = set()

    def look(_step: str, _part: float) -> None:
        for path in place.rglob("*"):
            seen.add(path.name)
            assert not path.read_bytes().startswith((GZIP, b"SQLite"))

    backup(home, place / "home.releve", look, PHRASE)
    assert seen == {".home.releve.draft", "home.releve"}
    assert not list((home / "copies").iterdir())


def test_it_is_proved_as_any_backup(home, tmp_path, monkeypatch):
    made = making.pack

    def spoil(manifest, scratch, draft, progress, passphrase):
        made(manifest, scratch, draft, progress, passphrase)
        data = bytearray(draft.read_bytes())
        data[-1] ^= 1
        draft.write_bytes(data)

    monkeypatch.setattr(making, "pack", spoil)
    with pytest.raises(BackupError, match="was changed"):
        backup(home, tmp_path / "x.releve", passphrase=PHRASE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def refused(archive, home, phrase=PHRASE, error=BackupError) -> str:
    """Give why a restore was refused, having looked that it touched nothing."""
    before = contents(home)
    with pytest.raises(error) as told:
        restore(archive, home, force=True, passphrase=phrase)
    assert contents(home) == before
    assert not (home / "restoring").exists()
    return str(told.value)


def test_a_wrong_passphrase_is_refused_with_what_to_do(archive, home):
    said = refused(archive, home, "four words nobody guessed")
    assert "the passphrase is wrong" in said
    assert said.count("capitals and spaces count") == 1


def test_no_passphrase_is_refused_with_what_to_do(archive, home):
    assert "--passphrase-file" in refused(archive, home, None)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.9, 0.9999])
def test_one_that_breaks_off_is_refused_with_what_to_do(archive, home, part):
    size = archive.stat().st_size
    os.truncate(archive, max(len(sealed.MAGIC), int(size * part)))
    assert refused(archive, home)


def test_one_that_breaks_off_between_two_chunks_is_said_to(home, tmp_path, monkeypatch):
    monkeypatch.setattr(sealed, "CHUNK", 1 << 10)
    archive = tmp_path / "home.releve"
    backup(home, archive, passphrase=PHRASE)
    os.truncate(archive, sealed.HEADER.size + 3 * ((1 << 10) + sealed.TAG))
    said = refused(archive, home)
    assert "breaks off or was changed" in said
    assert "copy it again" in said


def test_one_that_another_version_sealed_is_refused_with_what_to_do(archive, home):
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"RELEVE-SEALED-1", b"RELEVE-SEALED-0", 1))
    said = refused(archive, home, error=NewerSchema)
    assert "another version" in said
    assert "the version that made it" in said


def test_a_pack_is_no_backup(home, tmp_path):
    pack = tmp_path / "pack.releve"
    with pack.open("wb") as file:
        sealing = sealed.Sealing(file, PHRASE)
        sealing.write(b"PK\x03\x04" + b"x" * 100)
        sealing.close()
    assert "damaged" in refused(pack, home)
