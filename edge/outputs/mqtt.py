"""MQTT as one part of the service: one session with a broker, and what it publishes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from typing import Any

from edge.broker.hearing import Hearing
from edge.broker.parts import forgets_s, open_parts
from edge.broker.publisher import Output
from edge.bus import Bus
from edge.config import Config
from edge.consent.consents import Consents
from edge.counters import newest
from edge.errors import JournalError
from edge.gate import Gate
from edge.health import PartHealth
from edge.journal.journal import Journal
from edge.outputs.counts import Counts
from edge.outputs.discovery import DiscoveryOutput
from edge.outputs.forgetting import ForgettingOutput
from edge.outputs.homeassistant import Announcing
from edge.outputs.intervals import IntervalsOutput
from edge.outputs.kept import Kept
from edge.outputs.live import LiveOutput
from edge.outputs.past import Past
from edge.outputs.payloads import Payloads
from edge.outputs.services.home import Notes
from edge.outputs.services.part import ServicesPart
from edge.outputs.standing import Standing, Stands
from edge.outputs.topics import Topics
from edge.reads import Reads
from edge.record import Baseline
from edge.sources.plugins import fluid_of

log = logging.getLogger(__name__)


class Outputs:
    """What a home publishes: live values, discovery, intervals and events.

    `period_s` is how much a broker that is killed may forget.
    """

    def __init__(  # noqa: PLR0913 - the home's three doors, and how it is told
        self,
        config: Config,
        journal: Journal,
        reads: Reads,
        bus: Bus,
        gates: Mapping[str, Gate],
        *,
        period_s: float,
    ) -> None:
        self._journal, self._reads = journal, reads
        mqtt = config.mqtt
        topics, payloads = Topics(mqtt.prefix), Payloads(config.zone)
        kept = Kept(topics.status)
        counts = Counts(
            lambda meter: gates[meter].offsets, self._baselines, journal.commit
        )
        self.live = LiveOutput(bus, topics, payloads, counts)
        standing = Standing(bus, topics, kept, gates, self._stands)
        self.discovery = DiscoveryOutput(
            bus,
            Announcing(
                *(topics, mqtt.discovery_prefix, mqtt.language, version("releve")),
                demo=config.demo,
            ),
            kept,
            counts,
            self.live,
            kinds={meter.id: meter.kind for meter in config.meters},
            standing=standing,
            on=mqtt.discovery,
        )
        self.intervals = IntervalsOutput(
            journal,
            topics,
            payloads,
            kept,
            known=self._known,
            heard=standing.again,
            period_s=period_s,
        )
        self.forgetting = ForgettingOutput(bus, topics, kept)

    @property
    def all(self) -> Sequence[Output]:
        """Give them, the live ones first."""
        return (self.live, self.discovery, self.intervals, self.forgetting)

    async def _baselines(self, meter: str) -> list[Baseline]:
        return await asyncio.to_thread(self._journal.baselines, meter)

    def _known(self) -> Iterable[Past]:
        """Give what there is of each meter; blocks while it reads."""
        for meter, registers in self._reads.meters().items():
            spans = [self._told(meter, register) for register in registers]
            known = [span for span in (self._reads.heard(meter), *spans) if span]
            if known:
                start_ms = min(first for first, _ in known)
                end_ms = max(last for _, last in known) + 1
                yield Past(meter, frozenset(registers), start_ms, end_ms)

    def _told(self, meter: str, register: str) -> tuple[int, int] | None:
        """Give from when to when sources told of a register."""
        slices = partial(self._reads.slices, meter)
        last = newest(slices, register)
        if last is None:
            return None
        return slices(register, 0, last.end_ms, 1)[0].start_ms, last.end_ms - 1

    def _stands(self, meter: str) -> Stands:
        """Give the last that is committed of a meter; blocks while it reads."""
        heard = self._journal.last_sample(meter) or self._reads.heard(meter)
        return Stands(self._reads.latest(meter), told=heard is None)

    def health(self) -> list[PartHealth]:
        """Say how each fares."""
        return [self.live.health(), self.discovery.health(), self.intervals.health()]


class MqttPart:
    """The broker's parts and the outputs; made only where the configuration names one.

    With `consents`, services come in on a broker of ours; `notes` is what they were
    shown. Raises BrokerError when what is configured can't be understood.
    """

    def __init__(  # noqa: PLR0913 - the home's doors
        self,
        config: Config,
        journal: Journal,
        reads: Reads,
        bus: Bus,
        gates: Mapping[str, Gate],
        consents: Consents | None = None,
        notes: Notes | None = None,
    ) -> None:
        self.outputs = Outputs(
            config, journal, reads, bus, gates, period_s=forgets_s(config)
        )
        self.hearing = Hearing()
        self.services: ServicesPart | None = None
        if consents is not None and config.mqtt.url == "managed":
            fluids = {meter.id: fluid_of(meter.kind) for meter in config.meters}
            try:
                self.services = ServicesPart(
                    config, journal, reads, bus, consents, fluids, notes
                )
            except JournalError as error:
                log.error("no service is served by MQTT: %s", error)  # noqa: TRY400 - its sentence says it all
        self._parts = open_parts(
            config,
            (
                *self.outputs.all,
                self.hearing,
                *(() if self.services is None else self.services.outputs),
            ),
            None if self.services is None else consents,
        )
        if self.services is not None and self._parts.guests is not None:
            self.services.open_to(self._parts.guests)

    async def run(self) -> None:
        """Publish for ever; on the way out, say that we are gone."""
        if self.services is not None:
            self.services.begin()
        with suppress(JournalError):  # a full disk: at the first connection, then
            await self.outputs.intervals.attach()
        await self._parts.run()

    async def forget(self) -> None:
        """Have a broker of ours let go of all that it keeps."""
        if self._parts.forget is not None:
            await self._parts.forget()

    def service_login(self, service: str) -> dict[str, Any] | None:
        """Give what a service comes in with; None where there is nothing for it."""
        return None if self.services is None else self.services.login(service)

    def health(self) -> list[PartHealth]:
        """Say how the broker, the session and each output fares."""
        own = [] if self.services is None else [self.services.health()]
        return [*self._parts.health(), *self.outputs.health(), *own]

    def close(self) -> None:
        """Let go of what is kept of services."""
        if self.services is not None:
            self.services.close()
