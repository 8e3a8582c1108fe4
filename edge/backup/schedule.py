"""Backups that the service makes by itself: each proved, the newest kept and read back.

What is due is told by the last one's note, so a start knows it as well as the hour
before did. Where nothing is configured, the note of who made one is told all the same.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from edge.backup import child, kept
from edge.backup.noted import Noted
from edge.config import BackupConfig
from edge.errors import BackupError, EdgeError
from edge.health import PartHealth
from edge.journal.file import private_directory

log = logging.getLogger(__name__)

LOOK_S = 60.0
AGAIN_MS = 3_600_000
"""After one that failed: a stick may be back, a disk may have room."""
LATE = 2
"""Of so many times `every`, a backup is too old to be well."""

Doing: TypeAlias = Callable[[str, Path, Path, Path | None], Awaitable[None]]


class Due(StrEnum):
    """What is to be done now."""

    MAKE = "make"
    READ = "read"


def due(noted: Noted | None, every_ms: int, now_ms: int, ran_ms: int) -> Due | None:
    """Tell what is due; `ran_ms` is how long this process counts already.

    A backup of later than now was made by a clock that was wrong, or is now: it is
    due once a whole period ran by here.
    """
    if noted is None or noted.bad or not noted.there:
        return Due.MAKE
    age = now_ms - noted.made_ms
    if age >= every_ms or (age < 0 and ran_ms >= every_ms):
        return Due.MAKE
    return Due.READ if now_ms - noted.verified_ms >= every_ms / 2 else None


class Backups:
    """Makes a backup when one is due, and looks at the last one in between."""

    def __init__(
        self,
        config: BackupConfig | None,
        data_dir: Path,
        now_ms: Callable[[], int],
        do: Doing = child.told,
    ) -> None:
        self._config, self._data_dir, self._now_ms = config, data_dir, now_ms
        self._do = do
        self._since = time.monotonic()
        self._not_before_ms = 0
        self._wrong = ""
        self._noted: Noted | None = None
        self._there, self._count = True, 0
        self._made = self._failed = self._gone = 0

    @property
    def place(self) -> Path | None:
        """Give where they are made; nowhere where nothing is configured."""
        return None if self._config is None else self._data_dir / self._config.to

    async def run(self) -> None:
        """Look each minute what is due, for ever; the readers have started by then."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)
            await self.turn()

    async def look(self) -> None:
        """Read what is known of the last one."""
        self._noted = await asyncio.to_thread(Noted.read, self._data_dir)
        self._there = self._noted is None or self._noted.there
        if self.place is not None:
            self._count = len(await asyncio.to_thread(kept.backups, self.place))

    async def turn(self) -> None:
        """Do what is due, if anything; what fails is told, and tried again later."""
        await self.look()
        now_ms = self._now_ms()
        if self._config is None or 0 <= self._not_before_ms - now_ms <= AGAIN_MS:
            return
        ran_ms = int((time.monotonic() - self._since) * 1000)
        wanted = due(self._ours(), self._config.every_ms, now_ms, ran_ms)
        if wanted is None:
            return
        try:
            if wanted is Due.READ and self._noted is not None:
                await self._read(self._config, self._noted, now_ms)
            else:
                await self._make(self._config, now_ms)
        except (EdgeError, OSError) as error:
            self._failed += 1
            self._wrong = str(error)
            self._not_before_ms = now_ms + AGAIN_MS
            log.warning("no backup: %s", error)  # health says it until one is made
        await self.look()

    async def _make(self, config: BackupConfig, now_ms: int) -> None:
        place = self._data_dir / config.to
        if config.to.is_absolute() and not place.is_dir():
            # A stick that isn't there would be made a directory of the card's.
            raise BackupError(
                f"{place} is not there", hint="plug the disk in, or mend [backup] to"
            )
        if not config.to.is_absolute():
            await asyncio.to_thread(private_directory, place)
        await asyncio.to_thread(kept.clear, place)
        secret = self._secret(config)
        file = place / kept.name_of(now_ms, sealed=secret is not None)
        await self._do(Due.MAKE, self._data_dir, file, secret)
        self._made += 1
        self._wrong, self._since = "", time.monotonic()
        # Older ones go only once a newer one was proved.
        self._gone += await asyncio.to_thread(kept.let_go, place, file, config.keep)

    async def _read(self, config: BackupConfig, noted: Noted, now_ms: int) -> None:
        try:
            secret = self._secret(config) if noted.sealed else None
            await self._do(Due.READ, self._data_dir, Path(noted.file), secret)
        except BackupError as error:
            # Another is made at the next look, however fresh this one is.
            again = replace(noted, verified_ms=0)
            await asyncio.to_thread(again.write, self._data_dir)
            self._failed += 1
            self._wrong = str(error)
            log.warning("a backup is damaged: %s", error)
            return
        again = replace(noted, verified_ms=now_ms)
        await asyncio.to_thread(again.write, self._data_dir)
        self._wrong = ""

    def _ours(self) -> Noted | None:
        """Give the last one if it lies in our place: another's may be sealed."""
        noted = self._noted
        here = noted is not None and Path(noted.file).parent == self.place
        return noted if here else None

    def _secret(self, config: BackupConfig) -> Path | None:
        file = config.passphrase_file
        return None if file is None else self._data_dir / file

    def health(self) -> list[PartHealth]:
        """Say how old the last one is, and when it was found good; or nothing."""
        noted, now_ms = self._noted, self._now_ms()
        if noted is None and self._config is None:
            return []
        gauges = {"kept": self._count} if self._config is not None else {}
        wrong = self._wrong
        if noted is not None:
            age = max(0, now_ms - noted.made_ms)
            gauges["bytes"] = noted.bytes
            gauges["age_s"] = age // 1000
            if noted.bad:
                wrong = wrong or "the last backup was found damaged"
            else:
                gauges["verified_age_s"] = max(0, now_ms - noted.verified_ms) // 1000
            if self._config is not None and age > LATE * self._config.every_ms:
                wrong = wrong or "the last backup is too old"
            if self._config is not None and not self._there:
                wrong = wrong or f"{Path(noted.file).name} is not where it was made"
        counters = {"made": self._made, "failed": self._failed, "let_go": self._gone}
        return [PartHealth("backup", not wrong, counters, {}, gauges, None, wrong)]
