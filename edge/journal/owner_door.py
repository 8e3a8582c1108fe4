"""The journal as the owner's questions need it: undated, refused, physical meters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge.facts import Fact
from edge.journal import devices, facts, held, imports, quarantine
from edge.journal.devices import Device
from edge.journal.door import Door
from edge.journal.held import Held, When
from edge.journal.imports import Imported
from edge.journal.log import Transaction
from edge.journal.quarantine import Quarantined
from edge.record import Body, Lane

if TYPE_CHECKING:
    from edge.gate.verdict import Refused

EVER = 1 << 53


class OwnerDoor(Door):
    """What waits for a date, for the owner's word, and which meter was fitted when."""

    def held(self) -> list[Held]:
        """Give what waits for a date, as far as it is committed."""
        with self.reader.view() as view:
            return held.held(view.database)

    async def release_held(self, when: When, lane: Lane = Lane.PRESENT) -> int:
        """Append what can be dated now; give how many samples."""
        await self.commit()
        count: int = await self._do(lambda tx: held.release(tx, when, lane))
        return count

    async def abandon_held(self, boot_id: str) -> int:
        """Let go of what no clock can ever date; give how many samples."""
        count: int = await self._do(lambda tx: held.abandon(tx, boot_id))
        return count

    def quarantined(self, *, settled: bool = False) -> list[Quarantined]:
        """Give what waits for the owner's word, or with `settled` all."""
        with self.reader.view() as view:
            return quarantine.quarantined(view.database, settled=settled)

    async def quarantine(self, refused: Sequence[Refused]) -> None:
        """Keep what the gate refused, for the owner to see."""
        await self._do(lambda tx: [quarantine.put(tx, one) for one in refused])

    async def settle_quarantined(
        self, number: int, verdict: str, bodies: Sequence[Body] = ()
    ) -> Quarantined:
        """Note the owner's word, "accepted" or "dismissed", and what follows."""

        def work(tx: Transaction) -> Quarantined:
            one = quarantine.settle(tx, number, verdict)
            for body in bodies:
                tx.append(body, Lane.PRESENT)
            return one

        entry: Quarantined = await self._do(work)
        return entry

    def devices(self, meter: str | None = None) -> list[Device]:
        """Give the devices of a supply point, or of all, oldest first."""
        with self.reader.view() as view:
            return devices.devices(view.database, meter)

    def device(self, meter: str) -> Device | None:
        """Give the device that counts now."""
        with self.reader.view() as view:
            return devices.current(view.database, meter)

    async def see_device(self, meter: str, identifier: str, at_ms: int) -> Device:
        """Note that a device spoke; one that is new waits to be confirmed."""
        device: Device = await self._do(
            lambda tx: devices.see(tx.database, meter, identifier, at_ms)
        )
        return device

    async def confirm_device(
        self, meter: str, identifier: str, at_ms: int, bodies: Sequence[Body] = ()
    ) -> Device:
        """Take a device as the one that counts, with the baseline that it brings."""

        def work(tx: Transaction) -> Device:
            device = devices.confirm(tx.database, meter, identifier, at_ms)
            for body in bodies:
                tx.append(body, Lane.PRESENT)
            return device

        device: Device = await self._do(work)
        return device

    async def restore_devices(self, known: Sequence[Device]) -> int:
        """Note the physical meters of a home that moved here; give how many."""
        count: int = await self._do(lambda tx: devices.restore(tx.database, known))
        return count

    def imported(self) -> list[Imported]:
        """Give every import of a file, oldest first."""
        with self.reader.view() as view:
            return imports.imported(view.database)

    def said_by_import(self, number: int) -> bytes:
        """Give what an import said, as it was packed; raise JournalError if unknown."""
        with self.reader.view() as view:
            return imports.said(view.database, number)

    async def take_import(
        self,
        one: Imported,
        packed: bytes,
        bodies: Sequence[Body],
        told: Sequence[Fact] = (),
    ) -> int:
        """Append what a file changes, all or none; give the number of the import."""
        number: int = await self._do(
            lambda tx: imports.put(tx, one, packed, bodies, told)
        )
        return number

    def facts(self, meter: str, start_ms: int = 0, end_ms: int = EVER) -> list[Fact]:
        """Give the dated facts of a meter that meet [start, end), in time order."""
        with self.reader.view() as view:
            return facts.facts(view.database, meter, start_ms, end_ms)

    async def note_facts(self, told: Sequence[Fact]) -> None:
        """Add facts that the home itself tells."""
        await self._do(lambda tx: facts.put(tx, told))

    async def undo_import(
        self, number: int, at_ms: int, bodies: Sequence[Body]
    ) -> Imported:
        """Append what takes an import back, all or none; raise JournalError."""
        one: Imported = await self._do(
            lambda tx: imports.undo(tx, number, at_ms, bodies)
        )
        return one
