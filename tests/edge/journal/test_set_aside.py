"""A damaged journal is set aside and named; the service starts on with what is left."""

from __future__ import annotations

import random
import sqlite3
import stat

import pytest

from edge.errors import DamagedDatabase, DiskFull, JournalError
from edge.event import Event, EventKind
from edge.journal import HOME, Block, Policy
from edge.journal.file import next_epoch, prepare, set_aside
from edge.record import Address, Baseline, Lane
from edge.sample import Gap, HostInstant, Sample

PRESENT, HISTORY = Lane


def sample(n: int) -> Sample:
    noise = random.Random(n).randbytes(300).hex()
    return Sample("linky", 1000 * n, {"a": n, "t": noise})


async def fill(journal, count: int = 300) -> list[Address]:
    await journal.append([Baseline("linky", 1, "first", {"a": 5}, device="012345")])
    journal.hold(sample(5), HostInstant(0, 7_000_000, synchronised=False, boot_id="b"))
    blocks = [Block.of([sample(n)]) for n in range(count)]
    addresses = list(await journal.append(blocks))
    await journal.move("store", PRESENT, addresses[count // 2], b"state")
    return addresses


def events(journal) -> list[Event]:
    records = journal.read(limit=10_000)
    return [r.body for r in records if isinstance(r.body, Event)]


def samples(journal) -> list[Sample]:
    bodies = [r.body for r in journal.read(limit=10_000)]
    return [s for body in bodies if isinstance(body, Block) for s in body.samples()]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"this is no database" * 100,
        lambda data: bytes(100) + data[100:],
        lambda data: data[: len(data) // 2],
        lambda data: data[:50],
        lambda data: data[:1024] + random.Random(1).randbytes(len(data) - 1024),
    ],
    ids=["garbage", "no header", "half", "header alone", "noise"],
)
async def test_a_damaged_journal_is_set_aside_and_named(
    journal, home, open_journal, damage
):
    before = await fill(journal)
    journal.close()
    path = home / "journal.db"
    path.write_bytes(damage(path.read_bytes()))
    again = open_journal()
    (aside,) = again.set_aside
    assert aside.name.startswith("journal.db.damaged.2")
    assert aside.exists()
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    (event,) = events(again)
    assert (event.meter, event.kind) == (HOME, EventKind.STORE)
    assert event.detail["set_aside"] == aside.name
    assert again.tail.epoch > before[-1].epoch
    again.add_sample(sample(999))
    await again.commit()
    assert again.last_sample("linky") == sample(999)
    assert again.health().counters["set_aside"] == 1


async def test_what_can_be_read_is_taken_over(journal, home, open_journal):
    await fill(journal)
    journal.close()
    database = sqlite3.connect(home / "journal.db")
    ((root,),) = database.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'memory'"
    ).fetchall()
    database.close()
    data = bytearray((home / "journal.db").read_bytes())
    data[(root - 1) * 1024 : root * 1024] = b"\xff" * 1024
    (home / "journal.db").write_bytes(data)
    (home / "journal.db-wal").write_bytes(b"not clean")
    again = open_journal()
    assert len(again.set_aside) == 1
    (event,) = events(again)
    assert event.detail["salvaged"] > 200
    there = samples(again)
    assert there == [sample(n) for n in range(300 - len(there), 300)]
    assert again.baselines("linky") == [
        Baseline("linky", 1, "first", {"a": 5}, device="device-1")
    ]
    assert again.device("linky").identifier == "012345"
    assert [held.boot_id for held in again.held()] == ["b"]
    left = again.read(again.cursor("store", PRESENT), lane=PRESENT, limit=1000)
    assert [r.body.samples()[0] for r in left if isinstance(r.body, Block)] == [
        sample(n) for n in range(151, 300)
    ]


async def test_damage_found_while_in_use_loses_nothing_that_waits(
    open_journal, breakable
):
    journal = open_journal(connect=breakable)
    journal.add_sample(sample(1))
    await journal.commit()
    journal.add_sample(sample(2))
    damaged = [DamagedDatabase("malformed")]
    breakable.fails = lambda sql: damaged.pop() if sql == "COMMIT" and damaged else None
    with pytest.raises(DamagedDatabase):
        await journal.commit()
    await journal.commit()
    assert len(journal.set_aside) == 1
    assert sample(2) in samples(journal)
    assert sample(1) in samples(journal)  # taken over
    assert len(events(journal)) == 1
    assert journal.health().ok


async def test_no_new_journal_while_the_disk_is_full_is_tried_again(
    open_journal, breakable
):
    journal = open_journal(connect=breakable)
    errors = {"COMMIT": [DamagedDatabase("malformed"), DiskFull("no room")]}
    breakable.fails = lambda sql: errors[sql].pop(0) if errors.get(sql) else None
    journal.add_sample(sample(1))
    with pytest.raises(DamagedDatabase):
        await journal.commit()
    assert journal.full
    await journal.commit()
    assert samples(journal) == [sample(1)]
    assert len(journal.set_aside) == len(events(journal)) == 1


async def test_a_page_that_readers_stumble_on_twice_has_the_journal_set_aside(
    journal, home
):
    await fill(journal, 100)
    writer = journal._writer.log.database
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ((root,),) = writer.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'record'"
    )
    journal.reader.reset()
    with (home / "journal.db").open("r+b") as file:
        file.seek((root - 1) * 1024)
        file.write(b"\xff" * 1024)
    for _ in range(2):
        with pytest.raises(DamagedDatabase):
            journal.read()
    # the writer still holds the page; it hears of it, and gives the file up
    journal.add_sample(sample(500))
    with pytest.raises(JournalError):
        await journal.append([Gap("linky", 1, 2, "x")])
    await journal.commit()
    assert len(journal.set_aside) == 1
    assert sample(500) in samples(journal)


async def test_a_record_whose_crc_is_wrong_is_told_as_a_gap_and_set_aside(
    journal, home, open_journal
):
    addresses = await fill(journal, 5)
    journal.close()
    database = sqlite3.connect(home / "journal.db", isolation_level=None)
    seq = addresses[2].seq
    database.execute(
        "UPDATE record SET body = zeroblob(length(body)) WHERE seq = ?", (seq,)
    )
    database.close()
    again = open_journal()
    by_seq = {r.address.seq: r.body for r in again.read()}
    assert by_seq[seq] == Gap("linky", 2000, 2001, "damaged")
    assert isinstance(by_seq[seq + 1], Block)
    await again.commit()  # the writer has gone round
    assert again.health().counters["damaged"] == 1
    kept = again._writer.log.database.execute("SELECT seq FROM damaged")
    assert kept == [(seq,)]
    assert {r.address.seq: r.body for r in again.read()} == by_seq
    again.close()
    assert open_journal().health().counters["damaged"] == 0


@pytest.mark.parametrize(
    "change",
    [
        "kind = 99",
        "kind = 'x'",
        "lane = 7",
        "lane = NULL",
        "meter = 12345",
        "start_ms = 'never'",
        "end_ms = start_ms - 5",
        "start_ms = NULL",
        "crc = crc + 1",
        "crc = 'x'",
        "body = NULL",
        "body = 'text'",
        "body = 5",
    ],
)
async def test_whatever_a_damaged_row_holds_reading_goes_on(
    journal, home, open_journal, change
):
    addresses = await fill(journal, 3)
    journal.close()
    database = sqlite3.connect(home / "journal.db", isolation_level=None)
    database.execute("PRAGMA ignore_check_constraints=1")
    column = change.partition(" ")[0]
    if "NULL" in change:
        database.execute("PRAGMA writable_schema=1")
        database.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'record'",
            (f"{column} {'BLOB' if column == 'body' else 'INTEGER'} NOT NULL", column),
        )
        database.close()
        database = sqlite3.connect(home / "journal.db", isolation_level=None)
    database.execute(
        f"UPDATE record SET {change} WHERE seq = ?",  # noqa: S608 - a test's own
        (addresses[1].seq,),
    )
    database.close()
    again = open_journal()
    for _ in range(2):
        records = again.read()
        assert [r.address.seq for r in records] == [1, *(a.seq for a in addresses)]
        assert records[2].body.reason == "damaged"
        assert len(records[1].body) == len(records[3].body) == 1
        await again.commit()
    assert again.set_aside == []


def test_two_databases_set_aside_in_one_second_keep_both(tmp_path):
    for _ in range(3):
        (tmp_path / "journal.db").write_text("x")
        (tmp_path / "journal.db-wal").write_text("y")
        set_aside(tmp_path / "journal.db", 0)
    assert (
        sorted(path.name for path in tmp_path.iterdir())
        == [
            f"journal.db.damaged.19700101T000000Z{again}{suffix}"
            for again in ("", ".2", ".3")
            for suffix in ("", "-wal")
        ]
        or len(list(tmp_path.iterdir())) == 6
    )


def test_epochs_rise_whatever_is_known(tmp_path):
    first = next_epoch(tmp_path, 0, 5_000)
    assert first == 5
    assert next_epoch(tmp_path, 0, 0) == 6
    assert next_epoch(tmp_path, 40, 0) == 41
    (tmp_path / "epoch").write_text("rubbish")
    assert next_epoch(tmp_path, 41, 90_000) == 90
    assert stat.S_IMODE((tmp_path / "epoch").stat().st_mode) == 0o600


def test_a_disk_that_has_no_wal_is_refused():
    class NoWal:
        def execute(self, sql, _parameters=()):
            return [("delete",)] if "journal_mode" in sql else []

    with pytest.raises(JournalError, match="local disk"):
        prepare(NoWal())


def test_a_full_disk_at_start_gets_the_ballast(journal, open_journal, breakable, home):
    journal.close()
    assert (home / "ballast").exists()
    errors = [DiskFull("no room")]
    breakable.fails = lambda sql: (
        errors.pop() if "journal_mode" in sql and errors else None
    )
    again = open_journal(connect=breakable)
    again.close()
    errors = [DiskFull("no room"), DiskFull("no room")]
    with pytest.raises(DiskFull):
        open_journal(connect=breakable)


def scribble(home, share: float, seed: int) -> None:
    """Spoil some pages of the journal, the first ones left alone."""
    rng = random.Random(seed)
    data = bytearray((home / "journal.db").read_bytes())
    pages = len(data) // 1024
    for page in rng.sample(range(40, pages), int(share * (pages - 40))):
        data[page * 1024 : (page + 1) * 1024] = rng.randbytes(1024)
    (home / "journal.db").write_bytes(data)
    (home / "journal.db-wal").write_bytes(b"not clean")


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 7, 10])  # inner pages stay whole
async def test_of_a_journal_with_holes_what_lies_around_them_is_taken_over(
    journal, home, open_journal, seed
):
    await fill(journal)
    await journal.rewind("store", PRESENT, None)
    journal.close()
    scribble(home, 0.02 * (seed + 1), seed)
    again = open_journal()
    there = samples(again)
    assert len(again.set_aside) == 1
    assert 30 < len(there) < 300
    numbers = [one.values["a"] for one in there]
    assert numbers == sorted(set(numbers))
    assert there == [sample(n) for n in numbers]


async def test_a_file_that_cannot_even_be_opened_is_named_all_the_same(
    journal, home, open_journal, breakable
):
    await fill(journal, 3)
    journal.close()
    (home / "journal.db").write_bytes(b"rubbish" * 1000)

    def connect(path, *, read_only=False):
        if read_only:
            raise JournalError("can't be opened")
        return breakable(path)

    again = open_journal(connect=connect)
    rows = again._writer.log.database.execute("SELECT count(*) FROM record")
    assert rows == [(1,)]  # the event that names it
    assert len(again.set_aside) == 1


async def test_taking_over_is_begun_again_when_the_disk_was_full(
    journal, home, open_journal, breakable
):
    await fill(journal, 150)
    journal.close()
    scribble(home, 0.1, 1)
    commits = []

    def fails(sql):
        if sql == "COMMIT":
            commits.append(sql)
        return DiskFull("no room") if len(commits) == 4 and sql == "COMMIT" else None

    breakable.fails = fails
    with pytest.raises(DiskFull):
        open_journal(connect=breakable)
    again = open_journal(connect=breakable)
    numbers = [one.values["a"] for one in samples(again)]
    assert numbers == sorted(set(numbers))


async def test_a_new_journal_that_is_damaged_too_is_set_aside_in_its_turn(
    open_journal, breakable
):
    journal = open_journal(Policy(commit_s=3600, retry_s=3600), connect=breakable)
    errors = [DamagedDatabase("malformed"), DamagedDatabase("malformed again")]
    breakable.fails = lambda sql: errors.pop(0) if sql == "COMMIT" and errors else None
    journal.add_sample(sample(1))
    with pytest.raises(DamagedDatabase):
        await journal.commit()
    await journal.commit()
    assert len(journal.set_aside) == 2
    assert samples(journal) == [sample(1)]
