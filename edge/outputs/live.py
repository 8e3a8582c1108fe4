"""Live values: each sample goes to the broker in the loop's turn that brought it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from time import monotonic

from edge.broker.publisher import Publisher
from edge.bus import Bus
from edge.health import PartHealth
from edge.outputs.counts import Counts
from edge.outputs.payloads import Payloads
from edge.outputs.shown import Shown
from edge.outputs.topics import Topics
from edge.sample import Sample

NAME = "mqtt_live"
WAITING = 8
"""Samples that may wait for us; a replay at full speed loses its own oldest."""


class LiveOutput:
    """Publishes samples whole, then the registers that changed, each on its own topic.

    Nothing waits and nothing is kept: what the socket doesn't take is gone, and the
    next sample says what still stands. When a connection is new, everything is said
    again, since the broker may have forgotten it.
    """

    def __init__(
        self,
        bus: Bus,
        topics: Topics,
        payloads: Payloads,
        counts: Counts,
        *,
        now_s: Callable[[], float] = monotonic,
    ) -> None:
        self._bus, self._topics, self._payloads = bus, topics, payloads
        self._counts, self._now_s = counts, now_s
        self._shown: dict[str, Shown] = {}
        self._numbers: dict[str, int | None] = {}
        self._counters: Counter[str] = Counter()

    def pace(self, meter: str) -> int:
        """Give for how long a live value of a meter holds, in s."""
        return self._of(meter).pace.holds_s

    def names(self, meter: str) -> set[str]:
        """Give the registers of a meter that were shown, whichever sample has them."""
        return self._of(meter).names

    def unlearn(self, meter: str) -> None:
        """Forget these: another physical meter says its own."""
        self._of(meter).names.clear()

    def again(self) -> None:
        """Say everything again with the next sample: someone begins to listen."""
        for shown in self._shown.values():
            shown.forget()

    async def run(self, publisher: Publisher) -> None:
        """Publish while the connection lasts, first what is known now."""
        self.again()
        with self._bus.subscribe(WAITING) as subscription:
            for sample in list(self._bus.latest.values()):
                self._say(publisher, sample)
            lost = 0
            async for item in subscription:
                self._counters["lost"] += subscription.lost - lost
                lost = subscription.lost
                if isinstance(item, Sample):
                    self._of(item.meter).pace.hear(self._now_s())
                    self._say(publisher, item)

    def _of(self, meter: str) -> Shown:
        if meter not in self._shown:
            self._shown[meter] = Shown()
        return self._shown[meter]

    def _say(self, publisher: Publisher, sample: Sample) -> None:
        meter, now_s = sample.meter, self._now_s()
        topics, shown = self._topics, self._of(meter)
        # Whole and first: it is what those who count on time read.
        taken = publisher.post(topics.live(meter), self._payloads.sample(sample))
        self._counters["samples" if taken else "dropped"] += 1
        settled = self._counts.settled(meter)
        if settled and self._counts.number(meter) != self._numbers.get(meter):
            self._numbers[meter] = self._counts.number(meter)
            shown.begin_anew()
        for each in shown.due(sample.values, now_s, indexes=settled):
            topic = topics.bare(meter, each.register)
            if not publisher.post(
                topic, each.payload, retain=True, expiry_s=each.expiry_s
            ):
                break  # the next sample says it
            shown.keep(each, now_s)
            self._counters["values"] += 1

    def stand(self, publisher: Publisher, sample: Sample) -> None:
        """Show indexes that stand of a meter that is silent; what is live goes first.

        Files that were taken back may have told a higher one.
        """
        meter, now_s = sample.meter, self._now_s()
        if meter in self._bus.latest or not self._counts.settled(meter):
            return
        shown = self._of(meter)
        shown.begin_anew()
        for each in shown.due(sample.values, now_s):
            topic = self._topics.bare(meter, each.register)
            if publisher.post(topic, each.payload, retain=True):
                shown.keep(each, now_s)
                self._counters["values"] += 1

    def health(self) -> PartHealth:
        """Say what was published and what the broker was too slow for."""
        names = ("samples", "values", "dropped", "lost")
        return PartHealth(
            name=NAME, ok=True, counters={name: self._counters[name] for name in names}
        )
