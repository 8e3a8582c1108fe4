"""One meter's count: what was missed is told, what is set goes on from the disk."""

from __future__ import annotations

import asyncio
import threading

import pytest

from edge.errors import DiskFull
from edge.sources.pulses.count_file import FILE, PulseCounts
from edge.sources.pulses.settings import PulseSettings
from edge.sources.pulses.tally import Tally

SETTINGS = PulseSettings(index_ml=5_000_700)


@pytest.fixture
def tally(tmp_path):
    """Give a meter's tally; each is what a process has after a start."""
    return lambda: Tally("gas", SETTINGS, tmp_path)


async def test_a_first_count_begins_at_the_configured_index(tally):
    one = tally()
    await one.begin(1_000)
    assert (one.index_l, one.missed) == (5_000, 0)
    assert await one.add(2, 2_000) == [5_010, 5_020]
    one.end(3_000)


async def test_the_time_without_a_process_is_told_as_missed(tally, caplog):
    one = tally()
    await one.begin(1_000)
    await one.add(1, 2_000)
    one.end(3_000)
    again = tally()
    await again.begin(63_000)
    assert (again.index_l, again.missed) == (5_010, 1)
    assert "nothing was counted for 60 s" in caplog.text
    again.end(64_000)


async def test_an_index_set_before_the_count_begins_goes_on_from_the_disk(tally):
    one = tally()
    await one.begin(1_000)
    await one.add(3, 2_000)
    one.end(3_000)
    again = tally()
    changed = await again.set_index("gas_volume_l", 7_000, 4_000)
    assert (changed.before_l, changed.after_l) == (5_030, 7_000)
    assert again.index_l == 7_000
    again.end(5_000)


def test_a_count_that_never_began_ends_without_a_file(tally, tmp_path):
    tally().end(1_000)
    assert not (tmp_path / FILE).exists()


async def test_a_damaged_count_is_set_aside_and_the_owner_is_told(
    tally, tmp_path, caplog
):
    (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    one = tally()
    await one.begin(1_000)
    assert one.index_l == 5_000
    assert "read your meter and say `releve set-index`" in caplog.text
    assert len(list(tmp_path.glob(f"{FILE}*"))) > 1
    one.end(2_000)


@pytest.mark.parametrize("kept", [True, False], ids=["written", "disk full"])
async def test_who_is_cancelled_amid_a_write_knows_what_the_disk_has(
    tally, monkeypatch, kept
):
    one = tally()
    await one.begin(1_000)
    begun, go, save = asyncio.Event(), threading.Event(), PulseCounts.save
    loop = asyncio.get_running_loop()

    def slow(file, meter, count):
        loop.call_soon_threadsafe(begun.set)
        go.wait()
        if not kept:
            raise DiskFull("no space")
        save(file, meter, count)

    monkeypatch.setattr(PulseCounts, "save", slow)
    adding = asyncio.create_task(one.add(1, 2_000))
    await begun.wait()
    adding.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await adding
    assert one.index_l == (5_010 if kept else 5_000)
    one.end(3_000)
    again = tally()
    await again.begin(4_000)
    assert again.index_l == one.index_l
    again.end(5_000)
