"""Live values, for each service that holds them: what of a sample it may be shown."""

from __future__ import annotations

import asyncio
from collections import Counter

from edge.broker.publisher import Publisher
from edge.bus import Bus, Live
from edge.consent.allowed import allowed_sample
from edge.consent.read_journal import Reading
from edge.consent.terms import Grain
from edge.interval import Step
from edge.outputs.services.home import Home
from edge.outputs.services.messages import Messages
from edge.registers import CATALOGUE
from edge.sample import Sample


class ServicesLive:
    """Posts each sample in the loop's turn that brought it; nothing waits or is kept.

    Who holds what is asked at each sample, so that nothing follows a withdrawal.
    """

    def __init__(self, bus: Bus, home: Home, messages: Messages) -> None:
        self._bus, self._home, self._messages = bus, home, messages
        self.counters: Counter[str] = Counter()

    async def run(self, publisher: Publisher) -> None:
        """Post while the connection lasts."""

        def told(item: Live) -> None:
            if isinstance(item, Sample):
                for service in self._home.services:
                    self._say(publisher, service, item)

        # as they come: in a queue, what a service may not see would push out its own
        with self._bus.listen(told):
            await asyncio.Event().wait()

    def _say(self, publisher: Publisher, service: str, sample: Sample) -> None:
        held = self._home.holding(service)
        if held is None:
            return
        shown = allowed_sample(held[0], sample, self._home.channel, CATALOGUE)
        if shown is None:
            return
        topic = self._messages.live_topic(service, sample.meter)
        if not publisher.post(topic, self._messages.sample(shown)):
            self.counters["dropped"] += 1
            return
        self.counters["samples"] += 1
        classes = sorted({CATALOGUE[name].consent(Step.RAW) for name in shown.values})
        span = (sample.at_ms, sample.at_ms + 1)
        self._home.note(
            service,
            [Reading(sample.meter, one, Grain.LIVE.value, *span) for one in classes],
        )
