"""Each row of the table on MQTT, done on a real broker in two homes."""

from __future__ import annotations

import pytest
from table import Attack, rows

from tests.attacks.mqtt_twin import MqttTwin, paris

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

OURS = [one for one in rows() if one.channel == "mqtt"]


async def done(attack: Attack, name: str, path) -> MqttTwin:
    """Do a trick in one home; give it with all that its services got."""
    home = MqttTwin(name, path / name, attack.grain, paris(attack.window))
    async with home.running():
        await home.give("coach", *attack.held)
        await home.login(home.services["coach"])
        await attack.how(home)
    return home


@pytest.mark.parametrize("attack", OURS, ids=lambda one: one.name)
async def test_a_service_can_not_tell_two_homes_apart(attack, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one = await done(attack, "a", tmp_path)
    two = await done(attack, "b", tmp_path)
    assert one.said
    assert one.said == two.said
    everything = b"\n".join(
        said[-1] for said in one.said if isinstance(said[-1], bytes)
    )
    assert attack.sees in everything
    for never in attack.never:
        assert never not in everything
