"""A backup that is restored: nothing that was withdrawn comes back by itself."""

import stat

import pytest
from consent_house import BASIS, COACH, DAY, choice, rights

from edge.backup import SCHEMAS, backup, read_manifest, restore
from edge.consent.ledger import FILE, Ledger
from edge.consent.records import RESTORED
from edge.errors import BackupError, NewerSchema
from edge.journal import Journal


@pytest.fixture
def home(tmp_path):
    directory = tmp_path / "home"
    Journal.open(directory, ballast_bytes=1 << 16).close()
    return directory


@pytest.fixture
def archive(home, house, tmp_path):
    """Give a backup of a home in which one service holds a consent, and where it is."""
    consents = house(home)
    _, (given,) = consents.give(COACH, [choice()], BASIS)
    backup(home, tmp_path / "home.tar.gz")
    consents.close()
    return tmp_path / "home.tar.gz", given


def test_the_ledger_is_in_the_backup_whole(archive):
    listed = {one.name: one for one in read_manifest(archive[0]).databases}
    assert listed[FILE].schema == 1
    assert listed[FILE].tables["entry"] == 2


def test_every_service_is_paused_until_the_owner_confirms_it(archive, house, tmp_path):
    file, given = archive
    restore(file, tmp_path / "new")
    consents = house(tmp_path / "new")
    assert rights(consents) == {}
    assert consents.service(given.service).pauses[-1].reason == RESTORED
    assert consents.ledger.verify() == 3
    consents.resume([given.service])
    assert rights(consents) == {given.service: {given.id}}


def test_a_restart_confirms_nothing(archive, house, tmp_path):
    restore(archive[0], tmp_path / "new")
    house(tmp_path / "new").close()
    assert rights(house(tmp_path / "new")) == {}


def test_what_happened_since_the_backup_is_in_the_pause(
    archive, house, clock, tmp_path
):
    file, given = archive
    restore(file, tmp_path / "new")
    consents = house(tmp_path / "new")
    clock.pass_ms(DAY)
    consents.resume()
    (pause,) = consents.grant(given.service).pauses
    assert pause.start_ms == read_manifest(file).made_ms


def test_a_withdrawn_consent_is_not_revived_by_an_older_backup(archive, house, home):
    file, given = archive
    consents = house(home)
    consents.withdraw([given.id])
    head = consents.ledger.head
    consents.close()
    restore(file, home, force=True)
    consents = house(home)
    assert rights(consents) == {}
    consents.resume()
    assert rights(consents) == {}
    consents.ledger.verify(head)  # and a receipt that was given since still holds


def test_a_withdrawal_is_unknown_to_another_home_and_so_all_waits_for_a_word(
    archive, house, home, tmp_path
):
    file, given = archive
    consents = house(home)
    consents.withdraw([given.id])
    consents.close()
    restore(file, tmp_path / "another")
    assert rights(house(tmp_path / "another")) == {}


def test_a_damaged_ledger_of_the_home_gives_way_to_the_archives(archive, house, home):
    file, given = archive
    (home / FILE).write_bytes(b"no database")
    restore(file, home, force=True)
    consents = house(home)
    assert rights(consents) == {}
    consents.resume()
    assert rights(consents) == {given.service: {given.id}}


def test_a_ledger_of_another_life_gives_way_to_the_archives(archive, house, home):
    file, given = archive
    (home / FILE).unlink()
    consents = house(home)
    other, _ = consents.give(COACH, [choice()], BASIS)
    consents.close()
    restore(file, home, force=True)
    consents = house(home)
    assert set(consents.standing.services) == {given.service} != {other.id}
    assert rights(consents) == {}


def test_a_home_keeps_its_ledger_when_the_archive_has_none(home, house, tmp_path):
    backup(home, tmp_path / "old.tar.gz")
    consents = house(home)
    service, _ = consents.give(COACH, [choice()], BASIS)
    consents.close()
    restore(tmp_path / "old.tar.gz", home, force=True)
    consents = house(home)
    assert consents.service(service.id).paused


def test_a_service_that_was_paused_stays_so_by_the_owners_word(home, house, tmp_path):
    consents = house(home)
    service, _ = consents.give(COACH, [choice()], BASIS)
    consents.pause()
    consents.close()
    backup(home, tmp_path / "x.tar.gz")
    restore(tmp_path / "x.tar.gz", tmp_path / "new")
    (pause,) = house(tmp_path / "new").service(service.id).pauses
    assert (pause.reason, pause.end_ms) == ("", None)


def test_a_clock_that_is_behind_the_backup_makes_no_pause_that_ends_before_it_began(
    archive, house, clock, tmp_path
):
    file, given = archive
    restore(file, tmp_path / "new")
    clock.wall_ms = read_manifest(file).made_ms - DAY
    consents = house(tmp_path / "new")
    consents.resume()
    (pause,) = consents.grant(given.service).pauses
    assert pause.end_ms == pause.start_ms


def test_a_ledger_that_was_changed_before_the_backup_gives_nothing(
    home, house, tmp_path
):
    consents = house(home)
    consents.give(COACH, [choice()], BASIS)
    consents.ledger.database.execute("UPDATE entry SET at_ms = 0 WHERE seq = 2")
    consents.close()
    backup(home, tmp_path / "x.tar.gz")
    restore(tmp_path / "x.tar.gz", tmp_path / "new")
    consents = house(tmp_path / "new")
    assert rights(consents) == {}
    assert consents.set_aside is not None


def test_what_is_restored_is_the_owners_alone_and_stands_alone(archive, home, tmp_path):
    restore(archive[0], home, force=True)
    restore(archive[0], tmp_path / "new")
    for directory in (home, tmp_path / "new"):
        assert stat.S_IMODE((directory / FILE).stat().st_mode) == 0o600
        assert not (directory / f"{FILE}-wal").exists()
        ledger = Ledger(directory / FILE)
        assert ledger.verify() == 3
        ledger.close()


def test_a_newer_ledger_is_refused_before_anything_is_touched(archive, monkeypatch):
    monkeypatch.setitem(SCHEMAS, FILE, 0)
    with pytest.raises(NewerSchema):
        read_manifest(archive[0])


def test_a_damaged_ledger_is_said_when_a_backup_is_made(home, house, tmp_path):
    consents = house(home)
    consents.give(COACH, [choice()], BASIS)
    consents.close()
    content = bytearray((home / FILE).read_bytes())
    content[4096:8192] = bytes(4096)
    (home / FILE).write_bytes(content)
    with pytest.raises(BackupError):
        backup(home, tmp_path / "x.tar.gz")
