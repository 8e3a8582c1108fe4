"""Meters' own numbers stay in one table, dated, and confirmed by the owner."""

from __future__ import annotations

from edge.event import Event, EventKind
from edge.record import Baseline


async def test_the_first_device_of_a_meter_needs_no_confirmation(journal):
    device = await journal.see_device("linky", "012345", 100)
    assert device.confirmed
    assert journal.device("linky") == device
    assert (device.from_ms, device.to_ms) == (100, None)
    assert await journal.see_device("linky", "012345", 900) == device


async def test_another_device_waits_for_the_owner(journal):
    first = await journal.see_device("linky", "111", 100)
    other = await journal.see_device("linky", "222", 500)
    assert not other.confirmed
    assert journal.device("linky") == first
    event = Event("linky", 600, EventKind.DEVICE)
    confirmed = await journal.confirm_device("linky", "222", 600, [event])
    assert journal.device("linky") == confirmed
    assert (confirmed.number, confirmed.from_ms) == (other.number, 600)
    assert [(d.identifier, d.to_ms) for d in journal.devices("linky")] == [
        ("111", 600),
        ("222", None),
    ]
    assert [record.body for record in journal.read()] == [event]


async def test_a_device_never_seen_may_be_confirmed(journal):
    device = await journal.confirm_device("linky", "333", 600)
    assert device.confirmed
    assert journal.devices() == [device]


async def test_no_meter_no_device(journal):
    assert journal.device("linky") is None
    assert journal.devices("linky") == []


async def test_a_record_holds_our_reference_and_not_the_meters_number(journal):
    baseline = Baseline("linky", 100, "first", {"a": 1}, device="021876543210")
    await journal.append([baseline])
    await journal.add(baseline, now=True)
    told = [record.body.device for record in journal.read()]
    assert told == ["device-1", "device-1"]
    assert journal.devices()[0].identifier == "021876543210"
    rows = journal._writer.log.database.execute("SELECT body FROM record")
    assert not any(b"021876543210" in body for (body,) in rows)


async def test_a_baseline_already_referring_is_left_as_it_is(journal):
    baseline = Baseline("linky", 100, "first", {"a": 1}, device="021876543210")
    await journal.append([baseline])
    again = journal.read()[0].body
    await journal.append([again])
    assert journal.read()[1].body == again
    assert len(journal.devices()) == 1
