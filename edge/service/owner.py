"""Commands carried out: each is acknowledged once what it changes is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from edge.bus import Bus
from edge.commands import (
    AcceptQuarantined,
    Command,
    CommandRefused,
    ConfirmDevice,
    CopyJournal,
    Correct,
    DismissQuarantined,
    Erase,
    HandOver,
    ImportFile,
    MakePairingCode,
    Query,
    RebuildStore,
    SetIndex,
    TakePack,
    UndoImport,
    WriteExtract,
)
from edge.consent.pairing import Pairing
from edge.erasure.erasing import asked
from edge.erasure.erasure import Erasure
from edge.event import Event, EventKind
from edge.gate import Gate
from edge.host import Clock
from edge.importing.importer import Importer
from edge.importing.reading import Asked
from edge.importing.staged import fetch
from edge.interval import Point
from edge.journal.journal import Journal
from edge.journal.leaving import word_of
from edge.journal.quarantine import Quarantined
from edge.portability.carrying import carried_out, taken
from edge.portability.extracting import Extracting
from edge.portability.taking import Taker
from edge.record import Baseline, Body, Correction, Lane
from edge.registers import CATALOGUE
from edge.registers.gas import VOLUME_MAX_L
from edge.sample import Quality, Sample, Value
from edge.service import index_setting
from edge.service.household import Household
from edge.service.lent import answer, lend_copy
from edge.sources.protocol import Source

LOOK_MS = 86_400_000
"""How far around a refused value its neighbours are looked for."""


class Raw(Protocol):
    """What a refused value is weighed against: the readings around it."""

    def raw(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Point]:
        """Give a register's changes in [start_ms, end_ms)."""
        ...


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner's commands on the running service."""

    journal: Journal
    gates: Mapping[str, Gate]
    reads: Raw
    bus: Bus
    clock: Clock
    rebuild: Callable[[Path | None], Awaitable[None]]
    importer: Importer | None = None
    sources: Sequence[Source] = ()
    pairing: Pairing = field(default_factory=Pairing)
    household: Household | None = None
    erasure: Erasure | None = None
    extracting: Extracting | None = None
    taker: Taker | None = None
    leave: Callable[[], None] | None = None

    async def execute(self, command: Command) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - a line a command
        """Carry a command out; give its acknowledgement once it is durable."""
        match command:
            case ConfirmDevice():
                return await self._confirm(command)
            case Correct():
                return await self._correct(command)
            case SetIndex():
                return await self._set_index(command)
            case AcceptQuarantined(number):
                return await self._accept(number)
            case DismissQuarantined(number):
                await self.journal.settle_quarantined(number, "dismissed")
                return {"dismissed": number}
            case RebuildStore(backup):
                await self.rebuild(None if backup is None else Path(backup))
                return {"rebuilding": True}
            case ImportFile():
                return await self._import(command)
            case UndoImport(number):
                return asdict(await self._importer.undo(number))
            case Erase():
                return await self._erase(command)
            case HandOver():
                return await self._hand_over()
            case WriteExtract():
                return await self._extract(command)
            case TakePack(staged):
                return await self._take(staged)
            case Query(sql, parameters):
                rows = await asyncio.to_thread(
                    answer, self.journal.directory, sql, parameters
                )
                return {"rows": rows}
            case CopyJournal(name):
                await asyncio.to_thread(lend_copy, self.journal.directory, name)
                return {"copied": name}
            case MakePairingCode():
                return {"code": self.pairing.make()}
        if self.household is None:
            raise CommandRefused("nothing is granted here")
        return await self.household.decide(command)

    async def _erase(self, command: Erase) -> dict[str, Any]:
        if self.erasure is None:
            raise CommandRefused("nothing is erased here")
        return await asked(self.erasure, command)

    async def _hand_over(self) -> dict[str, Any]:
        """Take back all that was granted, then end; a home without its word stays."""
        if self.household is None or self.leave is None:
            raise CommandRefused("nobody leaves here")
        if await asyncio.to_thread(word_of, self.journal.directory) is None:
            raise CommandRefused(
                "no handover was begun", hint="`releve handover` does it"
            )
        held = await asyncio.to_thread(self.household.end_all)
        self.leave()
        return {"withdrawn": held}

    async def _extract(self, command: WriteExtract) -> dict[str, Any]:
        if self.extracting is None:
            raise CommandRefused("nothing is exported here")
        directory = self.journal.directory
        return dict(await carried_out(self.extracting, command, directory))

    async def _take(self, staged: str) -> dict[str, Any]:
        if self.taker is None:
            raise CommandRefused("nothing is imported here")
        return await taken(self.taker, staged, self.journal.directory)

    @property
    def _importer(self) -> Importer:
        if self.importer is None:
            raise CommandRefused("nothing is imported here")
        return self.importer

    async def _import(self, command: ImportFile) -> dict[str, Any]:
        asked = Asked(
            command.name,
            command.meter,
            command.register,
            command.mapping,
            command.dry_run,
        )
        data = await asyncio.to_thread(fetch, self.journal.directory, command.staged)
        return (await self._importer.take(data, asked)).plain()

    def _gate(self, meter: str) -> Gate:
        try:
            return self.gates[meter]
        except KeyError:
            raise CommandRefused(
                f"no meter is called {meter!r}", hint=", ".join(self.gates) or None
            ) from None

    async def _tell(self, event: Event, *bodies: Body) -> None:
        await self.journal.append([*bodies, event])
        self.bus.publish(event)

    async def _confirm(self, command: ConfirmDevice) -> dict[str, Any]:
        gate = self._gate(command.meter)
        now_ms = self.clock.now().wall_ms
        latest = self.bus.latest.get(command.meter)
        at_ms = latest.at_ms + 1 if latest else now_ms
        baseline = gate.confirm_device(at_ms)
        if baseline is None:
            raise CommandRefused(
                f"{command.meter} has no other physical meter to confirm",
                hint="`releve quarantine list` shows what the gate refused",
            )
        event = _device_event(baseline)
        if gate.device is None:
            await self.journal.append([baseline, event])
        else:
            await self.journal.confirm_device(
                command.meter, gate.device, at_ms, [baseline, event]
            )
        self.bus.publish(event)
        return {"meter": command.meter, "at_ms": at_ms}

    async def _correct(self, command: Correct) -> dict[str, Any]:
        self._gate(command.meter)
        register = CATALOGUE[command.register]
        if not register.numeric:
            raise CommandRefused(
                f"{command.register} is not counted", hint="correct an index or power"
            )
        if command.value is not None and command.value < 0:
            raise CommandRefused("nothing counts less than 0")
        now_ms = self.clock.now().wall_ms
        if not 0 <= command.start_ms < command.end_ms <= now_ms:
            raise CommandRefused(
                "correct a period that is over: its start, then its end"
            )
        stones = await asyncio.to_thread(self.journal.erased)
        span = (command.start_ms, command.end_ms)
        if any(one.meter == command.meter and one.meets(*span) for one in stones):
            raise CommandRefused("you had some of this period erased")
        correction = Correction(
            command.meter,
            command.register,
            command.start_ms,
            command.end_ms,
            command.value,
            now_ms,
            command.note[:200],
        )
        detail: dict[str, Value] = {
            "register": command.register,
            "start_ms": command.start_ms,
            "end_ms": command.end_ms,
            "value": command.value,
            "note": correction.note,
        }
        event = Event(command.meter, now_ms, EventKind.CORRECTION, detail)
        await self._tell(event, correction)
        return {"corrected": command.register}

    async def _set_index(self, command: SetIndex) -> dict[str, Any]:
        gate = self._gate(command.meter)
        source = index_setting.settable(self.sources, command.meter)
        if not 0 <= command.index_l <= VOLUME_MAX_L:
            raise CommandRefused("a dial shows 0 to 99999.999 m³")
        changed = await source.set_index(command.index_l)
        # Nothing is awaited from here to the append: no reading comes in between.
        latest = self.bus.latest.get(command.meter)
        at_ms = latest.at_ms + 1 if latest else changed.at_ms
        baseline = gate.set_index(changed.register, changed.after_l, at_ms)
        corrections = index_setting.missed(
            command.meter, changed, lambda ms: gate.flows(changed.register, ms)
        )
        event = index_setting.told(command.meter, changed, corrections)
        await self._tell(event, baseline, *corrections)
        return dict(event.detail)

    async def _accept(self, number: int) -> dict[str, Any]:
        waiting = await asyncio.to_thread(self.journal.quarantined)
        entries = [one for one in waiting if one.number == number]
        if not entries:
            raise CommandRefused(
                f"nothing in the quarantine has number {number}",
                hint="`releve quarantine list` shows what there is",
            )
        samples = await asyncio.to_thread(self._late, entries[0])
        # The values first: cut in between, the entry still waits, and letting the
        # same values in again changes nothing (identity is meter and instant).
        for sample in samples:
            self.journal.add_sample(sample, Lane.HISTORY)
        await self.journal.commit()
        await self.journal.settle_quarantined(number, "accepted")
        return {"accepted": number, "values": len(samples)}

    def _late(self, entry: Quarantined) -> list[Sample]:
        """Give the refused values as late samples; blocks while it reads."""
        return [self._fitting(entry, at_ms, value) for at_ms, value in entry.values]

    def _fitting(self, entry: Quarantined, at_ms: int, value: Value) -> Sample:
        """Give a refused value as a late sample, if its neighbours in time allow it."""
        meter, register = entry.meter, entry.register
        if register not in CATALOGUE or not isinstance(value, int):
            raise CommandRefused(f"{register} {value!r} can't be let in")
        window = (at_ms - LOOK_MS, at_ms + LOOK_MS, 100_000)
        points = self.reads.raw(meter, register, *window)
        known = [p for p in points if isinstance(p.value, int)]
        before = [int(p.value or 0) for p in known if p.at_ms <= at_ms]
        after = [int(p.value or 0) for p in known if p.at_ms > at_ms]
        if (before and value < before[-1]) or (after and value > after[0]):
            raise CommandRefused(
                f"{register} {value} lies outside what was read just before and after",
                hint="another physical meter? `releve device confirm`;"
                " a wrong total? `releve correct`",
            )
        return Sample(meter, at_ms, {register: value}, Quality.CORRECTED, "owner")


def _device_event(baseline: Baseline) -> Event:
    detail: dict[str, Value] = {
        "state": "confirmed",
        "registers": len(baseline.offsets),
    }
    return Event(baseline.meter, baseline.at_ms, EventKind.DEVICE, detail)
