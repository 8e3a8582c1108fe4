"""Lost stores come back: from the journal, and from a backup what it forgot."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from edge.backup import backup
from edge.record import Address
from edge.stores.sqlite.store import FILE
from tests.real.influx_house import HOUR_MS, House, ready

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


async def filled(house):
    """Run the consumer until InfluxDB has all that it can have."""
    following = asyncio.create_task(house.influx.run())
    try:
        await house.delivered()
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(house.influx.store.filled):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_both_stores_are_rebuilt_from_a_capped_journal_and_a_backup(
    influxd, tmp_path
):
    data = tmp_path / "data"
    ready(influxd, data)
    house = House(data, influxd.url)
    await house.hub.roller.start()
    await house.live(2 * HOUR_MS)
    await house.commit()
    await filled(house)
    whole = len(house.hub.store.track("linky", 0, 1 << 50))
    await asyncio.to_thread(backup, data, tmp_path / "home.tar.gz")
    await house.live(HOUR_MS // 2)
    await house.commit()
    await filled(house)
    house.same_answers(whole + 100)
    expected = house.hub.store.track("linky", 0, 1 << 50).samples()

    half = Address(house.hub.journal.tail.epoch, house.hub.journal.tail.seq // 2)
    assert await house.hub.journal.forget(half, force=True) > 0
    house.hub.close()
    for path in data.glob(f"{FILE}*"):
        path.unlink()
    influxd.empty()
    influxd.start()
    ready(influxd, data)

    house = House(data, influxd.url)
    await house.hub.projector.project()
    assert len(house.hub.store.track("linky", 0, 1 << 50)) < len(expected)
    await house.hub.rebuild(tmp_path / "home.tar.gz")
    assert house.hub.store.track("linky", 0, 1 << 50).samples() == expected
    await filled(house)
    house.same_answers(len(expected))
    assert not [path for path in data.iterdir() if path.is_dir()], "a scratch is left"
    house.hub.close()


async def test_a_lost_influxdb_is_filled_from_the_journal_and_the_embedded_store(
    influxd, tmp_path
):
    data = tmp_path / "data"
    ready(influxd, data)
    house = House(data, influxd.url)
    await house.hub.roller.start()
    await house.live(HOUR_MS)
    await house.commit()
    await filled(house)
    half = Address(house.hub.journal.tail.epoch, house.hub.journal.tail.seq // 2)
    await house.hub.journal.forget(half, force=True)
    influxd.kill()
    shutil.rmtree(influxd.directory)
    influxd.start()
    ready(influxd, data)
    await filled(house)
    house.same_answers(2000)
    house.hub.close()
