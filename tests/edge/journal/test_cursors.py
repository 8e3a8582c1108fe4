"""Each consumer goes its own way through each lane, and never loses its place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge.errors import JournalError
from edge.event import Event, EventKind
from edge.journal import cursors
from edge.journal.ballast import Ballast
from edge.journal.cursors import Lag
from edge.journal.database import SqliteDatabase
from edge.journal.log import Epochs
from edge.journal.place import Place
from edge.record import Address, Lane

PRESENT, HISTORY = Lane


def event(n: int) -> Event:
    return Event("linky", n, EventKind.MESSAGE, {"n": n})


async def filled(journal, count: int = 4) -> list[Address]:
    return [(await journal.append([event(n)]))[0] for n in range(count)]


async def test_a_consumer_begins_at_the_start_of_both_lanes(journal):
    assert journal.cursor("roller", PRESENT) is None
    await journal.register("roller")
    assert journal.cursor("roller", PRESENT) == Address(0, 0)
    assert journal.cursor("roller", HISTORY) == Address(0, 0)


async def test_a_consumer_may_want_one_lane_alone(journal):
    await journal.register("live", [PRESENT])
    assert journal.cursor("live", HISTORY) is None


async def test_a_cursor_moves_forward_and_stays_over_a_restart(journal, open_journal):
    addresses = await filled(journal)
    await journal.move("store", PRESENT, addresses[1], b"state")
    await journal.move("store", PRESENT, addresses[1])
    journal.close()
    again = open_journal()
    assert again.cursor("store", PRESENT) == addresses[1]
    assert again.memory("store") == b"state"
    assert again.memory("nobody") is None


async def test_a_cursor_does_not_move_backward_but_by_rewinding(journal):
    addresses = await filled(journal)
    await journal.move("store", PRESENT, addresses[2])
    with pytest.raises(JournalError, match="behind"):
        await journal.move("store", PRESENT, addresses[0])
    assert journal.cursor("store", PRESENT) == addresses[2]
    await journal.rewind("store", PRESENT, addresses[0])
    assert journal.cursor("store", PRESENT) == addresses[0]
    await journal.rewind("store", PRESENT, None)
    assert journal.cursor("store", PRESENT) == Address(0, 0)


async def test_a_cursor_does_not_go_beyond_the_end(journal):
    last = (await filled(journal))[-1]
    for beyond in (Address(last.epoch, last.seq + 1), Address(last.epoch + 1, 1)):
        with pytest.raises(JournalError, match="ends at"):
            await journal.move("store", PRESENT, beyond)


async def test_reset_sends_back_and_forgets(journal):
    addresses = await filled(journal)
    await journal.move("store", PRESENT, addresses[3], b"state")
    await journal.reset("store")
    assert journal.cursor("store", PRESENT) == Address(0, 0)
    assert journal.memory("store") is None


async def test_a_removed_consumer_is_known_no_more(journal):
    await journal.move("store", PRESENT, (await filled(journal))[0], b"state")
    await journal.remove("store")
    assert journal.cursor("store", PRESENT) is None
    assert journal.lags() == []


async def test_lag_counts_what_is_left_to_read(journal):
    addresses = await filled(journal)
    await journal.append([event(9)], lane=HISTORY)
    await journal.register("store")
    await journal.move("store", PRESENT, addresses[1])
    present, history = journal.lags()
    assert (present.pending, history.pending) == (2, 1)
    assert present.age_ms(present.oldest_ms + 5) == 5
    assert present.age_ms(present.oldest_ms - 5) == 0
    await journal.move("store", PRESENT, addresses[3])
    assert journal.lags()[0] == Lag("store", PRESENT, addresses[3], 0, None)
    assert journal.lags()[0].age_ms(5) is None


async def test_what_a_consumer_makes_is_appended_with_its_move_or_not_at_all(journal):
    addresses = await filled(journal)
    made = await journal.append_and_move(
        [(HISTORY, event(7))], "roller", PRESENT, addresses[2], b"one"
    )
    assert journal.read(lane=HISTORY)[0].address == made[0]
    with pytest.raises(JournalError):
        await journal.append_and_move(
            [(HISTORY, event(8))], "roller", PRESENT, addresses[0], b"two"
        )
    assert len(journal.read(lane=HISTORY)) == 1
    assert journal.memory("roller") == b"one"
    assert journal.cursor("roller", PRESENT) == addresses[2]


def test_an_address_of_an_epoch_that_ended_leads_into_the_next():
    epochs = Epochs([(5, 0), (9, 20)])
    assert epochs.address(20) == Address(5, 20)
    assert epochs.address(21) == Address(9, 21)
    assert epochs.after(None) == 0
    assert epochs.after(Address(5, 7)) == 7
    assert epochs.after(Address(5, 99)) == 20  # read before the restore, and gone
    assert epochs.after(Address(7, 50)) == 20  # an epoch that was set aside
    assert epochs.after(Address(3, 50)) == 0
    assert epochs.after(Address(9, 30)) == 30
    assert epochs.after(Address(11, 1)) == 0  # of a journal that was lost
    assert Epochs([]).after(Address(1, 1)) == 0


class Consumers(RuleBasedStateMachine):
    """Whatever is done to them, cursors read each record in order, from their place."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        directory = Path(self.scratch.name)
        self.place = Place(directory, SqliteDatabase, Ballast(directory, 4096))
        self.log = self.place.load()
        self.records: list[tuple[int, int]] = []
        self.places: dict[tuple[str, int], int] = {}

    consumers = st.sampled_from(["a", "b"])
    lanes = st.sampled_from([0, 1])

    def _do(self, work) -> object:
        (outcome,) = self.log.transact((), [work])
        if outcome.error is not None:
            raise outcome.error
        return outcome.result

    @rule(lane=lanes, count=st.integers(1, 3))
    def append(self, lane, count) -> None:
        for _ in range(count):
            at = len(self.records)
            address = self._do(lambda tx, at=at: tx.append(event(at), list(Lane)[lane]))
            self.records.append((address.seq, lane))

    @rule(consumer=consumers, lane=lanes, part=st.floats(0, 1))
    @precondition(lambda self: self.records)
    def move(self, consumer, lane, part) -> None:
        seq = self.records[int(part * (len(self.records) - 1))][0]
        here = self.places.get((consumer, lane), 0)
        address = self.log.epochs.address(seq)
        work = lambda tx: cursors.move(tx, consumer, list(Lane)[lane], address)  # noqa: E731
        if seq < here:
            with pytest.raises(JournalError):
                self._do(work)
        else:
            self._do(work)
            self.places[consumer, lane] = seq

    @rule(consumer=consumers)
    def reset(self, consumer) -> None:
        self._do(lambda tx: cursors.reset(tx, consumer))
        for lane in (0, 1):
            if (consumer, lane) in self.places:
                self.places[consumer, lane] = 0

    @rule(consumer=consumers)
    def remove(self, consumer) -> None:
        self._do(lambda tx: cursors.remove(tx, consumer))
        for lane in (0, 1):
            self.places.pop((consumer, lane), None)

    @rule()
    def start_again(self) -> None:
        self.log.database.close()
        self.log = self.place.load()

    @invariant()
    def each_is_where_it_was_put(self) -> None:
        found = cursors.lags(self.log.database, self.log.epochs)
        lanes = list(Lane)
        assert {
            (lag.consumer, lanes.index(lag.lane)): (lag.address.seq, lag.pending)
            for lag in found
        } == {
            (name, lane): (
                seq,
                sum(1 for s, of in self.records if of == lane and s > seq),
            )
            for (name, lane), seq in self.places.items()
        }

    def teardown(self) -> None:
        self.log.database.close()
        self.scratch.cleanup()


TestConsumers = Consumers.TestCase
TestConsumers.settings = settings(max_examples=15, stateful_step_count=15)
