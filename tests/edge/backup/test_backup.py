"""A backup is proved when it is made, and restored whole or not at all."""

from __future__ import annotations

import io
import random
import sqlite3
import stat
import tarfile
from contextlib import closing
from dataclasses import asdict, replace

import pytest
from backed_home import sample

import edge.backup.making
import edge.backup.manifest
import edge.journal.copying
from edge.backup import backup, read_manifest, restore
from edge.backup.reading_back import read_back
from edge.errors import AlreadyRunning, BackupError, NewerSchema
from edge.event import Event, EventKind
from edge.journal import Journal, schema
from edge.journal.database import SqliteDatabase
from edge.record import Lane
from edge.sample import Sample
from edge.stores.sqlite import SqliteStore


@pytest.fixture
def archive(home, tmp_path):
    backup(home, tmp_path / "home.tar.gz")
    return tmp_path / "home.tar.gz"


def samples(directory) -> list[Sample]:
    journal = Journal.open(directory, ballast_bytes=1 << 16)
    try:
        return [s for r in journal.read() for s in r.body.samples()]
    finally:
        journal.close()


def contents(directory) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in directory.iterdir()
        if path.name != "lock"
    }


def test_what_is_restored_is_what_was_backed_up(archive, tmp_path):
    manifest = restore(archive, tmp_path / "new")
    assert [one.name for one in manifest.databases] == ["journal.db", "store.db"]
    assert manifest == read_manifest(archive)
    assert samples(tmp_path / "new") == [sample(n) for n in range(100)]
    store = SqliteStore(tmp_path / "new" / "store.db")
    assert len(store.raw("linky", "import_total_wh", 0, 1 << 60, 1000)) == 100
    store.close()


def test_archive_and_restored_files_are_the_owners_alone(archive, tmp_path):
    restore(archive, tmp_path / "new")
    for path in (archive, *(tmp_path / "new").glob("*.db")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_restored_journal_goes_on_in_a_new_epoch(archive, home, tmp_path):
    before = Journal.open(home, ballast_bytes=1 << 16)
    old = before.tail
    before.close()
    restore(archive, tmp_path / "new")
    after = Journal.open(tmp_path / "new", ballast_bytes=1 << 16)
    assert after.tail.epoch > old.epoch
    assert after.read()[0].address.epoch == old.epoch
    again = after.tail.epoch
    after.close()
    once = Journal.open(tmp_path / "new", ballast_bytes=1 << 16)
    assert once.tail.epoch == again
    once.close()


async def test_a_backup_may_be_made_while_the_service_writes(home, tmp_path):
    journal = Journal.open(home, ballast_bytes=1 << 16)
    journal.add_sample(sample(100))
    await journal.commit()
    backup(home, tmp_path / "live.tar.gz")
    journal.add_sample(sample(101))
    await journal.commit()
    journal.close()
    restore(tmp_path / "live.tar.gz", tmp_path / "new")
    assert samples(tmp_path / "new") == [sample(n) for n in range(101)]


async def test_a_backup_is_of_one_instant_though_rows_come_while_it_is_made(
    home, tmp_path, monkeypatch
):
    monkeypatch.setattr(edge.journal.copying, "PAGES", 1)
    journal = Journal.open(home, ballast_bytes=1 << 16)
    steps = []

    def write(step: str, _part: float) -> None:
        if step == "copy journal.db":
            steps.append(step)
            event = Event("linky", len(steps), EventKind.MESSAGE, {"n": len(steps)})
            journal.take(event, lane=Lane.HISTORY)
            journal._writer.submit(lambda _tx: None).result()

    manifest = backup(home, tmp_path / "live.tar.gz", write)
    assert len(steps) > 3
    assert manifest.databases[0].tables["record"] == 1
    journal.close()


def test_progress_is_told_from_copying_to_done(home, tmp_path):
    told = []
    backup(home, tmp_path / "x.tar.gz", lambda step, part: told.append((step, part)))
    steps = [step for step, _ in told]
    for step in ("copy journal.db", "pack store.db", "unpack journal.db", "done"):
        assert step in steps
    assert all(0 <= part <= 1 for _, part in told)


def test_a_directory_without_a_journal_is_not_backed_up(tmp_path):
    with pytest.raises(BackupError, match="no journal"):
        backup(tmp_path, tmp_path / "x.tar.gz")


def test_a_journal_alone_is_backed_up_alone(home, tmp_path):
    (home / "store.db").unlink()
    manifest = backup(home, tmp_path / "x.tar.gz")
    assert [one.name for one in manifest.databases] == ["journal.db"]
    restore(tmp_path / "x.tar.gz", tmp_path / "new")
    assert not (tmp_path / "new" / "store.db").exists()


def test_a_damaged_database_is_refused_and_leaves_no_archive(home, tmp_path):
    data = bytearray((home / "store.db").read_bytes())
    data[4096:] = random.Random(1).randbytes(len(data) - 4096)
    (home / "store.db").write_bytes(data)
    with pytest.raises(BackupError):
        backup(home, tmp_path / "x.tar.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_an_archive_that_does_not_prove_itself_is_not_left(home, tmp_path, monkeypatch):
    made = edge.backup.making.pack

    def spoil(manifest, scratch, draft, progress, passphrase):
        made(manifest, scratch, draft, progress, passphrase)
        data = bytearray(draft.read_bytes())
        data[len(data) // 2] ^= 0xFF
        draft.write_bytes(data)

    monkeypatch.setattr(edge.backup.making, "pack", spoil)
    with pytest.raises(BackupError):
        backup(home, tmp_path / "x.tar.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_a_full_or_missing_place_is_refused(home, tmp_path):
    with pytest.raises(BackupError, match="check the place"):
        backup(home, tmp_path / "nowhere" / "x.tar.gz")


def test_databases_that_are_there_are_not_overwritten(archive, home):
    before = contents(home)
    with pytest.raises(BackupError, match="already"):
        restore(archive, home)
    assert contents(home) == before


def test_by_force_they_are_kept_under_another_name(archive, home):
    old = (home / "journal.db").read_bytes()
    restore(archive, home, force=True)
    (kept,) = home.glob("journal.db.before-restore.*Z")
    assert kept.read_bytes() == old
    assert len(list(home.glob("store.db.before-restore.*Z"))) == 1
    assert samples(home) == [sample(n) for n in range(100)]


def test_a_directory_that_a_service_runs_on_is_refused(archive, home):
    journal = Journal.open(home, ballast_bytes=1 << 16)
    with pytest.raises(AlreadyRunning):
        restore(archive, home, force=True)
    journal.close()


def test_what_is_no_archive_is_refused(tmp_path):
    with pytest.raises(BackupError, match="no archive"):
        restore(tmp_path / "nothing", tmp_path / "new")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(BackupError, match="damaged"):
        restore(tmp_path / "text", tmp_path / "new")
    assert not (tmp_path / "new" / "journal.db").exists()


@pytest.mark.parametrize("seed", range(30))
def test_an_archive_damaged_anywhere_is_refused_with_nothing_touched(
    archive, home, seed
):
    rng = random.Random(seed)
    data = bytearray(archive.read_bytes())
    if seed % 3 == 0:
        del data[rng.randrange(len(data) - 10) :]
    elif seed % 3 == 1:
        data[rng.randrange(20, len(data))] ^= 1 << rng.randrange(8)
    else:
        start = rng.randrange(10, len(data) - 200)
        data[start : start + 200] = rng.randbytes(200)
    archive.write_bytes(data)
    before = contents(home)
    with pytest.raises(BackupError):
        restore(archive, home, force=True)
    assert contents(home) == before


def repacked(archive, change) -> None:
    """Rewrite an archive's members as `change` wants them."""
    with tarfile.open(archive) as tar:
        members = [(m.name, tar.extractfile(m).read()) for m in tar.getmembers()]
    with tarfile.open(archive, "w:gz") as tar:
        for name, data in change(members):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def with_manifest(**changes):
    def change(members):
        document = edge.backup.manifest.document_of(members[0][1]) | changes
        return [("manifest", edge.backup.manifest.checked(document)), *members[1:]]

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members[1:],
        lambda _: [],
        lambda members: [("manifest", edge.backup.manifest.checked({})), *members[1:]],
        lambda members: [("manifest", b" " * (1 << 20) + b" "), *members[1:]],
        lambda members: members[:2],
        lambda members: [members[0], members[2], members[1]],
        lambda members: [*members, ("../evil", b"x")],
        lambda members: [members[0], ("../journal.db", members[1][1]), members[2]],
        lambda members: [members[0], (members[1][0], members[1][1] + b"x"), members[2]],
        lambda members: [members[0], (members[1][0], b"x" * 4096), members[2]],
        with_manifest(databases=[]),
        with_manifest(databases=[{"name": 1}]),
    ],
)
def test_an_archive_made_otherwise_is_refused(archive, tmp_path, change):
    repacked(archive, change)
    with pytest.raises(BackupError):
        restore(archive, tmp_path / "new")
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["lock"]


def test_a_backup_of_a_newer_version_is_refused(archive, tmp_path):
    repacked(archive, with_manifest(format=2))
    with pytest.raises(NewerSchema, match="newer"):
        restore(archive, tmp_path / "new")


def test_a_backup_of_an_older_format_is_refused_with_what_to_do(archive, tmp_path):
    repacked(archive, with_manifest(format=0))
    with pytest.raises(BackupError, match="older Relevé") as refused:
        restore(archive, tmp_path / "new")
    assert "with the version that made it" in str(refused.value)


def test_a_backup_of_a_newer_schema_is_refused(home, tmp_path, monkeypatch):
    with sqlite3.connect(home / "journal.db") as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    monkeypatch.setitem(edge.backup.SCHEMAS, "journal.db", 99)
    backup(home, tmp_path / "x.tar.gz")
    monkeypatch.undo()
    with pytest.raises(NewerSchema, match="99"):
        restore(tmp_path / "x.tar.gz", tmp_path / "new")


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_databases_of_an_older_schema_are_brought_up_at_the_start(tmp_path, version):
    (tmp_path / "old").mkdir()
    older = replace(schema.SCHEMA, migrations=schema.MIGRATIONS[:version])
    with closing(SqliteDatabase(tmp_path / "old" / "journal.db")) as database:
        older.migrate(database)
    backup(tmp_path / "old", tmp_path / "x.tar.gz")
    manifest = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    assert manifest.databases[0].schema == version
    assert samples(tmp_path / "new") == []


def test_a_disk_without_room_is_refused(archive, tmp_path):
    databases = [asdict(one) for one in read_manifest(archive).databases]
    databases[0]["bytes"] = 1 << 60
    repacked(archive, with_manifest(databases=databases))
    with pytest.raises(BackupError, match="lacks room"):
        restore(archive, tmp_path / "new")


def test_what_a_restore_cut_off_left_is_in_nobodys_way(archive, tmp_path):
    (tmp_path / "new" / "restoring").mkdir(parents=True)
    (tmp_path / "new" / "restoring" / "journal.db").write_bytes(b"half")
    restore(archive, tmp_path / "new")
    assert samples(tmp_path / "new") == [sample(n) for n in range(100)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda members: members[:2], "lacks store.db"),
        (lambda members: [*members, ("more", b"x")], "more than its manifest"),
        (
            lambda members: [members[0], (members[1][0], b"x"), members[2]],
            "not what was backed up",
        ),
    ],
)
def test_what_is_read_back_is_what_its_manifest_says(archive, tmp_path, change, why):
    assert read_back(archive, tmp_path) == read_manifest(archive)
    repacked(archive, change)
    with pytest.raises(BackupError, match=why):
        read_back(archive, tmp_path)
