"""A handover that was begun, gone on with from wherever it was cut off.

First the rights end. Then, where no service runs, each place elsewhere is left, what
lies outside the home's directory goes, and the configuration keeps the machine's own.
Last the directory is emptied: what is opened there next is another home, all of whose
ids, keys and passwords are new.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from edge.commands import CommandRefused, HandOver, NoService
from edge.config import Config
from edge.errors import AlreadyRunning, EdgeError
from edge.handover import elsewhere, machine, receipt
from edge.handover.begun import Begun
from edge.handover.outside import ERASED, UNREACHED, Place
from edge.handover.refusal import HandoverRefused
from edge.handover.rights import end_alone
from edge.journal import leaving
from edge.journal.file import DirectoryLock, wall_ms
from edge.service.control import ask
from edge.stores.influx.token import ADMIN

ENDS_S, FEW_S = 90.0, 10.0
"""How long a service may take to end that was told, and one that wasn't."""
LOOK_S = 0.1

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Handing:
    """One home being left; `path` is its configuration, `directories` go as well.

    `remains` is what the receipt says of what no program can take back.
    """

    config: Config
    path: Path | None
    directories: Sequence[Path]
    remains: Sequence[str]

    @property
    def data_dir(self) -> Path:
        """Give the home's directory."""
        return self.config.data_dir

    def rights(self, begun: Begun) -> Begun:
        """Take all back, by the service that runs or alone; it has ended after this."""
        with self._alone(begun, *self._told()):
            end_alone(self.data_dir, self.config.zone)
            if not begun.withdrawn_ms:
                begun = replace(begun, withdrawn_ms=wall_ms())
                begun.keep(self.data_dir)
        return begun

    def outside(
        self, begun: Begun, places: Sequence[Place], tell: Tell, *, without: bool
    ) -> tuple[Begun, dict[str, str]]:
        """Leave each place elsewhere; give why those weren't that didn't answer.

        `without` goes on without these, which the receipt says.
        """
        why: dict[str, str] = {}
        with self._alone(begun):
            for number, place in enumerate(places):
                if begun.outside.get(place.name, UNREACHED) != UNREACHED:
                    continue
                tell(place.name, number / len(places))
                try:
                    how = asyncio.run(place.leave())
                except EdgeError as error:
                    why[place.name] = str(error)
                    if not without:
                        continue
                    how = UNREACHED
                begun = begun.left(place.name, how)
                begun.keep(self.data_dir)
        return begun, why

    def look(self, begun: Begun) -> None:
        """Raise HandoverRefused where the pack isn't, whole, where it was made."""
        receipt.look_for_the_pack(begun)

    def sweep(self, begun: Begun) -> None:
        """Erase what the service has laid outside the home; raise HandoverRefused."""
        with self._alone(begun):
            elsewhere.remove(elsewhere.laid(self.config, self.directories))

    def clear(self, begun: Begun) -> Begun:
        """Erase what it was given there, and begin the receipt beside the pack.

        From then on whoever opens the home empties it. Raises HandoverRefused where
        the pack isn't where it was made.
        """
        with self._alone(begun):
            receipt.look_for_the_pack(begun)
            elsewhere.remove(elsewhere.given(self.config, self.path))
            if self.path is not None:
                machine.write(self.path)
            stays = (*begun.stays, *self._renewed(begun))
            begun = replace(begun, erasing_ms=wall_ms(), emptying=True, stays=stays)
            receipt.begin(begun, self.remains)
            begun.keep(self.data_dir)
        return begun

    def _renewed(self, begun: Begun) -> Sequence[str]:
        """Give what outlives the home, made anew: InfluxDB's administrator."""
        anew = begun.outside.get("influxdb") == ERASED
        return (ADMIN,) if anew and (self.data_dir / ADMIN).exists() else ()

    def empty(self) -> None:
        """Erase all that is left in the home's directory, unless a service did."""
        try:
            with self._lock():
                leaving.obeyed(self.data_dir)
        except HandoverRefused:
            if leaving.word_of(self.data_dir) is not None:
                raise

    def _told(self) -> tuple[float, str]:
        """Tell a service that runs; give how long it may take to end, and its word."""
        try:
            ask(self.data_dir, HandOver())
        except NoService:
            return FEW_S, ""
        except (CommandRefused, OSError, ValueError) as error:
            # it ends already, or was killed, or it refuses and stays
            return FEW_S, f": {error}"
        return ENDS_S, ""

    @contextmanager
    def _alone(
        self, begun: Begun, wait_s: float | None = None, why: str = ""
    ) -> Iterator[None]:
        """Have the home to ourselves, while it is in this handover and no other."""
        with self._lock(wait_s, why):
            there = Begun.of(self.data_dir)
            if there is None or there.number != begun.number or there.emptying:
                raise HandoverRefused(
                    "another command went on with it meanwhile",
                    hint="`releve handover` says how far it is",
                )
            yield

    @contextmanager
    def _lock(self, wait_s: float | None = None, why: str = "") -> Iterator[None]:
        """Have the home to ourselves; wait for a service that ends."""
        until = time.monotonic() + (FEW_S if wait_s is None else wait_s)
        while True:
            try:
                lock = DirectoryLock(self.data_dir)
                break
            except AlreadyRunning as error:
                if time.monotonic() > until:
                    raise HandoverRefused(
                        f"a service runs here still, or another command{why}",
                        hint="sudo systemctl stop releve; then `releve handover`",
                    ) from error
                time.sleep(LOOK_S)
        try:
            yield
        finally:
            lock.release()
