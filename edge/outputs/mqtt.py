"""MQTT as one part of the service: one session with a broker, and what it publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from edge.broker.address import parse_url
from edge.broker.publisher import Output
from edge.broker.session import Session, Will
from edge.bus import Bus
from edge.config import Config
from edge.gate import Gate
from edge.health import PartHealth
from edge.journal.journal import Journal
from edge.outputs.counts import Counts
from edge.outputs.discovery import DiscoveryOutput
from edge.outputs.homeassistant import Announcing
from edge.outputs.intervals import IntervalsOutput
from edge.outputs.kept import Kept
from edge.outputs.live import LiveOutput
from edge.outputs.past import Past
from edge.outputs.payloads import Payloads
from edge.outputs.topics import Topics
from edge.reads import Reads
from edge.record import Baseline

FORGOTTEN_S = 1800.0
"""Mosquitto's own autosave_interval: what a broker of others may forget when killed."""
NOTICE = "all its clients can read what is published there"


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
        self.discovery = DiscoveryOutput(
            bus,
            Announcing(topics, mqtt.discovery_prefix, mqtt.language, version("releve")),
            kept,
            counts,
            self.live,
            kinds={meter.id: meter.kind for meter in config.meters},
            on=mqtt.discovery,
        )
        self.intervals = IntervalsOutput(
            journal, topics, payloads, kept, known=self._known, period_s=period_s
        )

    @property
    def all(self) -> Sequence[Output]:
        """Give them, the live ones first."""
        return (self.live, self.discovery, self.intervals)

    async def _baselines(self, meter: str) -> list[Baseline]:
        return await asyncio.to_thread(self._journal.baselines, meter)

    def _known(self) -> Iterable[Past]:
        """Give what there is of each meter; blocks while it reads."""
        for meter, registers in self._reads.meters().items():
            heard = self._reads.heard(meter)
            if heard is not None:
                yield Past(meter, frozenset(registers), heard[0], heard[1] + 1)

    def health(self) -> list[PartHealth]:
        """Say how each fares."""
        return [self.live.health(), self.discovery.health(), self.intervals.health()]


class MqttPart:
    """The session and its outputs; made only where the configuration names a broker."""

    def __init__(
        self,
        config: Config,
        journal: Journal,
        reads: Reads,
        bus: Bus,
        gates: Mapping[str, Gate],
    ) -> None:
        mqtt = config.mqtt
        self.outputs = Outputs(config, journal, reads, bus, gates, period_s=FORGOTTEN_S)
        address, login = parse_url(mqtt.url or "", mqtt.ca_file)
        self.session = Session(
            address,
            login,
            client_id=mqtt.prefix,
            will=Will(Topics(mqtt.prefix).status),
            outputs=self.outputs.all,
            notice=NOTICE,
        )

    async def run(self) -> None:
        """Publish for ever; on the way out, say that we are gone."""
        await self.session.run()

    def health(self) -> list[PartHealth]:
        """Say how the session and each output fares."""
        return [self.session.health(), *self.outputs.health()]
