"""The campaign in short: thirty days without a cloud, then three kills."""

from __future__ import annotations

import pytest

from tests.real.cloud_campaign import Campaign

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


async def test_nothing_is_lost_twice_or_out_of_order_whoever_is_killed(tmp_path):
    shown = await Campaign(
        tmp_path, kills=3, rate=1_000, grain="hour", history="P1M"
    ).run()
    assert sum(shown["killed"].values()) >= 3
    assert shown["once"] > 700
    assert shown["missing"] == 0
    assert shown["live"]
