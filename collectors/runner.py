"""One collector's attempts: window, process apart, handing over, and what is kept."""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from collectors import pace, past, plugins, secret_file
from collectors.carried import Carried
from collectors.child import DEADLINE_S, attempt
from collectors.collector import Rhythm, Table
from collectors.errors import NotCollected, Reason, Unusable
from collectors.past import Past
from collectors.window import Window

log = logging.getLogger(__name__)

Attempt = Callable[[Mapping[str, Any], float], Awaitable[Carried]]


def now_utc() -> datetime:
    """Give this instant."""
    return datetime.now(UTC)


class Sends(Protocol):
    """The way to the service."""

    async def send(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Give its answer; raise NotCollected."""
        ...


@dataclass(slots=True)
class Runner:
    """Runs one [[collectors]] table; its past is on the disk before it asks anybody."""

    name: str
    table: Table
    zone: ZoneInfo
    directory: Path
    service: Sends
    now: Callable[[], datetime] = now_utc
    draw: Callable[[], float] = random.random
    attempt: Attempt = attempt
    deadline_s: float = DEADLINE_S
    past: Past = field(init=False)

    def __post_init__(self) -> None:
        self.past = past.read(self.directory, self.name)

    @property
    def rhythm(self) -> Rhythm:
        """Give its kind's rhythm, with the owner's own number of days."""
        try:
            rhythm = plugins.load(str(self.table.get("kind"))).rhythm
        except Unusable:
            rhythm = Rhythm()
        days = self.table.get("days")
        return replace(rhythm, days=days) if isinstance(days, int) else rhythm

    def begin(self) -> datetime:
        """Give when the first attempt of this process is due."""
        due = pace.at_start(
            self.now(), _at(self.past.next_ms), _at(self.past.attempt_ms), self.draw
        )
        self._keep(replace(self.past, next_ms=_ms(due)))
        return due

    @property
    def mended(self) -> bool:
        """Tell whether what may have kept it from working changed since it failed."""
        why = self.past.why
        return why is not None and pace.mendable(why) and self._stamp != self.past.stamp

    @property
    def _stamp(self) -> str:
        """Give what changes with the secret, the owner's table, or an update."""
        table = json.dumps(self.table, sort_keys=True, default=str)
        digest = hashlib.sha256(f"{version('releve')} {table}".encode()).hexdigest()[
            :16
        ]
        return f"{digest} {secret_file.stamp(plugins.secret_path(self.table))}"

    async def run(self) -> datetime:
        """Make one attempt; give when the next is due. Never raises NotCollected."""
        before, now, stamp = self.past, self.now(), self._stamp
        # Kept first: a process that dies here finds it, and lets the portal alone.
        provisional = pace.after_failure(now, Reason.PORTAL_DOWN, 1, None, self.draw)
        self._keep(
            replace(before, attempt_ms=_ms(now), next_ms=_ms(provisional), stamp=stamp)
        )
        asked = False
        try:
            await self.service.send({"hello": self.name})  # else nobody is asked at all
            carried = await self.attempt(self._request(now), self.deadline_s)
            asked = True
            answers = [
                await self.service.send({"collector": self.name, **message})
                for message in carried.messages()
            ]
        except NotCollected as error:
            return self._failed(before, error, asked=asked)
        return self._succeeded(carried, answers)

    def _request(self, now: datetime) -> dict[str, Any]:
        rhythm = self.rhythm
        today = now.astimezone(self.zone).date()
        window = Window.sliding(today, rhythm.days, rhythm.ahead)
        return {
            "table": {**self.table, "zone": self.zone.key},
            "window": [window.first.isoformat(), window.until.isoformat()],
        }

    def _failed(self, before: Past, error: NotCollected, *, asked: bool) -> datetime:
        failures = before.failures + 1 if before.reason == error.reason else 1
        unasked = error.reason in pace.UNASKED and not asked
        wait_s = error.wait_s if unasked else max(error.wait_s or 0, pace.LEAST_S)
        due = pace.after_failure(self.now(), error.reason, failures, wait_s, self.draw)
        self._keep(
            replace(
                self.past,
                attempt_ms=before.attempt_ms if unasked else self.past.attempt_ms,
                next_ms=_ms(due),
                failures=failures,
                reason=error.reason.value,
                where=error.where,
                status=error.status,
            )
        )
        log.warning(
            "%s: %s; next attempt %s", self.name, error, due.isoformat(" ", "minutes")
        )
        return due

    def _succeeded(
        self, carried: Carried, answers: Sequence[Mapping[str, Any]]
    ) -> datetime:
        """Note what came; of what didn't, why: the rest is asked for as usual."""
        now, excuse = self.now(), carried.excuse
        due = pace.after_success(now, self.rhythm, self.zone, self.draw)
        if excuse is not None and excuse.wait_s is not None:
            due = max(due, now + timedelta(seconds=excuse.wait_s))
        new, changed, unchanged, refused = (
            sum(int(answer.get(name) or 0) for answer in answers)
            for name in ("new", "changed", "unchanged", "refused")
        )
        self._keep(
            Past(
                attempt_ms=self.past.attempt_ms,
                success_ms=_ms(now),
                next_ms=_ms(due),
                reason=None if excuse is None else excuse.reason.value,
                where="" if excuse is None else excuse.where,
                status=None if excuse is None else excuse.status,
                nothing=not carried.rows,
                new=new,
                changed=changed,
                unchanged=unchanged,
                refused=refused + carried.refused,
                newest_ms=carried.newest_ms or self.past.newest_ms,
                stamp=self.past.stamp,
            )
        )
        log.info(
            "%s: %d new, %d changed; next attempt %s",
            *(self.name, new, changed),
            due.isoformat(" ", "minutes"),
        )
        return due

    def _keep(self, now: Past) -> None:
        self.past = now
        try:
            past.write(self.directory, self.name, now)
        except OSError as error:
            log.warning("%s: its past can't be kept: %s", self.name, error.strerror)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _at(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
