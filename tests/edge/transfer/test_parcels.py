"""What is sent is kept until its receipt is here, or its time is over; no longer."""

from __future__ import annotations

import asyncio

import pytest
from transfer_home import HOUR_MS, NOW_MS, announced, sealed

from edge.calendar import DAY_MS
from edge.transfer import part
from edge.transfer.code import Code
from edge.transfer.parcel import Parcel
from edge.transfer.parcels import Parcels

PACK = sealed(5_000)
URL = "https://pi.local:8443"


@pytest.fixture
def clock():
    return [NOW_MS]


@pytest.fixture
def parcels(tmp_path, clock):
    return Parcels(tmp_path, lambda: clock[0])


@pytest.fixture
def parcel(parcels):
    code = Code.make()
    parcels.room(code.id).write_bytes(PACK)
    made = Parcel(code.id, URL, NOW_MS, NOW_MS + HOUR_MS, announced(PACK), code.letters)
    parcels.keep(made)
    return made


def test_one_is_kept_as_it_was_made_for_its_owner_alone(parcels, parcel):
    assert parcels.find(parcel.id) == parcel
    assert parcels.all() == [parcel]
    assert parcel.secret.id == parcel.id
    for path in (parcels.data_dir / "transfers").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path == parcels.pack(parcel.id)


def test_no_code_is_shown_where_values_are_printed(parcel):
    assert parcel.code not in repr(parcel)


@pytest.mark.parametrize("ends", ["sent", "give_up"])
def test_of_one_that_ended_neither_code_nor_pack_stays(parcels, parcel, ends):
    getattr(parcels, ends)(parcel, {"format": "x"} if ends == "sent" else "why")
    assert not parcels.find(parcel.id).sends
    assert not parcels.pack(parcel.id).exists()
    assert parcel.code not in (parcels.directory(parcel.id) / "parcel.json").read_text()


def test_one_that_can_not_arrive_any_more_is_given_up(parcels, parcel, clock):
    clock[0] += HOUR_MS + DAY_MS - 1
    parcels.tidy()
    assert parcels.find(parcel.id).sends
    clock[0] += 1
    parcels.tidy()
    assert parcels.find(parcel.id).why == "its time"
    assert not parcels.pack(parcel.id).exists()


def test_what_a_cut_left_of_a_pack_that_was_being_made_goes_a_day_later(parcels):
    pack = parcels.room(Code.make().id)
    draft = pack.with_name(".pack.draft")
    draft.write_bytes(PACK)
    made_ms = pack.parent.stat().st_mtime_ns // 1_000_000
    for later_ms, there in ((DAY_MS - 1, True), (DAY_MS, False)):
        Parcels(parcels.data_dir, lambda at=made_ms + later_ms: at).tidy()
        assert draft.exists() is there


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"code": "secret"}', b"\xff"])
def test_one_that_can_not_be_read_is_none(parcels, parcel, text):
    (parcels.directory(parcel.id) / "parcel.json").write_bytes(text)
    assert parcels.find(parcel.id) is None
    assert parcels.all() == []


async def test_what_is_over_goes_by_itself(receiver, parcels, parcel):
    """Of both ways, within the hour, whoever asks for it or not."""
    transfer, _, _ = receiver.received(PACK)
    later_ms = NOW_MS + 8 * DAY_MS
    sent = asyncio.create_task(part.tidy(parcels.data_dir, lambda: later_ms))
    came = asyncio.create_task(part.tidy(receiver.data, lambda: later_ms))
    packs = [parcels.pack(parcel.id), receiver.offers.pack(transfer)]
    try:
        async with asyncio.timeout(30):
            while any(pack.exists() for pack in packs):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)  # asks until it is so
    finally:
        for one in (sent, came):
            one.cancel()


async def test_where_nothing_was_ever_sent_nothing_is_made(tmp_path):
    task = asyncio.create_task(part.tidy(tmp_path, lambda: NOW_MS))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    assert list(tmp_path.iterdir()) == []


async def test_a_disk_that_will_not_have_it_is_told_and_asked_again(
    receiver, monkeypatch, caplog
):
    monkeypatch.setattr(part, "EVERY_S", 0.01)
    transfer, _, _ = receiver.received(PACK)
    lock = receiver.data / "transfers" / "incoming" / ".lock"
    lock.unlink()
    lock.mkdir()
    later_ms = NOW_MS + 8 * DAY_MS
    task = asyncio.create_task(part.tidy(receiver.data, lambda: later_ms))
    try:
        async with asyncio.timeout(30):
            while "stay" not in caplog.text:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)  # asks until it is so
            lock.rmdir()
            while receiver.offers.pack(transfer).exists():  # noqa: ASYNC110 - same
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
