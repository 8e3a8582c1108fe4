"""What is committed is there: in order, once, at an address that is never reused."""

from __future__ import annotations

import asyncio
import stat

import pytest

from edge.errors import AlreadyRunning, JournalError
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.journal import Block, Kind, Policy, Reader
from edge.record import Address, Baseline, Correction, Lane
from edge.sample import Gap, Quality, Sample, Slice


def sample(n: int, meter: str = "linky", **more) -> Sample:
    return Sample(meter, 1000 * n, {"import_total_wh": 1000 + n}, **more)


def event(n: int, meter: str = "linky") -> Event:
    return Event(meter, 1000 * n, EventKind.MESSAGE, {"n": n})


BODIES = [
    event(1),
    Gap("linky", 1, 2, "unplugged"),
    (Slice("linky", "a", 1, 2, 3, Quality.VALIDATED, "portal", 4),),
    (Interval("linky", "a", Step.DAY, 1, 2, 3, coverage=0.5),),
    Baseline("linky", 1, "first", {"a": 5}),
    Correction("linky", "a", 1, 2, None, 3, "owner"),
    Block.of([sample(1), sample(2)]),
]


async def test_samples_of_one_commit_are_one_block(journal):
    for n in range(5):
        journal.add_sample(sample(n))
    address = await journal.commit()
    (record,) = journal.read()
    assert record.address == address
    assert (record.meter, record.lane) == ("linky", Lane.PRESENT)
    assert (record.start_ms, record.end_ms) == (0, 4001)
    assert record.body.samples() == [sample(n) for n in range(5)]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
async def test_every_kind_of_body_comes_back(journal, body):
    for lane in Lane:
        address = (await journal.append([body], lane=lane))[0]
        record = journal.read()[-1]
        assert (record.address, record.lane, record.body) == (address, lane, body)


async def test_what_is_not_committed_is_not_read(journal):
    journal.add_sample(sample(1))
    await journal.add(event(1))
    assert journal.read() == []
    assert journal.tail.seq == 0
    assert journal.health().gauges["pending"] == 1


async def test_records_keep_the_order_in_which_a_meter_spoke(journal):
    journal.add_sample(sample(1))
    await journal.add(event(2))
    journal.add_sample(sample(3))
    journal.add_sample(sample(4, "other"))
    await journal.add(event(5), now=True)
    bodies = [record.body for record in journal.read()]
    assert [type(body) for body in bodies] == [Block, Event, Block, Block, Event]
    assert [r.address.seq for r in journal.read()] == [1, 2, 3, 4, 5]


async def test_quality_origin_and_falling_instants_open_a_new_block(journal):
    told = [
        sample(5),
        sample(6, quality=Quality.ESTIMATED),
        sample(7, quality=Quality.ESTIMATED, origin="file"),
        sample(3, quality=Quality.ESTIMATED, origin="file"),
    ]
    for one in told:
        journal.add_sample(one)
    await journal.commit()
    assert [r.body.samples() for r in journal.read()] == [[one] for one in told]


async def test_read_chooses_by_address_lane_kind_meter_and_limit(journal):
    await journal.append([event(1), Gap("linky", 1, 2, "x")])
    await journal.append([event(2)], lane=Lane.HISTORY)
    await journal.append([event(3, "other")])
    seqs = lambda **choice: [r.address.seq for r in journal.read(**choice)]  # noqa: E731
    assert seqs() == [1, 2, 3, 4]
    assert seqs(limit=2) == [1, 2]
    assert seqs(lane=Lane.HISTORY) == [3]
    assert seqs(kinds=[Kind.GAP]) == [2]
    assert seqs(meter="other") == [4]
    assert seqs(meter="nobody") == []
    after = journal.read()[1].address
    assert [r.address.seq for r in journal.read(after)] == [3, 4]


async def test_append_is_all_or_nothing(journal):
    with pytest.raises(JournalError, match="ends at"):
        await journal.append_and_move(
            [(Lane.PRESENT, event(1))], "roller", Lane.PRESENT, Address(1 << 40, 99)
        )
    with pytest.raises(ValueError, match="batch"):
        await journal.append([event(1), ()])
    assert journal.read() == []
    await journal.append([event(2)])
    assert [r.address.seq for r in journal.read()] == [1]


async def test_add_refuses_at_once_what_no_record_can_hold(journal):
    with pytest.raises(ValueError, match="one meter"):
        await journal.add(())


async def test_the_last_sample_is_known_at_the_next_start(journal, open_journal):
    for n in range(3):
        journal.add_sample(sample(n))
    await journal.add(event(9))
    journal.add_sample(sample(50), Lane.HISTORY)
    journal.close()
    again = open_journal()
    assert again.last_sample("linky") == sample(2)
    assert again.last_sample("nobody") is None
    await again.append([event(1, "mute")])
    assert again.last_sample("mute") is None


async def test_closing_commits_what_waits(journal, open_journal):
    journal.add_sample(sample(1))
    journal.close()
    assert [r.body.samples() for r in open_journal().read()] == [[sample(1)]]


async def test_a_closed_journal_says_so(journal):
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        await journal.commit()
    with pytest.raises(JournalError, match="closed"):
        await journal.wait_committed(None)


async def test_epoch_and_seq_go_on_at_the_next_start(journal, open_journal):
    first = (await journal.append([event(1)]))[0]
    journal.close()
    second = (await open_journal().append([event(2)]))[0]
    assert second == Address(first.epoch, first.seq + 1)


def test_a_second_service_on_one_directory_is_refused(open_journal):
    open_journal()
    with pytest.raises(AlreadyRunning, match="another"):
        open_journal()


def test_the_directory_is_free_again_after_a_failed_start(home, open_journal):
    home.mkdir()
    (home / "journal.db").mkdir()
    with pytest.raises(JournalError):
        open_journal()
    (home / "journal.db").rmdir()
    open_journal()


@pytest.mark.usefixtures("journal")
def test_files_are_the_owners_alone(home):
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    for path in home.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_directory_that_cannot_be_made_is_said(open_journal, home):
    home.write_text("a file")
    with pytest.raises(JournalError, match="can't be used"):
        open_journal()


async def test_another_process_may_read(journal, home):
    await journal.append([event(1)])
    reader = Reader(home / "journal.db")
    assert [r.body for r in reader.read()] == [event(1)]
    assert reader.tail() == journal.tail
    reader.reset()


def test_an_empty_journal_has_no_tail(journal):
    assert journal.reader.tail() is None


async def test_consumers_are_woken_by_each_commit(journal):
    first = await journal.append([event(1)])
    assert await journal.wait_committed(None) == first[0]
    waiting = asyncio.create_task(journal.wait_committed(first[0]))
    second = await journal.append([event(2)])
    assert await waiting == second[0]


async def test_a_commit_comes_by_itself_after_so_many_samples(open_journal):
    journal = open_journal(Policy(commit_s=3600, samples=10))
    for n in range(10):
        journal.add_sample(sample(n))
    assert (await journal.wait_committed(None)).seq == 1


async def test_a_commit_comes_by_itself_after_so_long(open_journal):
    journal = open_journal(Policy(commit_s=0.001))
    journal.add_sample(sample(1))
    assert (await journal.wait_committed(None)).seq == 1


async def test_a_replay_waits_for_room(open_journal):
    journal = open_journal(Policy(commit_s=3600, samples=10))
    for n in range(500):
        journal.add_sample(sample(n))
        await journal.room()
        assert journal.health().gauges["pending"] <= 20
    await journal.commit()
    assert sum(len(r.body) for r in journal.read(limit=1000)) == 500


async def test_health_tells_what_was_done_and_what_waits(journal):
    for n in range(3):
        journal.add_sample(sample(n))
    health = journal.health()
    assert health.ok
    assert health.gauges["pending"] == 3
    assert health.oldest_age_ms >= 0
    await journal.commit()
    health = journal.health()
    assert (health.counters["accepted"], health.counters["records"]) == (3, 1)
    assert health.oldest_age_ms is None
    assert journal.beat_ns > 0
    assert journal.used_bytes() > 0
