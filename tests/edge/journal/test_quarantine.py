"""What the gate refused waits for the owner's word: counted, bounded, given once."""

from __future__ import annotations

import pytest

import edge.journal.quarantine
from edge.errors import JournalError
from edge.event import Event, EventKind
from edge.gate.verdict import Reason, Refused


def refused(value: int = 5, at_ms: int = 100, **more) -> Refused:
    more = {"meter": "linky", "first_ms": 100, "accepted": 900} | more
    return Refused(
        "import_total_wh", value, more.pop("reason", Reason.FALL), at_ms, **more
    )


async def test_a_refusal_is_durable_with_its_reason(journal, open_journal):
    await journal.quarantine([refused(device="012345")])
    journal.close()
    (one,) = open_journal().quarantined()
    assert (one.meter, one.register, one.reason) == ("linky", "import_total_wh", "fall")
    assert (one.first_ms, one.last_ms, one.count) == (100, 100, 1)
    assert one.values == ((100, 5),)
    assert one.accepted == 900
    assert one.device == "device-1"


async def test_a_run_is_counted_once_though_it_is_reported_again_and_again(journal):
    for count in (1, 2, 4, 8):
        await journal.quarantine([refused(count, 100 + count, count=count)])
    (one,) = journal.quarantined()
    assert one.count == 8
    assert (one.first_ms, one.last_ms) == (100, 108)
    await journal.quarantine([refused(3, 500, first_ms=500, count=2)])
    (one,) = journal.quarantined()
    assert one.count == 10
    assert one.values[-1] == (500, 3)


async def test_register_reason_and_device_are_kept_apart(journal):
    await journal.quarantine(
        [
            refused(),
            refused(reason=Reason.JUMP),
            refused(device="1"),
            refused(device="2"),
        ]
    )
    assert len(journal.quarantined()) == 4


async def test_the_last_values_are_kept_not_all(journal):
    for n in range(50):
        await journal.quarantine([refused(n, n, first_ms=n)])
    (one,) = journal.quarantined()
    assert [value for _, value in one.values] == list(range(42, 50))


async def test_the_owners_word_is_given_once_with_what_follows(journal):
    await journal.quarantine([refused()])
    number = journal.quarantined()[0].number
    event = Event("linky", 1, EventKind.CORRECTION)
    one = await journal.settle_quarantined(number, "accepted", [event])
    assert one.verdict == "accepted"
    assert [record.body for record in journal.read()] == [event]
    assert journal.quarantined() == []
    assert journal.quarantined(settled=True) == [one]
    with pytest.raises(JournalError, match="accepted before"):
        await journal.settle_quarantined(number, "dismissed", [event])
    assert len(journal.read()) == 1


async def test_after_the_owners_word_a_new_refusal_is_a_new_entry(journal):
    await journal.quarantine([refused()])
    await journal.settle_quarantined(1, "dismissed")
    await journal.quarantine([refused()])
    assert [one.number for one in journal.quarantined()] == [2]


async def test_a_number_that_nothing_has_is_refused(journal):
    with pytest.raises(JournalError, match="quarantine list"):
        await journal.settle_quarantined(7, "accepted")


async def test_a_noisy_line_does_not_fill_the_disk(journal, monkeypatch):
    monkeypatch.setattr(edge.journal.quarantine, "LIMIT", 5)
    for n in range(12):
        await journal.quarantine([refused(meter=f"m{n}")])
        if n == 3:
            await journal.settle_quarantined(4, "dismissed")
    assert len(journal.quarantined(settled=True)) == 5
    assert [one.number for one in journal.quarantined()] == [8, 9, 10, 11, 12]
