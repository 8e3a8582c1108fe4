"""The tricks on live values by MQTT: rows of the table."""

from __future__ import annotations

from table import Attack
from twin_house import Held

from edge.event import Event, EventKind
from edge.sample import Sample
from tests.attacks.mqtt_twin import MqttTwin
from tests.attacks.twin_home import GARAGE, LINKY

TRICKS: list[Attack] = []
POWER = (Held("live_power", "live", channels=("mqtt",)),)


def trick(name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("mqtt", name, how, POWER, **kwargs))
        return how

    return made


def hidden(home: MqttTwin, at_ms: int) -> None:
    """Have a home do what isn't told: in one of them more than a queue holds."""
    for i in range(30 if home.other else 1):
        home.bus.publish(Sample(GARAGE, at_ms + i, {"apparent_power_va": i}))
        home.bus.publish(Event(LINKY, at_ms + i, EventKind.CORRECTION, {"value": i}))


@trick("live values, beside what is hidden", sees=b'"apparent_power_va":703')
async def beside(home: MqttTwin):
    """All comes in the loop's turn that brings a word, before it and after it."""
    async with home.listening():
        for n in range(1, 4):
            at_ms = home.clock.wall_ms + 1_000 * n
            hidden(home, at_ms)
            values = {"apparent_power_va": 700 + n, "tempo_today": 1 + home.other}
            home.bus.publish(Sample(LINKY, at_ms, values))
            hidden(home, at_ms)
            await home.quiet()
