"""Each row of the table, done in two homes that differ in what may not be seen."""

from __future__ import annotations

import pytest
from table import Attack, rows
from twin_home import paris
from twin_house import House, house

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

OURS = [one for one in rows() if one.channel in ("rest", "sse")]


async def done(attack: Attack, name: str, path) -> House:
    """Do a trick in one home; give the house with all that the service got."""
    opened = house(name, path, attack.grain, attack.limits, paris(attack.window))
    async with opened as home:
        await home.give("coach", *attack.held)
        await attack.how(home)
        return home


@pytest.mark.parametrize("attack", OURS, ids=lambda one: one.name)
async def test_a_service_can_not_tell_two_homes_apart(attack, tmp_path):
    one = await done(attack, "a", tmp_path)
    two = await done(attack, "b", tmp_path)
    assert one.said
    for first, second in zip(one.said, two.said, strict=False):
        assert first == second
    assert len(one.said) == len(two.said)
    everything = b"\n".join(body for *_, body in one.said if isinstance(body, bytes))
    assert attack.sees in everything
    for never in attack.never:
        assert never not in everything
    assert not {status for status, *_ in one.said} & {500, 503}


OWNERS = (
    *(f"/registers/import_total_wh?step={step}" for step in ("30min", "raw", "year")),
    "/registers/import_total_wh?step=day&purpose=bill",
    "/registers/import_total_wh/slices",
    "/registers/max_power_today_va?from=2026-10-26",
    "/registers/max_power_today_va?step=day",
    "/latest",
    "/facts",
)


async def test_the_two_homes_do_differ_in_what_is_hidden(tmp_path):
    told = []
    for name in ("a", "b"):
        async with house(name, tmp_path) as home, home.client("owner") as owner:
            paths = [f"/api/v1/meters/linky{path}" for path in OWNERS]
            told.append([(await owner.get(path)).content for path in paths])
    for path, one, other in zip(OWNERS, *told, strict=True):
        assert one != other, path
