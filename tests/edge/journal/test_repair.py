"""Only what is really damaged is set aside, and only once."""

from __future__ import annotations

from edge.event import Event, EventKind
from edge.journal.ballast import Ballast
from edge.journal.repair import repair


async def test_a_sound_record_is_left_alone(journal):
    event = Event("linky", 1, EventKind.MESSAGE)
    await journal.append([event])
    assert await journal._do(lambda tx: repair(tx, 1)) is False
    assert await journal._do(lambda tx: repair(tx, 99)) is False
    assert [record.body for record in journal.read()] == [event]


def test_a_ballast_that_the_disk_refuses_is_not_left_half_made(tmp_path, monkeypatch):
    def refuse(*_arguments):
        raise OSError("no room after all")

    monkeypatch.setattr("os.posix_fallocate", refuse)
    assert not Ballast(tmp_path, 4096).make()
    assert list(tmp_path.iterdir()) == []
