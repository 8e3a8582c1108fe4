"""What runs for services at this moment, to be cut when it may run no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from edge.consent.records import Grant
from edge.threads import on_loop

LINE = "releve.line"
"""Where the server leaves, in the scope's extensions, the connection of a request."""


@dataclass(slots=True, eq=False)
class Line:
    """One connection: how to reset it, and whom to tell once it is gone."""

    reset: Callable[[], None]
    gone: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        """Tell that it is gone."""
        for told in self.gone:
            told()
        self.gone.clear()


@dataclass(slots=True)
class Running:
    """The connections over which services were answered, each with what it goes by.

    A connection counts for as long as it is open, not until its answer is written:
    bytes may wait in buffers on our side, and a reset takes them back.
    """

    good: Callable[[Grant, str], bool]
    """Whether a grant and a family of tokens are still what stands."""
    _lines: dict[str, dict[Line, tuple[Grant, str]]] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop | None = None

    def enter(self, grant: Grant, family: str, line: Line | None) -> None:
        """Note that a service is answered over a connection from now on."""
        self._loop = asyncio.get_running_loop()
        if line is None:
            return
        mine = self._lines.setdefault(grant.service, {})
        if line not in mine:  # else the older counts: its bytes may still wait
            mine[line] = (grant, family)
            line.gone.append(partial(self._forget, grant.service, line))

    def changed(self, services: frozenset[str]) -> None:
        """Cut, from whatever thread, what runs for services by what stands no more."""
        on_loop(self._loop, self._cut, services)

    def _cut(self, services: frozenset[str]) -> None:
        for service in services:
            for line, (grant, family) in list(self._lines.get(service, {}).items()):
                if not self.good(grant, family):
                    line.reset()

    def _forget(self, service: str, line: Line) -> None:
        mine = self._lines.get(service, {})
        mine.pop(line, None)
        if not mine:
            self._lines.pop(service, None)
