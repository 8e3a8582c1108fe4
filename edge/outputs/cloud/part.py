"""All destinations of a home as one part of the service."""

from __future__ import annotations

import asyncio
import logging

from edge.config import Config
from edge.errors import EdgeError
from edge.health import PartHealth
from edge.outgoing.places import Guard
from edge.outputs.cloud.destination import Destination, Doors
from edge.threads import on_loop

log = logging.getLogger(__name__)


class CloudPart:
    """Runs each destination that is configured; one that can't be opened is told."""

    def __init__(
        self, config: Config, doors: Doors, guard: Guard | None = None
    ) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self.destinations: list[Destination] = []
        self._broken: list[PartHealth] = []
        for cloud in config.cloud:
            try:
                self.destinations.append(Destination(config, cloud, doors, guard))
            except EdgeError as error:
                log.error("nothing goes to %s: %s", cloud.name, error)  # noqa: TRY400 - its sentence says it all
                self._broken.append(
                    PartHealth(f"cloud:{cloud.name}", ok=False, detail=str(error))
                )
        doors.consents.listen(self._told)

    async def run(self) -> None:
        """Tell them all, for ever."""
        self._loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for one in self.destinations:
                group.create_task(one.run())

    def _told(self, services: frozenset[str]) -> None:
        """Have each see to a change; called in the thread that decided it."""
        del services
        on_loop(self._loop, self._changed)

    def _changed(self) -> None:
        for one in self.destinations:
            one.changed()

    def health(self) -> list[PartHealth]:
        """Say how each fares."""
        return [*(one.health() for one in self.destinations), *self._broken]

    def close(self) -> None:
        """Let go of their books."""
        for one in self.destinations:
            one.close()
