"""Live values go to who holds them; what the line doesn't take is no read value."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from edge.bus import Bus
from edge.catalogue import ConsentClass, Fluid
from edge.consent.period import Period
from edge.consent.records import Consent, Grant
from edge.consent.terms import Channel, Grain, Terms
from edge.outputs.services.live import ServicesLive
from edge.outputs.services.messages import Messages
from edge.sample import Sample

YEAR = Period.parse("P1Y")
TERMS = Terms(
    *(Fluid.ELECTRICITY, ConsentClass.LIVE_POWER, Grain.LIVE),
    *(YEAR, frozenset(Channel), "Conseils", YEAR),
)
CONSENT = Consent("c1", "coach", frozenset({"linky"}), TERMS, 0, 1 << 60)
GRANT = Grant("coach", 1, (CONSENT,))
SAMPLE = Sample("linky", 1_795_500_000_000, {"apparent_power_va": 230})
MESSAGES = Messages("releve", ZoneInfo("Europe/Paris"))


class Home:
    """One service that holds a grant, or nothing any more."""

    services = ("coach",)
    channel = Channel.MQTT

    def __init__(self, grant):
        self.grant, self.noted = grant, []

    def holding(self, _service):
        return self.grant and (self.grant, None)

    def note(self, service, readings):
        self.noted += [(service, one.meter) for one in readings]


async def said(home, *, takes):
    """Publish one sample while connected; give what was posted, and the counters."""
    posted = []

    def post(topic, _payload):
        posted.append(topic)
        return takes

    bus = Bus()
    live = ServicesLive(bus, home, MESSAGES)
    running = asyncio.create_task(live.run(SimpleNamespace(post=post)))
    await asyncio.sleep(0)
    bus.publish(SAMPLE)
    running.cancel()
    await asyncio.wait([running])
    bus.publish(SAMPLE)
    return posted, dict(live.counters)


@pytest.mark.parametrize("takes", [True, False])
async def test_what_is_posted_is_noted_and_what_is_dropped_is_not(takes):
    home = Home(GRANT)
    posted, counters = await said(home, takes=takes)
    assert posted == [MESSAGES.live_topic("coach", "linky")]
    assert counters == {"samples" if takes else "dropped": 1}
    assert home.noted == ([("coach", "linky")] if takes else [])


async def test_a_service_that_holds_nothing_is_told_nothing():
    home = Home(None)
    assert await said(home, takes=True) == ([], {})
    assert home.noted == []
