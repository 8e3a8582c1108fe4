"""Each row of the table at the doors of who is nobody yet, done in two homes."""

from __future__ import annotations

import pytest
from table import Attack, rows
from twin_home import paris
from twin_house import House, house

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

OURS = [one for one in rows() if one.channel in ("oauth", "pages", "writers", "clock")]


async def done(attack: Attack, name: str, path) -> House:
    """Do a trick in one home; give the house with all that a stranger got."""
    opened = house(name, path, attack.grain, attack.limits, paris(attack.window))
    async with opened as home:
        await home.give("coach", *attack.held)
        await attack.how(home)
        return home


@pytest.mark.parametrize("attack", OURS, ids=lambda one: one.name)
async def test_nothing_opens_and_the_two_homes_answer_alike(attack, tmp_path):
    one = await done(attack, "a", tmp_path)
    two = await done(attack, "b", tmp_path)
    assert one.said
    assert one.said == two.said
    everything = b"\n".join(s[-1] for s in one.said if isinstance(s[-1], bytes))
    assert attack.sees in everything
    for never in attack.never:
        assert never not in everything
