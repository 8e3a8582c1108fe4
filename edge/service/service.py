"""The service: one asyncio process, its parts under one TaskGroup."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from edge.catalogue import Fluid
from edge.config import Config
from edge.consent.part import judge
from edge.erasure.erasure import Erasure
from edge.errors import EdgeError
from edge.host import Clock, HostClock
from edge.importing.folder import Folder
from edge.leaks import Leaks
from edge.service.control import ControlServer
from edge.service.erasing import erasure_of
from edge.service.exporting import extracting_of, taker_of
from edge.service.household import Household
from edge.service.hub import Hub
from edge.service.intake import Intake
from edge.service.interpreter import tidy
from edge.service.keeper import JournalKeeper
from edge.service.notify import notify, watchdog_seconds
from edge.service.owner import Owner
from edge.service.silence import Silence
from edge.service.watchdog import Watchdog
from edge.sources.plugins import build, fluid_of
from edge.sources.protocol import Source
from edge.transfer.part import tidy as tidy_transfers

log = logging.getLogger(__name__)

LAST_COMMIT_S = 3.0
"""SIGTERM must end in under 5 s: a disk that takes longer has failed."""
WATCHDOG_S = 60.0
THREADS = 4

TELLING = {"mqtt", "cloud", "cozy"}
"""Parts that tell others what the journal has."""

Outer: TypeAlias = Callable[[Hub, asyncio.Event], Awaitable[None]]
"""A part of a layer above (the API): given the hub, it runs until the event is set."""


class Service:
    """Runs one home until told to stop; `replay` ends by itself with its sources."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock | None = None,
        sources: Sequence[Source] | None = None,
        replay: bool = False,
    ) -> None:
        self._config = config
        self._clock = clock or HostClock()
        self._given = sources
        self._replay = replay

    async def run(
        self,
        stop: asyncio.Event,
        outers: Mapping[str, Outer] | None = None,
        *,
        started: Callable[[], None] = lambda: None,
    ) -> None:
        """Open the home, run its parts until `stop` is set, and close it.

        `started` is called once all of them run: what is loaded by then stays.
        Raises EdgeError when the home can't be opened; what fails later is restarted.
        """
        meters = tuple(meter.id for meter in self._config.meters)
        hub = Hub.open(self._config, self._clock, meters)
        threads = ThreadPoolExecutor(THREADS, thread_name_prefix="part")
        asyncio.get_running_loop().set_default_executor(threads)
        try:
            place = {"data_dir": str(self._config.data_dir)}
            tables = [meter.model_dump() | place for meter in self._config.meters]
            hub.sources += (
                [build(table, self._clock) for table in tables]
                if self._given is None
                else self._given
            )
            if hub.mqtt is not None:
                hub.mqtt.hearing.tell(hub.sources)
            await self._run(hub, stop, outers or {}, started)
        finally:
            notify("STOPPING=1")
            # Cancelling a part leaves its thread at work, and SQLite doesn't survive
            # a connection that is closed under a query.
            threads.shutdown(wait=True, cancel_futures=True)
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
            hub.close()

    async def _run(
        self,
        hub: Hub,
        stop: asyncio.Event,
        outers: Mapping[str, Outer],
        started: Callable[[], None],
    ) -> None:
        keeper = hub.keeper
        intakes = [self._intake(hub, keeper, source) for source in hub.sources]
        keep = hub.supervisor.keep
        async with asyncio.TaskGroup() as group:

            def start(name: str, run: Callable[[], Awaitable[None]]) -> None:
                parts.append(group.create_task(keep(name, run), name=name))

            parts: list[asyncio.Task[None]] = []
            readers = [
                group.create_task(keep(f"reader {intake.source.meters[0]}", intake.run))
                for intake in intakes
            ]
            for name, run in self._inner(hub, intakes[0], stop).items():
                start(name, run)
            ending = [
                group.create_task(keep(name, partial(_answering, outer, hub, stop)))
                for name, outer in outers.items()
            ]
            started()
            notify("READY=1")
            log.info("reading %s", ", ".join(hub.gates) or "nothing")
            await self._until(stop, readers)
            if not self._replay:  # which catches up with InfluxDB at its end
                hub.hang_up()
            await _cancel(readers)
            await self._last_words(hub, keeper)
            await asyncio.gather(*ending, return_exceptions=True)
            await _cancel(parts)
            if self._replay:
                await hub.caught_up()

    def _intake(self, hub: Hub, keeper: JournalKeeper, source: Source) -> Intake:
        intake = Intake(
            *(source, hub.gates, keeper, hub.bus),
            patient=self._replay,
            demo=self._config.demo,
        )
        for meter in source.meters:
            last = hub.journal.last_sample(meter)
            if last is not None:
                intake.restore(meter, last.at_ms)
        hub.intakes.append(intake)
        return intake

    def _inner(
        self, hub: Hub, intake: Intake, stop: asyncio.Event
    ) -> dict[str, Callable[[], Awaitable[None]]]:
        """Give the parts of this layer, by name."""
        config, clock = hub.config, hub.clock
        mute = {
            meter
            for source in hub.sources
            if not getattr(source, "speaks", True)
            for meter in source.meters
        }
        limits = {
            meter.id: float(meter.silence_seconds)
            for meter in config.meters
            if meter.id not in mute
        }
        erasure = hub.erasure = erasure_of(hub)
        owner = Owner(
            hub.journal,
            hub.gates,
            hub.reads,
            hub.bus,
            clock,
            rebuild=hub.rebuild,
            importer=hub.importer,
            sources=hub.sources,
            pairing=hub.pairing,
            household=Household(
                *(hub.consents, hub.credentials, hub.asking),
                {meter.id: fluid_of(meter.kind) for meter in config.meters},
                hub.readings,
            ),
            erasure=erasure,
            extracting=extracting_of(hub),
            taker=taker_of(hub),
            leave=stop.set,
        )
        parts = {
            "control": ControlServer(config.data_dir, owner).run,
            "interpreter": tidy,
            "consent": lambda: judge(hub.consents, hub.credentials),
            **hub.consumers(),
            "erasure": erasure.run,
        }
        parts |= {
            name: partial(_telling, erasure, parts[name])
            for name in TELLING & parts.keys()
        }
        folder = config.imports.folder
        if not self._replay and folder is not None and hub.importer is not None:
            place, days = config.data_dir / folder, config.keep.files
            watched = Folder(place, hub.importer, kept_days=days)
            parts["import folder"] = watched.run
        if not self._replay and hub.collected is not None:
            parts["collectors' door"] = hub.collected.run
        if not self._replay and hub.lan is not None:
            parts["lan"] = hub.lan.run
        if not self._replay:
            parts["backups"] = hub.backups.run
            parts["transfers"] = partial(tidy_transfers, config.data_dir, _ms(clock))
            parts["silence"] = Silence(clock, hub.bus, limits, intake.tell).run
            parts["watchdog"] = self._watchdog(hub).run
            parts["leaks"] = Leaks(hub.bus, _windows(config), intake.tell).run
        return parts

    def _watchdog(self, hub: Hub) -> Watchdog:
        beats: dict[str, Callable[[], int]] = {
            f"reader {source.meters[0]}": lambda source=source: source.beat_ns  # type: ignore[misc]
            for source in hub.sources
        }
        beats["journal"] = lambda: hub.journal.beat_ns
        limit_s = watchdog_seconds() or WATCHDOG_S
        return Watchdog(beats, limit_s / 2, time.monotonic_ns)

    async def _until(
        self, stop: asyncio.Event, readers: list[asyncio.Task[None]]
    ) -> None:
        """Wait for the word to stop; a replay also ends with its sources."""
        told = asyncio.create_task(stop.wait())
        if self._replay:
            ended = asyncio.create_task(_all(readers))
            await asyncio.wait([told, ended], return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
        else:
            await told
        stop.set()
        told.cancel()

    async def _last_words(self, hub: Hub, keeper: JournalKeeper) -> None:
        """Commit what the readers brought, as long as the disk may take."""
        with suppress(TimeoutError, EdgeError):
            async with asyncio.timeout(LAST_COMMIT_S):
                await keeper.settle()
                await hub.journal.commit()


async def _answering(outer: Outer, hub: Hub, stop: asyncio.Event) -> None:
    """Answer once what a cut left is erased, unless the end comes first."""
    if hub.erasure is not None:
        looked = asyncio.create_task(hub.erasure.looked())
        ends = asyncio.create_task(stop.wait())
        await asyncio.wait([looked, ends], return_when=asyncio.FIRST_COMPLETED)
        looked.cancel()
        ends.cancel()
    await outer(hub, stop)


async def _telling(erasure: Erasure, run: Callable[[], Awaitable[None]]) -> None:
    """Tell others once what a cut left is erased."""
    await erasure.looked()
    await run()


def _ms(clock: Clock) -> Callable[[], int]:
    return lambda: clock.now().wall_ms


def _windows(config: Config) -> dict[str, int]:
    """Give the water meters, and how long water must flow to be a leak."""
    return {
        meter.id: meter.leak_minutes * 60_000
        for meter in config.meters
        if fluid_of(meter.kind) is Fluid.WATER
    }


async def _all(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
