"""What can't be dated is durable at once, and appended at its own time later."""

from __future__ import annotations

import pytest

from edge.clock import date_held
from edge.journal import Block
from edge.record import Lane
from edge.sample import HostInstant, Sample


def seen(mono_ms: int, boot_id: str = "boot") -> HostInstant:
    return HostInstant(5, mono_ms * 1_000_000, synchronised=False, boot_id=boot_id)


def guess(n: int) -> Sample:
    return Sample("linky", 7, {"a": n})


def told(journal) -> list[Sample]:
    bodies = [record.body for record in journal.read()]
    return [s for body in bodies if isinstance(body, Block) for s in body.samples()]


NOW = HostInstant(1_000_000, 60_000 * 1_000_000, synchronised=True, boot_id="boot")


def when(one: HostInstant) -> int | None:
    return date_held(one, NOW)


@pytest.fixture
async def holding(journal):
    for n in range(3):
        journal.hold(guess(n), seen(10_000 + n))
    await journal.commit()
    return journal


async def test_it_is_in_no_record_and_blocks_no_cursor(holding):
    assert holding.read() == []
    assert holding.last_sample("linky") is None
    (one,) = holding.held()
    assert one.boot_id == "boot"
    assert one.block.instants_ms.tolist() == [10_000, 10_001, 10_002]


async def test_it_outlives_a_restart(holding, open_journal):
    holding.close()
    assert len(open_journal().held()[0].block) == 3


async def test_it_is_appended_when_it_can_be_dated(holding):
    holding.hold(guess(3), seen(10_003))
    assert await holding.release_held(when, Lane.HISTORY) == 4
    assert told(holding) == [Sample("linky", 950_000 + n, {"a": n}) for n in range(4)]
    assert holding.held() == []
    assert await holding.release_held(when) == 0


async def test_what_another_boot_held_waits_on(holding):
    holding.hold(guess(9), seen(5, "earlier"))
    await holding.commit()
    assert await holding.release_held(when) == 3
    assert [one.boot_id for one in holding.held()] == ["earlier"]
    assert await holding.abandon_held("earlier") == 1
    assert holding.held() == []
    assert len(told(holding)) == 3


async def test_held_and_dated_samples_do_not_mix(journal):
    journal.add_sample(Sample("linky", 5, {"a": 1}))
    journal.hold(guess(2), seen(10))
    journal.add_sample(Sample("linky", 6, {"a": 3}))
    journal.hold(guess(4), seen(11))
    await journal.commit()
    assert [len(record.body) for record in journal.read()] == [2]
    assert [len(one.block) for one in journal.held()] == [2]


async def test_damaged_bytes_stay_for_the_owner_to_see(holding):
    def spoil(tx):
        tx.database.execute("UPDATE held SET body = x'00'")

    await holding._do(spoil)
    assert await holding.release_held(when) == 0
    assert len(holding.held()) == 1
