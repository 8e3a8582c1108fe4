"""A backup is made when it is due, proved, read back; the newest are kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from edge.backup import kept
from edge.backup.noted import Noted
from edge.backup.schedule import AGAIN_MS, Backups, Due, due
from edge.config import BackupConfig
from edge.errors import BackupError

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000


class Pi:
    """A home whose backups are made at once, and whose clock is set."""

    def __init__(self, directory: Path, **config):
        directory.mkdir()
        self.directory, self.now_ms = directory, NOW_MS
        self.asked, self.fails = [], None
        self.config = BackupConfig(**config)
        self.backups = Backups(self.config, directory, lambda: self.now_ms, self.do)

    async def do(self, what, data_dir, file, secret):
        self.asked.append((str(what), file.name, secret))
        if self.fails is not None:
            raise BackupError(self.fails)
        if what is Due.MAKE:
            file.write_bytes(b"x" * 10)
            now = (self.now_ms, self.now_ms)
            Noted(str(file), 10, secret is not None, *now).write(data_dir)

    async def after(self, ms: int = 0) -> None:
        self.now_ms += ms
        await self.backups.turn()

    @property
    def names(self) -> list[str]:
        return [path.name for path in kept.backups(self.backups.place)]

    @property
    def part(self):
        (part,) = self.backups.health()
        return part


@pytest.fixture
def pi(tmp_path):
    return Pi(tmp_path / "home", keep=3)


async def test_one_is_made_when_it_is_due_and_no_sooner(pi):
    await pi.after()
    assert pi.asked == [("make", "releve-20260921T141320Z.tar.gz", None)]
    await pi.after(60_000)
    assert len(pi.asked) == 1
    await pi.after(DAY_MS)
    assert [what for what, *_ in pi.asked] == ["make", "make"]


async def test_so_many_are_kept_and_the_oldest_goes_last_of_all(pi):
    for _ in range(5):
        await pi.after(DAY_MS)
    assert len(pi.names) == 3
    pi.fails = "the disk is full"
    before = pi.names
    await pi.after(DAY_MS)
    assert pi.names == before


async def test_one_is_read_back_half_way_to_the_next(pi):
    await pi.after()
    await pi.after(DAY_MS // 2)
    assert pi.asked[-1][:2] == ("read", pi.names[-1])
    assert pi.part.gauges["verified_age_s"] == 0
    assert pi.part.gauges["age_s"] == DAY_MS // 2000
    await pi.after(60_000)
    assert len(pi.asked) == 2


async def test_one_that_is_not_what_it_was_is_told_and_made_anew(pi):
    await pi.after()
    pi.fails = "journal.db is not what was backed up"
    await pi.after(DAY_MS // 2)
    assert not pi.part.ok
    assert "not what was backed up" in pi.part.detail
    assert "verified_age_s" not in pi.part.gauges
    again = Backups(pi.config, pi.directory, lambda: pi.now_ms, pi.do)
    await again.look()
    assert "found damaged" in again.health()[0].detail  # after a restart, too
    pi.fails = None
    await pi.after(60_000)
    assert [what for what, *_ in pi.asked] == ["make", "read", "make"]
    assert pi.part.ok


async def test_what_fails_is_told_and_tried_again_in_an_hour(pi):
    pi.fails = "the disk is full"
    await pi.after()
    assert (pi.part.ok, pi.part.detail) == (False, "the disk is full")
    await pi.after(AGAIN_MS)
    assert len(pi.asked) == 1
    await pi.after(1)
    assert len(pi.asked) == 2


async def test_one_that_is_gone_is_made_anew(pi):
    await pi.after()
    (pi.backups.place / pi.names[0]).unlink()
    await pi.after(60_000)
    assert len(pi.names) == 1


async def test_a_stick_that_is_not_there_is_told_and_not_made_on_the_card(tmp_path):
    pi = Pi(tmp_path / "home", to=tmp_path / "stick")
    await pi.after()
    assert "plug the disk in" in pi.part.detail
    assert not (tmp_path / "stick").exists()
    (tmp_path / "stick").mkdir()
    await pi.after(AGAIN_MS + 1)
    assert pi.part.ok
    assert len(pi.names) == 1


async def test_what_a_cut_left_in_its_place_is_cleared(pi):
    place = pi.backups.place
    (place / ".releve-20260101T000000Z.tar.gz.scratch").mkdir(parents=True)
    (place / ".releve-20260101T000000Z.tar.gz.draft").write_bytes(b"half")
    (place / "mine.txt").write_text("of somebody else")
    await pi.after()
    assert sorted(path.name for path in place.iterdir()) == ["mine.txt", *pi.names]


async def test_a_passphrase_file_of_the_home_seals_them(tmp_path):
    pi = Pi(tmp_path / "home", passphrase_file="backup.secret")  # noqa: S106 - its name
    await pi.after()
    secret = pi.directory / "backup.secret"
    assert pi.asked == [("make", "releve-20260921T141320Z.sealed", secret)]
    await pi.after(DAY_MS // 2)
    assert pi.asked[-1] == ("read", pi.names[0], secret)


async def test_one_that_was_made_elsewhere_by_hand_is_no_backup_of_the_schedules(pi):
    await pi.after()
    other = pi.directory / "by-hand.tar.gz"
    other.write_bytes(b"x")
    Noted(str(other), 1, True, pi.now_ms, pi.now_ms).write(pi.directory)
    await pi.after(60_000)
    assert [what for what, *_ in pi.asked] == ["make", "make"]


@pytest.mark.parametrize(
    ("made", "verified", "ran", "wanted"),
    [
        (0, 0, 0, None),
        (-DAY_MS, 0, 0, Due.MAKE),
        (-DAY_MS + 1, 0, 0, None),
        (-DAY_MS + 1, -DAY_MS // 2, 0, Due.READ),
        (DAY_MS, DAY_MS, DAY_MS - 1, None),
        (DAY_MS, DAY_MS, DAY_MS, Due.MAKE),
        (-1000, -2000, 0, Due.MAKE),
    ],
)
def test_what_is_due_is_told_by_the_note(tmp_path, made, verified, ran, wanted):
    file = tmp_path / "x"
    file.write_bytes(b"x")
    noted = Noted(str(file), 1, False, NOW_MS + made, NOW_MS + verified)
    assert due(noted, DAY_MS, NOW_MS, ran) is wanted
    assert due(None, DAY_MS, NOW_MS, ran) is Due.MAKE


async def test_one_that_is_too_old_is_not_well(pi):
    await pi.after()
    pi.fails = "x"
    pi.now_ms += 3 * DAY_MS
    assert pi.part.detail == "the last backup is too old"


def test_without_a_table_nothing_is_made_and_what_others_made_is_told(tmp_path):
    backups = Backups(None, tmp_path, lambda: NOW_MS)
    asyncio.run(backups.turn())
    assert backups.health() == []
    Noted(str(tmp_path), 10, True, NOW_MS - 5_000, NOW_MS - 4_000).write(tmp_path)
    asyncio.run(backups.turn())
    (part,) = backups.health()
    assert part.gauges == {"bytes": 10, "age_s": 5, "verified_age_s": 4}


def test_what_is_noted_and_can_not_be_read_is_nothing(tmp_path):
    (tmp_path / "backup.json").write_text("{")
    assert Noted.read(tmp_path) is None
    (tmp_path / "backup.json").write_text('{"x": 1}')
    assert Noted.read(tmp_path) is None
