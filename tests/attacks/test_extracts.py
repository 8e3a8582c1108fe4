"""Each trick on extracts, done in two homes that differ in what may not be seen."""

from __future__ import annotations

import pytest
from table import Attack, rows
from twin_home import paris
from twin_house import house

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

OURS = [one for one in rows() if one.channel == "extract"]


async def done(attack: Attack, name: str, path) -> list[tuple[object, ...]]:
    """Do a trick in one home; give all that the holder of its extracts has."""
    opened = house(name, path, attack.grain, attack.limits, paris(attack.window))
    async with opened as home:
        await attack.how(home)
        return home.said


@pytest.mark.parametrize("attack", OURS, ids=lambda one: one.name)
async def test_who_holds_extracts_can_not_tell_two_homes_apart(attack, tmp_path):
    one = await done(attack, "a", tmp_path)
    two = await done(attack, "b", tmp_path)
    assert one
    for first, second in zip(one, two, strict=True):
        assert first == second
    everything = b"\n".join(body for *_, body in one if isinstance(body, bytes))
    assert attack.sees in everything
    for never in attack.never:
        assert never not in everything
