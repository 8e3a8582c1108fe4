"""The writer goes on, whatever goes wrong, and acknowledges only what is stored."""

from __future__ import annotations

import pytest

from edge.errors import DiskFull, JournalError
from edge.event import Event, EventKind
from edge.journal import Block, Policy
from edge.journal.ballast import Ballast
from edge.journal.database import SqliteDatabase, failure
from edge.record import Lane
from edge.sample import Gap, Sample

FULL = DiskFull("no room")


def sample(n: int, value: object = 1) -> Sample:
    return Sample("linky", 1000 * n, {"a": value})


def event(n: int) -> Event:
    return Event("linky", 1000 * n, EventKind.MESSAGE, {"n": n})


def told(journal) -> list[Sample]:
    bodies = [record.body for record in journal.read(limit=100_000)]
    return [s for body in bodies if isinstance(body, Block) for s in body.samples()]


def failing(word: str, error: Exception = FULL, times: int = 1 << 30):
    """Fail each statement that begins so, some times."""
    left = [times]

    def fails(sql: str) -> Exception | None:
        if sql.startswith(word) and left[0] > 0:
            left[0] -= 1
            return error
        return None

    return fails


@pytest.mark.parametrize("word", ["BEGIN", "INSERT INTO record", "COMMIT"])
async def test_what_could_not_be_committed_is_once_there_is_room(
    open_journal, breakable, word
):
    journal = open_journal(Policy(commit_s=3600, retry_s=3600), connect=breakable)
    breakable.fails = failing(word)
    journal.add_sample(sample(1))
    with pytest.raises(DiskFull):
        await journal.commit()
    assert journal.full
    assert not journal.health().ok
    assert "no room" in journal.health().detail
    assert told(journal) == []
    journal.add_sample(sample(2))
    breakable.fails = failing("nothing")
    await journal.commit()
    assert told(journal) == [sample(1), sample(2)]
    assert journal.health().ok
    assert [r.address.seq for r in journal.read()] == [1, 2]


async def test_it_comes_back_by_itself(open_journal, breakable):
    journal = open_journal(Policy(commit_s=3600, retry_s=0.001), connect=breakable)
    breakable.fails = failing("COMMIT", times=4)
    journal.add_sample(sample(1))
    with pytest.raises(DiskFull):
        await journal.commit()
    assert (await journal.wait_committed(None)).seq == 1


async def test_an_event_waits_through_a_full_disk_a_command_does_not(
    open_journal, breakable
):
    journal = open_journal(Policy(commit_s=3600, retry_s=3600), connect=breakable)
    breakable.fails = failing("INSERT INTO record")
    with pytest.raises(DiskFull):
        await journal.add(event(1), now=True)
    with pytest.raises(DiskFull):
        await journal.append([event(2)])
    breakable.fails = failing("nothing")
    await journal.commit()
    assert [record.body for record in journal.read()] == [event(1)]


async def test_what_makes_room_is_done_alone_while_the_rest_waits(
    open_journal, breakable
):
    journal = open_journal(Policy(commit_s=3600, retry_s=3600), connect=breakable)
    old = (await journal.append([Gap("linky", 1, 2, "x")]))[0]
    breakable.fails = failing("INSERT INTO record")
    journal.add_sample(sample(1))
    assert await journal.forget(old) == 1
    with pytest.raises(DiskFull):
        await journal.commit()
    breakable.fails = failing("nothing")


async def test_the_ballast_is_let_go_before_anything_is_refused(
    open_journal, breakable, home
):
    journal = open_journal(connect=breakable)
    assert (home / "ballast").stat().st_size == 4096
    breakable.fails = failing("COMMIT", times=1)
    journal.add_sample(sample(1))
    await journal.commit()
    assert not (home / "ballast").exists()
    assert not journal.full


async def test_memory_is_bounded_and_what_is_dropped_is_told(open_journal, breakable):
    policy = Policy(commit_s=3600, retry_s=3600, waiting_bytes=2_000)
    journal = open_journal(policy, connect=breakable)
    breakable.fails = failing("COMMIT")
    for n in range(20):
        journal.add_sample(sample(n))
        if n == 3:
            await journal.add(event(3))
        with pytest.raises(DiskFull):
            await journal.commit()
    health = journal.health()
    assert health.counters["dropped"] > 0
    assert health.gauges["waiting_bytes"] <= 2_000
    breakable.fails = failing("nothing")
    await journal.commit()
    there = told(journal)
    assert there == [sample(n) for n in range(20 - len(there), 20)]
    (gap,) = [r.body for r in journal.read() if isinstance(r.body, Gap)]
    assert gap == Gap("linky", 0, there[0].at_ms - 1000 + 1, "disk_full")
    assert event(3) in [record.body for record in journal.read()]


async def test_events_are_dropped_last(open_journal, breakable):
    policy = Policy(commit_s=3600, retry_s=3600, waiting_bytes=1_000)
    journal = open_journal(policy, connect=breakable)
    breakable.fails = failing("COMMIT")
    for n in range(20):
        await journal.add(event(n))
    with pytest.raises(DiskFull):
        await journal.commit()
    breakable.fails = failing("nothing")
    await journal.commit()
    gap, *left = [record.body for record in journal.read()]
    assert left == [event(n) for n in range(20 - len(left), 20)]
    assert gap.reason == "disk_full"


async def test_much_that_waited_is_committed_in_shares(open_journal, breakable):
    policy = Policy(commit_s=3600, retry_s=3600, samples=1 << 30)
    journal = open_journal(policy, connect=breakable)
    breakable.fails = failing("COMMIT", times=2)
    noise = ["".join(chr(33 + (i * n) % 90) for i in range(300)) for n in range(4000)]
    for n, text in enumerate(noise):
        journal.add_sample(Sample("linky", n, {"a": text * 3}))
    with pytest.raises(DiskFull):
        await journal.commit()
    for n, text in enumerate(noise):
        journal.add_sample(Sample("other", n, {"a": text * 3}))
    commits = journal.health().counters["commits"]
    await journal.commit()
    assert len(told(journal)) == 8_000
    assert journal.health().counters["commits"] >= commits + 1


async def test_room_is_not_waited_for_while_the_disk_is_full(open_journal, breakable):
    policy = Policy(commit_s=3600, retry_s=3600, samples=5)
    journal = open_journal(policy, connect=breakable)
    breakable.fails = failing("COMMIT")
    for n in range(100):
        journal.add_sample(sample(n))
        await journal.room()
    breakable.fails = failing("nothing")
    await journal.commit()
    assert len(told(journal)) == 100


@pytest.mark.parametrize("bad", [b"bytes", object(), 1.5 + 2j])
async def test_a_value_that_no_record_can_hold_costs_its_sample_alone(
    journal, caplog, bad
):
    for n in range(5):
        journal.add_sample(sample(n, bad if n == 2 else n))
    await journal.commit()
    assert [s.at_ms for s in told(journal)] == [0, 1000, 3000, 4000]
    assert journal.health().counters["failures"] == 1
    assert "no record can hold this" in caplog.text


async def test_an_instant_beyond_all_time_costs_itself_alone(journal):
    journal.add_sample(Sample("linky", 1 << 70, {"a": 1}))
    await journal.add(Event("linky", 1 << 64, EventKind.MESSAGE))
    await journal.add(event(1))
    await journal.commit()
    assert [record.body for record in journal.read()] == [event(1)]


async def test_what_always_fails_does_not_stand_in_the_way_for_ever(
    journal, monkeypatch
):
    writer = journal._writer
    insert = type(writer.log).entry

    class Poison:
        size = 10

        def write(self, _transaction):
            raise RuntimeError("never")

    monkeypatch.setattr(
        type(writer.log),
        "entry",
        lambda log, body, lane: (
            Poison() if body == event(2) else insert(log, body, lane)
        ),
    )
    for n in range(4):
        await journal.add(event(n))
    with pytest.raises(JournalError, match="never"):
        await journal.commit()
    await journal.commit()
    assert [r.body for r in journal.read()] == [event(0), event(1), event(3)]


async def test_a_refused_piece_of_work_is_undone_alone(journal):
    def half(tx):
        tx.append(event(7), Lane.PRESENT)
        raise JournalError("on second thoughts")

    journal.add_sample(sample(1))
    with pytest.raises(JournalError, match="second thoughts"):
        await journal._do(half)
    assert told(journal) == [sample(1)]
    assert [r.address.seq for r in journal.read()] == [1]


async def test_an_error_of_sqlite_is_a_refusal_and_nothing_is_lost(
    open_journal, breakable
):
    journal = open_journal(Policy(commit_s=3600, retry_s=3600), connect=breakable)
    breakable.fails = failing("COMMIT", JournalError("locked"), times=1)
    journal.add_sample(sample(1))
    with pytest.raises(JournalError, match="locked"):
        await journal.commit()
    await journal.commit()
    assert told(journal) == [sample(1)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (13, "DiskFull"),
        (778, "DiskFull"),
        (14, "DiskFull"),
        (8, "DiskFull"),
        (11, "DamagedDatabase"),
        (26, "DamagedDatabase"),
        (8458, "DamagedDatabase"),
        (5, "JournalError"),
    ],
)
def test_sqlites_codes_have_our_names(code, kind):
    assert type(failure(code, "x")).__name__ == kind


def test_a_database_that_cannot_be_opened_is_said(tmp_path):
    with pytest.raises(JournalError):
        SqliteDatabase(tmp_path / "nowhere" / "x.db")


def test_the_ballast_is_not_made_where_room_is_short(tmp_path):
    assert not Ballast(tmp_path, 1 << 60).make()
    ballast = Ballast(tmp_path, 4096)
    assert not ballast.release()
    assert ballast.make()
    assert ballast.make()
    assert ballast.release()
