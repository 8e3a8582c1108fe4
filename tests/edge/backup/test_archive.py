"""An archive gives back what was packed, and says why it gives nothing."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import replace

import pytest

from edge.backup.archive import describe, is_sealed, pack, unpack
from edge.backup.manifest import MANIFEST, MANIFEST_BYTES, Manifest
from edge.errors import BackupError, NewerSchema
from edge.journal.file import JOURNAL


@pytest.fixture
def scratch(tmp_path):
    made = tmp_path / "scratch"
    made.mkdir()
    with closing(sqlite3.connect(made / JOURNAL)) as database:
        database.execute("CREATE TABLE record (seq INTEGER)")
        database.execute("INSERT INTO record VALUES (1)")
        database.commit()
    return made


@pytest.fixture
def into(tmp_path):
    made = tmp_path / "into"
    made.mkdir()
    return made


def packed(scratch, of):
    path = scratch / "home.tar.gz"
    pack(Manifest(0, 1, (of,)), scratch, path)
    return path


def test_what_was_packed_comes_out(scratch, into):
    of = describe(scratch / JOURNAL)
    assert of.tables == {"record": 1}
    assert unpack(packed(scratch, of), into).databases == (of,)
    assert describe(into / JOURNAL) == of


def test_one_that_is_not_there_is_said_so(tmp_path, into):
    with pytest.raises(BackupError, match="there is no archive"):
        unpack(tmp_path / "none.tar.gz", into)
    assert not is_sealed(tmp_path / "none.tar.gz")


def test_a_database_whose_index_lacks_a_row_is_damaged(scratch):
    path = scratch / JOURNAL
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE name (told TEXT UNIQUE)")
        database.execute("INSERT INTO name VALUES ('linky-at-home')")
        database.commit()
    path.write_bytes(path.read_bytes().replace(b"linky-at-home", b"linky-at-work", 1))
    with pytest.raises(BackupError, match="is damaged"):
        describe(path)


def test_one_that_holds_a_database_not_known_here_is_of_a_newer_version(scratch, into):
    (scratch / JOURNAL).rename(scratch / "later.db")
    with pytest.raises(NewerSchema):
        unpack(packed(scratch, describe(scratch / "later.db")), into)


def test_one_that_holds_other_rows_than_it_says_is_refused(scratch, into):
    of = replace(describe(scratch / JOURNAL), tables={"record": 2})
    with pytest.raises(BackupError, match="not what was backed up"):
        unpack(packed(scratch, of), into)


def test_one_whose_manifest_is_endless_is_none_of_ours(tmp_path, into):
    path = tmp_path / "home.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo(MANIFEST)
        member.size = MANIFEST_BYTES + 1
        tar.addfile(member, io.BytesIO(bytes(member.size)))
    with pytest.raises(BackupError, match="no backup of Relevé"):
        unpack(path, into)
