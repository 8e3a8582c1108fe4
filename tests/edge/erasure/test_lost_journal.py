"""What was erased stays away though the journal that knew of it is lost."""

from __future__ import annotations

import json
import stat

import pytest
from erased_home import CURVE, EVER, HOUR, INDEX, MIDNIGHT, Home, curve, samples

from edge.backup import backup, restore
from edge.commands import Erase
from edge.erasure.erasing import asked
from edge.interval import Step
from edge.journal import erased_file
from edge.record import Lane

START, END = MIDNIGHT + 10 * HOUR, MIDNIGHT + 12 * HOUR


def lost(data):
    for path in data.glob("journal.db*"):
        path.unlink()


def damaged(data):
    (data / "journal.db").write_bytes(b"this is no database" * 1000)


def older(data):
    """Have the journal of before stand there again, as somebody copied it."""
    (data / "journal.db").write_bytes((data.parent / "older.db").read_bytes())


@pytest.fixture
async def erased(home):
    """A home that lived, was copied and then had two hours erased, and is closed."""
    await home.live(0, 26)
    data = home.config.data_dir
    home.hub.store.release()
    backup(data, data.parent / "before.tar.gz")
    home.close()
    (data.parent / "older.db").write_bytes((data / "journal.db").read_bytes())
    home.open()
    await asked(home.erasure, Erase("linky", START, END))
    assert await home.erasure.work() is False
    home.close()
    return home


async def again(home: Home) -> None:
    """Run each source once more."""
    for one in samples(8, 6):
        home.hub.journal.add_sample(one, Lane.HISTORY)
    await home.hub.journal.commit()
    await home.take(curve([3_000] * 52))
    await home.hub.caught_up()


def back(home: Home) -> list[object]:
    """Give whatever tells of what was erased."""
    rows = home.rows(INDEX, Step.MIN30) + home.hub.reads.slices("linky", CURVE, 0, EVER)
    return [
        *(at for at in home.instants() if START <= at < END),
        *(row for row in rows if START <= row.start_ms < END),
    ]


@pytest.mark.parametrize("harm", [lost, damaged, older])
async def test_no_source_brings_it_back(erased, harm):
    harm(erased.config.data_dir)
    erased.open()
    await erased.erasure.work()
    await erased.hub.caught_up()
    await again(erased)
    assert erased.instants(), "what was around it is there"
    assert back(erased) == []


@pytest.mark.parametrize("harm", [lost, damaged])
async def test_nor_does_a_backup_from_before_the_loss(erased, harm):
    data = erased.config.data_dir
    harm(data)
    restore(data.parent / "before.tar.gz", data, force=True)
    erased.open()
    assert back(erased) == []
    await again(erased)
    assert back(erased) == []


async def test_what_was_begun_and_lost_with_the_journal_is_finished(home):
    await home.live(0, 26)
    await asked(home.erasure, Erase("linky", START, END))
    home.close()
    lost(home.config.data_dir)
    home.open()
    (stone,) = home.hub.journal.erased()
    assert (stone.meter, stone.start_ms, stone.end_ms) == ("linky", START, END)
    assert stone.finished_ms is None
    assert await home.erasure.work() is False
    assert back(home) == []


async def test_it_says_which_meter_and_when_and_nobody_else_may_read_it(erased):
    path = erased.config.data_dir / "erased.json"
    assert json.loads(path.read_bytes()) == [["linky", START, END, erased.clock.now_ms]]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"nonsense", b"[1]", b'[["linky", 1]]', b'[["linky", 1, 2, "now"]]'),
        *(b"[" * 100_000, b'[["linky", 1, 2, true]]', b"{}"),
    ],
)
async def test_a_file_that_is_damaged_is_written_anew_by_the_journal(erased, content):
    path = erased.config.data_dir / "erased.json"
    before = path.read_bytes()
    path.write_bytes(content)
    erased.open()
    assert len(erased.hub.journal.erased()) == 1
    assert path.read_bytes() == before


async def test_a_disk_that_will_not_have_it_is_told_and_the_next_start_notes_it(
    home, monkeypatch, caplog
):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    await home.live(0, 26)
    monkeypatch.setattr(erased_file.private_file, "write_private", full)
    await asked(home.erasure, Erase("linky", START, END))
    assert "can't be written: No space left" in caplog.text
    monkeypatch.undo()
    home.again()
    assert len(erased_file.read(home.config.data_dir)) == 1


async def test_where_nothing_was_erased_there_is_no_file(home):
    await home.live(0, 1)
    home.again()
    assert not (home.config.data_dir / "erased.json").exists()
