"""A simulated home on a broker of its own, and all that a service gets there, noted."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.sample import Sample
from tests.attacks.service_house import COACH, Ear, House, terms
from tests.attacks.twin_home import LINKY, TwinReads, paris

__all__ = ["MqttTwin", "asked", "paris", "terms"]

HALF_MS = 1_800_000


class MqttTwin(House):
    """One of two homes; `said` is what its services got, in the order of each."""

    def __init__(self, name, path, grain, window_ms) -> None:
        super().__init__(path, TwinReads(name, grain, window_ms=window_ms))
        self.name = name
        self.said: list[tuple[object, ...]] = []
        self.services: dict[str, str] = {}
        self.ears: list[Ear] = []

    @property
    def other(self) -> bool:
        """Whether it is the home that differs in all that isn't shown."""
        return self.name == "b"

    async def give(self, who, *held):
        """Grant a service what it is to hold; a new one the first time."""
        known = self.services.get(who, replace(COACH, name=who))
        choices = [one.choice for one in held]
        service, given = await asyncio.to_thread(self.consents.give, known, choices, {})
        self.services[who] = service.id
        return given

    @asynccontextmanager
    async def listening(self, who="coach", *topics, **words):
        """Listen as a service; what it got is noted once it goes."""
        async with self.hearing(who, *topics, **words) as ear:
            yield ear
        self.got(who, ear)

    @asynccontextmanager
    async def hearing(self, who, *topics, **words):
        """Listen as a service that holds what differs; what it got is not compared.

        Nothing of another's tree is among it.
        """
        async with self.ear(self.services[who], *topics, **words) as ear:
            self.ears.append(ear)
            yield ear
            await self.quiet()
            self.ears.remove(ear)
        own = f"releve/services/{self.services[who]}/"
        assert not [told.topic for told in ear.told if not told.topic.startswith(own)]

    def got(self, who, ear: Ear) -> None:
        """Note what a service got."""
        for told in ear.told:
            expiry_s = getattr(told.properties, "MessageExpiryInterval", None)
            hours = None if expiry_s is None else (expiry_s + 60) // 3600
            correlation = getattr(told.properties, "CorrelationData", None)
            topic, retain = self.named(told.topic), told.retain
            self.said.append((who, topic, hours, correlation, retain, told.payload))

    def named(self, text: str) -> str:
        """Give a text with services by the names that the trick has for them."""
        for name, service in self.services.items():
            text = text.replace(service, name)
        return text

    def code(self, what: str, code: object) -> None:
        """Note how the broker answered."""
        self.said.append((self.named(what), code))

    async def quiet(self) -> None:
        """Return once all that is due was found and sent, and all asked answered."""
        rounds = self.part.deliveries
        for _ in range(2):
            before = rounds.rounds
            await self.until(lambda before=before: rounds.rounds > before)
        await self.part.requests.fence()
        for ear in self.ears:  # what the broker gave it before it answers, it has
            if not ear.ended:
                await asyncio.to_thread(ear.subscribe, ear.login["response"])

    async def on(self, text: str) -> None:
        """Let time pass up to an instant, and what is due by then be told."""
        await self.to(paris(text))
        await self.quiet()

    async def answered(self, ear: Ear, document, count=1, **words) -> None:
        """Ask, and wait for so many answers; asks are a second's apart for the edge."""
        for asker in self.part.requests._askers.values():
            asker.left = 10.0
        before = len(ear.answers())
        self.code("asked", await asyncio.to_thread(lambda: ear.ask(document, **words)))
        await self.until(lambda: len(ear.answers()) >= before + count)

    async def refused(self, login, **words) -> None:
        """Note whether a login is let in."""
        ear = Ear(self.port, login, **words)
        with suppress(PermissionError):
            await asyncio.to_thread(ear.open, login["out"])
            await asyncio.to_thread(ear.shut)
            self.got("intruder", ear)
        self.code("refused", bool(ear.refused))

    async def differ(self) -> None:
        """Have the home do what no service that holds days may learn of.

        The half-hours within a day are counted anew, more often in one home than in the
        other; the meter speaks, and something happens.
        """
        at_ms = self.clock.wall_ms // HALF_MS * HALF_MS - 6 * HALF_MS
        for n in range(5 if self.other else 1):
            row = Interval(
                *(LINKY, "import_total_wh", Step.MIN30, at_ms, at_ms + HALF_MS, n),
                revision=n + 2,
            )
            await self.journal.append([(row,)])
            value = 500 + n + 1000 * self.other
            self.bus.publish(
                Sample(
                    LINKY,
                    self.clock.wall_ms + n,
                    {"apparent_power_va": value, "import_total_wh": value},
                )
            )
            event = Event(LINKY, self.clock.wall_ms + n, EventKind.TARIFF, {"n": n})
            await self.journal.append([event])


def asked(**more):
    """Give a question, of days unless told otherwise."""
    return {
        "meter": LINKY,
        "register": "import_total_wh",
        "step": "day",
        "start": "2026-10-20T00:00:00+02:00",
        "end": "2026-10-30T00:00:00+01:00",
    } | more
