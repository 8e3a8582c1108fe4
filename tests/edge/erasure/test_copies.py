"""Copies that Relevé made go whole, and a backup put back obeys what was erased."""

import sqlite3

import pytest
from erased_home import CURVE, EVER, HOUR, MIDNIGHT, curve

from edge.backup import backup, restore
from edge.commands import Erase
from edge.config.model import BackupConfig
from edge.erasure.books import Books
from edge.erasure.copies import copies_of
from edge.erasure.erasing import asked
from edge.importing.folder import Folder
from edge.journal.erased import Erased
from edge.outputs.services.book import FILE, Book

START, END = MIDNIGHT + 10 * HOUR, MIDNIGHT + 12 * HOUR
STONE = Erased(0, "linky", START, END, END)
MARCH, MAY = MIDNIGHT, MIDNIGHT + 60 * 24 * HOUR


async def erase(home, meter="linky", start=START, end=END):
    await asked(home.erasure, Erase(meter, start, end))
    assert await home.erasure.work() is False


@pytest.fixture
def here(home):
    return home.config.data_dir


async def test_backups_and_what_was_set_aside_go_whole(home, here):
    await home.live(0, 26)
    (here / "backups").mkdir()
    archive = here / "backups" / "releve-20260304T000000Z.tar.gz"
    backup(here, archive)
    aside = ("journal.db.damaged.20260101T000000Z", "store.db.before-restore.20260101")
    for name in (*aside, f"{aside[0]}-wal"):
        (here / name).write_bytes(b"what was read")
    own = here / "backups" / "holidays.jpg"
    own.write_bytes(b"not ours")
    await erase(home)
    left = {path.name for path in here.rglob("*")}
    assert left.isdisjoint(
        (*aside, f"{aside[0]}-wal", "releve-20260304T000000Z.tar.gz")
    )
    assert own.exists()


async def test_backups_of_the_schedule_go_wherever_they_are(home, tmp_path):
    await home.live(0, 26)
    place = tmp_path / "stick"
    place.mkdir()
    for name in ("releve-20260304T000000Z.sealed", "mine.tar.gz"):
        (place / name).write_bytes(b"what was read")
    told = home.config.model_copy(update={"backup": BackupConfig(to=place)})
    copies = copies_of(told, home.hub.journal)
    assert await copies.count(STONE) == 1
    assert await copies.erase(STONE) == 1
    assert [path.name for path in place.iterdir()] == ["mine.tar.gz"]


async def dropped(home, here, *files):
    folder = Folder(here / "import", home.hub.importer)
    folder._make()
    for name, data in files:
        (here / "import" / name).write_bytes(data)
    await folder.look()
    await folder.look()
    return here / "import"


async def test_dropped_files_that_speak_of_it_go_and_others_stay(home, here):
    home.clock.now_ms = MAY + 10 * 24 * HOUR
    folder = await dropped(
        home,
        here,
        ("linky-march.csv", curve([2000] * 48, MARCH)),
        ("linky-may.csv", curve([2000] * 48, MAY)),
        ("spoilt.csv", b"\x00 no table"),
    )
    assert len(list((folder / "done").iterdir())) == 4
    assert len(list((folder / "refused").iterdir())) == 2
    await erase(home)
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left == {"linky-may.csv", "linky-may.csv.txt"}


async def test_a_file_that_is_dropped_again_brings_nothing_back(home, here):
    data = curve([2000] * 48, MARCH)
    await dropped(home, here, ("linky-march.csv", data))
    await erase(home)
    folder = await dropped(home, here, ("again.csv", data))
    slices = home.hub.reads.slices("linky", CURVE, START, END)
    assert slices == []
    word = (folder / "done" / "again.csv.txt").read_text()
    assert "des lignes parlent d'un temps que vous avez fait effacer" in word
    assert "4 rows speak of a time that you had erased" in word


async def test_a_backup_from_before_brings_nothing_back(home, here, tmp_path):
    await home.live(0, 26)
    archive = tmp_path / "elsewhere.tar.gz"
    backup(here, archive)
    await erase(home)
    left = home.instants()
    home.close()
    restore(archive, here, force=True)
    home.open()
    assert home.instants() == left
    assert home.hub.store.track("linky", START, END).instants.tolist() == []
    assert await home.erasure.work() is False
    assert not list(here.glob("*.before-restore.*"))
    # and from now on it holds here as it did there
    await home.live(9, 4)
    assert home.instants() == left


async def test_a_store_made_anew_of_a_backup_has_nothing_of_it(home, here, tmp_path):
    await home.live(0, 26)
    archive = tmp_path / "elsewhere.tar.gz"
    backup(here, archive)
    await erase(home)
    left = home.instants()
    await home.hub.rebuild(archive)
    assert home.instants() == left


async def test_what_services_are_owed_of_it_is_never_told(home, here):
    Book(here / FILE, 0).close()
    rows = [
        ("svc-1", "linky", "import_total_wh", "hour", START, START + HOUR, 7, 1),
        ("svc-1", "linky", "import_total_wh", "day", MIDNIGHT, EVER, 170, 1),
        ("svc-1", "shed", "import_total_wh", "hour", START, START + HOUR, 8, 1),
    ]
    with sqlite3.connect(here / FILE) as book:
        book.executemany(
            "INSERT INTO told (service, meter, register, step, start_ms, end_ms, value,"
            " owed, quality, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'raw', 1)",
            rows,
        )
    book.close()
    await home.live(0, 26)
    assert await Books(here).count(STONE) == 1
    await erase(home)
    with sqlite3.connect(here / FILE) as book:
        told = book.execute("SELECT meter, step FROM told ORDER BY meter").fetchall()
    book.close()
    assert told == [("linky", "day"), ("shed", "hour")]
