"""The hub: what the parts of one home share, opened in order and closed in order."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from edge.backup import unpack
from edge.backup.schedule import Backups
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.config import Config
from edge.config.conversion import dated
from edge.consent.asking import Asking
from edge.consent.consents import Consents
from edge.consent.credentials import Credentials
from edge.consent.pairing import Pairing
from edge.consent.read_journal import ReadJournal
from edge.errors import StoreBehind, StoreError
from edge.event import Event, EventKind
from edge.gate import Gate
from edge.gate.flow import qmax_l_h
from edge.health import HealthReport, PartHealth
from edge.host import Clock, written_bytes
from edge.importing import staged
from edge.importing.home import home_of
from edge.importing.importer import Importer
from edge.interval import Step
from edge.journal.journal import HOME, Journal
from edge.journal.writer import Policy
from edge.portability import carrying
from edge.reads import Reads
from edge.record import Address
from edge.registers import CATALOGUE
from edge.retention import Limits, Retention, free_bytes
from edge.roller.consumer import RollerConsumer
from edge.roller.roller import Counting
from edge.rollup.track import State, Track
from edge.sample import Sample
from edge.service import lent
from edge.service.intake import Intake
from edge.service.keeper import JournalKeeper
from edge.service.supervisor import Supervisor
from edge.sources.plugins import fluid_of
from edge.sources.protocol import Source
from edge.stores.copying import copy, ended
from edge.stores.projector import Projector
from edge.stores.sqlite.store import FILE, SqliteStore
from edge.tail import Snapshot

if TYPE_CHECKING:
    from edge.erasure.erasure import Erasure
    from edge.lan.part import Lan
    from edge.outputs.cloud.part import CloudPart
    from edge.outputs.cozy.part import CozyPart
    from edge.outputs.mqtt import MqttPart
    from edge.sources.collected import CollectedDoor
    from edge.stores.influx.consumer import InfluxConsumer

LOOKED_BACK_MS = 7 * 86_400_000
"""How far back an index that was unknown at last is looked for."""


NEWEST = 500
"""Records that are looked through for it while the store is being filled."""


@dataclass(slots=True)
class Hub:
    """One home, open: its three doors (store, bus, commands) and what stands behind."""

    config: Config
    clock: Clock
    journal: Journal
    store: SqliteStore
    reads: Reads
    roller: RollerConsumer
    projector: Projector
    retention: Retention
    gates: Mapping[str, Gate]
    consents: Consents
    credentials: Credentials
    asking: Asking
    readings: ReadJournal
    backups: Backups
    influx: InfluxConsumer | None = None
    mqtt: MqttPart | None = None
    cloud: CloudPart | None = None
    cozy: CozyPart | None = None
    lan: Lan | None = None
    importer: Importer | None = None
    collected: CollectedDoor | None = None
    erasure: Erasure | None = None
    bus: Bus = field(default_factory=Bus)
    supervisor: Supervisor = field(default_factory=Supervisor)
    pairing: Pairing = field(default_factory=Pairing)
    sources: list[Source] = field(default_factory=list)
    intakes: list[Intake] = field(default_factory=list)

    @classmethod
    def open(cls, config: Config, clock: Clock, meters: tuple[str, ...]) -> Hub:
        """Open journal and store, and bring each gate up to what was accepted last.

        Raises EdgeError when the data directory can't be used. A damaged database is
        set aside, which is told as an event, and the home opens all the same.
        """
        policy = Policy(commit_s=config.journal.commit_seconds)
        journal = Journal.open(Path(config.data_dir), policy=policy)
        try:
            store = SqliteStore(Path(config.data_dir) / FILE)
        except BaseException:
            journal.close()
            raise
        gates = _gates(config, meters)
        try:
            consents = Consents.open(
                Path(config.data_dir), clock, config.zone, partial(_told_ms, gates)
            )
        except BaseException:
            store.close()
            journal.close()
            raise
        counting = counting_of(config)
        reads = Reads(store, journal, counting)
        hub = cls(
            config=config,
            clock=clock,
            journal=journal,
            store=store,
            reads=reads,
            roller=RollerConsumer(journal, reads, counting),
            projector=Projector(
                journal, store, every_s=config.store.project_minutes * 60
            ),
            retention=Retention(
                store,
                reads,
                journal,
                _limits(config),
                free_bytes(Path(config.data_dir)),
            ),
            gates=gates,
            consents=consents,
            credentials=Credentials(consents.ledger).follow(consents),
            asking=Asking(consents),
            readings=ReadJournal(consents.ledger, config.zone, config.keep.reads),
            backups=Backups(
                config.backup, Path(config.data_dir), lambda: clock.now().wall_ms
            ),
        )
        for meter in meters:
            hub.restore(meter)
        staged.clear(Path(config.data_dir))
        lent.clear(Path(config.data_dir))
        carrying.clear(Path(config.data_dir))
        hub.importer = Importer(
            journal,
            reads,
            home_of(config, journal.devices(), journal.last_sample),
            lambda: clock.now().wall_ms,
        )
        hub.collected = _collected(hub, hub.importer)
        try:
            hub.lan = _lan(config, clock)
            hub.influx = _influx(config, journal, store)
            hub.mqtt = _mqtt(hub)
            hub.cloud = _cloud(hub)
            hub.cozy = _cozy(hub)
        except BaseException:
            hub.close()
            raise
        for aside in (store.set_aside, consents.set_aside):
            if aside is not None:
                detail = {"set_aside": aside.name}
                journal.take(Event(HOME, clock.now().wall_ms, EventKind.STORE, detail))
        return hub

    @property
    def served(self) -> Reads:
        """Give what the API answers from: `reads`, or the same out of an InfluxDB."""
        if self.influx is None or self.config.store.engine != "influxdb":
            return self.reads
        return Reads(self.influx.store, self.journal, counting_of(self.config))

    @property
    def keeper(self) -> JournalKeeper:
        """Give a keeper of this journal."""
        return JournalKeeper(self.journal, self.config.zone)

    def restore(self, meter: str) -> None:
        """Bring a gate up to the journal's last word on its meter."""
        last = self.journal.last_sample(meter)
        device = self.journal.device(meter)
        offsets: dict[str, int] = {}
        for baseline in self.journal.baselines(meter):  # each says some registers'
            offsets.update(baseline.offsets)
        self.gates[meter].restore(
            last,
            None if device is None else device.identifier,
            known={} if last is None else self._known(last),
            offsets=offsets,
        )

    def _known(self, last: Sample) -> dict[str, tuple[int, int]]:
        """Give the last count and instant of the indexes that a sample lacks.

        Else a restart just then would take any two frames for a first baseline.
        """
        lacking = [
            name
            for name, value in last.values.items()
            if value is None and name in CATALOGUE and CATALOGUE[name].monotonic
        ]
        if not lacking:
            return {}
        since = last.at_ms - LOOKED_BACK_MS
        try:
            track = self.reads.track(last.meter, since, last.at_ms + 1, lacking)
        except StoreBehind:  # it was lost, and is filled once the home is open
            track = self._newest(last.meter).only(lacking)
        known = {}
        for name, column in track.columns.items():
            places = (column.state == State.KNOWN).nonzero()[0]
            if len(places):
                place = places[-1]
                known[name] = (int(column.values[place]), int(column.at[place]))
        return known

    def _newest(self, meter: str) -> Track:
        """Give the last that the journal has of a meter, whatever the store has."""
        tail = self.journal.tail
        after = Address(tail.epoch, max(0, tail.seq - NEWEST))
        records = self.journal.read(after, limit=NEWEST)
        return Snapshot().more(records).tracks.get(meter, Track.empty(meter))

    def health(self) -> HealthReport:
        """Say how every part is, without raising and without waiting for a disk."""
        return HealthReport(self.clock.now().wall_ms, tuple(self._parts()))

    def _parts(self) -> list[PartHealth]:
        parts = [source.health() for source in self.sources]
        gaps = sum((intake.gaps for intake in self.intakes), Counter())
        parts += [
            _gate_health(meter, gate, gaps[meter]) for meter, gate in self.gates.items()
        ]
        parts += [self.journal.health(), self.roller.health()]
        parts += [self.projector.health(), self.retention.health()]
        parts.append(self.consents.health())
        parts += self.backups.health()
        parts += [] if self.erasure is None else [self.erasure.health()]
        parts += [] if self.influx is None else [self.influx.health()]
        parts += [] if self.mqtt is None else self.mqtt.health()
        parts += [] if self.cloud is None else self.cloud.health()
        parts += [] if self.cozy is None else self.cozy.health()
        parts += [] if self.lan is None else [self.lan.health()]
        parts += [] if self.collected is None else self.collected.health()
        supervisor = self.supervisor
        parts.append(
            PartHealth(
                name="service",
                ok=not supervisor.down,
                counters={
                    "bytes_written": written_bytes(),
                }
                | {
                    f"restarts_{name.replace(' ', '_')}": count
                    for name, count in supervisor.failures.items()
                },
                detail="; ".join(
                    f"{name}: {supervisor.last_error[name]}"
                    for name in sorted(supervisor.down)
                ),
            )
        )
        return parts

    def consumers(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Give what reads the journal, by name: each has cursors of its own."""
        consumers: dict[str, Callable[[], Awaitable[None]]] = {
            "roller": partial(self._once_filled, self.roller.run),
            "store": self.projector.run,
            "retention": partial(self._once_filled, self.retention.run),
        }
        if self.influx is not None:
            consumers["influxdb"] = self.influx.run
        if self.mqtt is not None:
            consumers["mqtt"] = self.mqtt.run
        if self.cloud is not None:
            consumers["cloud"] = self.cloud.run
        if self.cozy is not None:
            consumers["cozy"] = self.cozy.run
        return consumers

    async def _once_filled(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run what reads the store, once one that was lost has its past again.

        Until then what it lacks is neither silence to roll nor old enough to go.
        """
        await self.projector.near.wait()
        await run()

    async def caught_up(self) -> None:
        """Roll and project all that is committed; their parts must not run."""
        await self.projector.project()
        await self.roller.start()
        await self.roller.catch_up()
        await self.projector.project()
        if self.influx is not None:
            with suppress(StoreError):  # it gets what waits when it answers
                await self.influx.catch_up()

    async def rebuild(self, backup: Path | None = None) -> None:
        """Make the stores anew: from the journal, and what only a backup still has."""
        await self.projector.rebuild()
        if backup is not None:
            await self._copy_backup(backup)
        if self.influx is not None:
            await self.influx.rebuild()

    async def _copy_backup(self, archive: Path) -> None:
        """Copy what a backup's store has into ours, a piece at a time."""
        with tempfile.TemporaryDirectory(dir=self.store.path.parent) as scratch:
            await asyncio.to_thread(unpack, archive, Path(scratch))
            kept = await asyncio.to_thread(SqliteStore, Path(scratch) / FILE)
            try:
                for stone in await asyncio.to_thread(self.journal.erased):
                    await asyncio.to_thread(kept.erase, stone)
                steps = copy(kept, self.store)
                while not await asyncio.to_thread(ended, steps):
                    pass
            finally:
                kept.close()

    def hang_up(self) -> None:
        """Have nobody wait any more for a server that may never answer."""
        if self.influx is not None:
            self.influx.store.hang_up(for_good=True)

    def close(self) -> None:
        """Close the stores, then the journal, which commits what still waits."""
        if self.influx is not None:
            self.influx.close()
        if self.mqtt is not None:
            self.mqtt.close()
        if self.cloud is not None:
            self.cloud.close()
        self.consents.close()
        self.store.close()
        self.journal.close()


def _gates(config: Config, meters: tuple[str, ...]) -> dict[str, Gate]:
    """Make a gate for each meter: what flows through it bounds what it can count."""
    made = {meter: Gate(meter) for meter in meters}
    for meter in config.meters:
        fluid = fluid_of(meter.kind)
        if meter.id in made and fluid is not Fluid.ELECTRICITY:
            qmax = qmax_l_h(meter.model_extra or {}, fluid)
            made[meter.id] = Gate(meter.id, fluid=fluid, qmax_l_h=qmax)
    return made


def _told_ms(gates: Mapping[str, Gate], monotonic_ns: int) -> int:
    """Give the latest that a meter's own clock says; 0 while none says anything."""
    told = [gate.clock.meter_ms(monotonic_ns) for gate in gates.values()]
    return max((one for one in told if one is not None), default=0)


def counting_of(config: Config) -> Counting:
    """Give how a home counts."""
    fluids = {meter.id: fluid_of(meter.kind) for meter in config.meters}
    conversions = {meter.id: dated(meter.model_extra or {}) for meter in config.meters}
    return Counting(zone=config.zone, fluids=fluids, conversions=conversions)


def _influx(
    config: Config, journal: Journal, store: SqliteStore
) -> InfluxConsumer | None:
    """Attach the InfluxDB that is configured, imported only then: it is not small."""
    if config.influxdb is None:
        return None
    from edge.stores.influx.attach import attach  # noqa: PLC0415 - engines not in use

    return attach(config, config.influxdb, journal, store)


def _collected(hub: Hub, importer: Importer) -> CollectedDoor | None:
    """Open the door of the collectors that are configured, imported only then."""
    if not hub.config.collectors:
        return None
    from edge.sources.collected.attach import attach  # noqa: PLC0415 - not in use

    return attach(hub.config, hub.journal, hub.reads, importer.home, importer.now_ms)


def _lan(config: Config, clock: Clock) -> Lan | None:
    """Make the certificates before anything listens by them, where the LAN is open."""
    if not config.lan.open:
        return None
    from edge.lan.part import Lan  # noqa: PLC0415 - not in use

    return Lan(config, clock)


def _mqtt(hub: Hub) -> MqttPart | None:
    """Attach the broker that is configured, imported only then."""
    if hub.config.mqtt.url is None:
        return None
    from edge.outputs.mqtt import MqttPart  # noqa: PLC0415 - engines not in use

    doors = (hub.config, hub.journal, hub.reads, hub.bus, hub.gates)
    return MqttPart(*doors, hub.consents, hub.readings)


def _cloud(hub: Hub) -> CloudPart | None:
    """Attach the destinations that are configured, imported only then."""
    if not hub.config.cloud:
        return None
    from edge.outputs.cloud.destination import Doors  # noqa: PLC0415 - not in use
    from edge.outputs.cloud.part import CloudPart  # noqa: PLC0415 - same

    fluids = {meter.id: fluid_of(meter.kind) for meter in hub.config.meters}
    read = (hub.journal, hub.reads, hub.bus)
    return CloudPart(hub.config, Doors(*read, hub.consents, fluids, hub.readings))


def _cozy(hub: Hub) -> CozyPart:
    """Attach what tells Cozys: the owner may connect one at any time."""
    from edge.outputs.cozy.doors import Doors  # noqa: PLC0415 - as the others
    from edge.outputs.cozy.part import CozyPart  # noqa: PLC0415 - same

    told = (hub.consents, hub.readings, hub.config.zone, Path(hub.config.data_dir))
    return CozyPart(Doors(hub.journal, hub.reads, *told))


def _limits(config: Config) -> Limits:
    return Limits(
        raw_days=config.store.raw_days,
        minute_days=config.store.minute_days,
        interval_days={Step.MIN30: days} if (days := config.keep.half_hours) else {},
        journal_days=config.journal.keep_days,
        journal_bytes=config.journal.max_megabytes << 20,
    )


def _gate_health(meter: str, gate: Gate, gaps: int) -> PartHealth:
    drift = {} if gate.drift_ms is None else {"clock_drift_ms": gate.drift_ms}
    return PartHealth(
        name=f"gate:{meter}",
        ok=not gate.device_pending,
        counters={**gate.counters, "gaps": gaps},
        refused={reason.value: count for reason, count in gate.refused.items()},
        gauges=drift,
        detail="another physical meter waits to be confirmed: releve device confirm"
        if gate.device_pending
        else "",
    )
