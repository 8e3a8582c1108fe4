"""Each row of the table on a household's cloud, done on a real broker in two homes."""

from __future__ import annotations

import pytest
from table import Attack, rows

from tests.attacks.cloud_twin import CloudTwin
from tests.attacks.twin_home import paris
from tests.real.cloud_house import Cloud

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

OURS = [one for one in rows() if one.channel == "cloud"]


async def done(attack: Attack, name: str, path) -> CloudTwin:
    """Do a trick in one home; give it with all that its cloud got."""
    cloud = Cloud(path / name / "cloud")
    window_ms = paris(attack.window)
    home = CloudTwin(name, path / name, cloud, attack.grain, window_ms)
    await cloud.start()
    home.open()
    try:
        await home.give(*attack.held)
        async with home.running():
            await attack.how(home)
    finally:
        home.close()
        cloud.end()
    return home


@pytest.mark.parametrize("attack", OURS, ids=lambda one: one.name)
async def test_a_cloud_can_not_tell_two_homes_apart(attack, tmp_path):
    one = await done(attack, "a", tmp_path)
    two = await done(attack, "b", tmp_path)
    assert one.said
    assert one.said == two.said
    everything = b"\n".join(payload for _, _, payload in one.said)
    assert attack.sees in everything
    for never in attack.never:
        assert never not in everything
