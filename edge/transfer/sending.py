"""The way of a parcel: gone on with whenever the other home answers, to its receipt."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edge.outgoing.destination import Destination
from edge.outgoing.places import Guard
from edge.transfer import granted, receipt
from edge.transfer.errors import UNKNOWN_CODE, TransferError, TransferRefused
from edge.transfer.parcel import Parcel
from edge.transfer.parcels import Parcels
from edge.transfer.peer import Peer, Progress

MOST_PIECE, LEAST_PIECE = 1 << 20, 64 << 10
AGAIN_S, LAST_AGAIN_S = 1.0, 30.0
FINAL = frozenset({"over", "other-pack", "pack-gone", granted.WITHDRAWN})
"""Why a parcel can never arrive; whatever else is said of it may be mended."""
PATIENCE_S = 600.0
"""How long the other home may be away; then the parcel waits for its owner's word."""

Tell = Callable[[str, float], None]
"""Told what is done, and the part of the pack that is there."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends the parcels of one home."""

    parcels: Parcels
    guard: Guard
    tell: Tell = lambda _step, _part: None
    patience_s: float = PATIENCE_S
    again_s: float = AGAIN_S

    async def send(self, parcel: Parcel) -> Parcel:
        """Send one to its end, and give it with its receipt.

        Raises TransferRefused, OutgoingRefused when it can't go on; TransferLost when
        the other home is away for too long: then it goes on whenever it is sent again.
        A Pi that has just started, its clock not yet set, knows no code for a while.
        """
        to, again_s, piece = Destination.parse(parcel.url), self.again_s, MOST_PIECE
        until_s, before = time.monotonic() + self.patience_s, -1
        while True:
            way = Way(self, parcel, piece)
            try:
                async with Peer.reached(to, parcel.secret, self.guard) as peer:
                    return await way.gone(peer)
            except TransferError as error:
                if isinstance(error, TransferRefused) and error.reason != UNKNOWN_CODE:
                    raise
                if way.there > before:  # it comes nearer
                    until_s, again_s = time.monotonic() + self.patience_s, self.again_s
                    before = way.there
                if time.monotonic() + again_s >= until_s:
                    raise
            self.tell("waiting", max(0, before) / parcel.announced.size)
            piece = max(LEAST_PIECE, way.piece // 2)
            await asyncio.sleep(again_s)
            again_s = min(2 * again_s, LAST_AGAIN_S)


@dataclass(slots=True)
class Way:
    """One connection's part of the way; `there` is how many bytes are known to be."""

    sending: Sending
    parcel: Parcel
    piece: int
    there: int = -1

    async def gone(self, peer: Peer) -> Parcel:
        """Send what isn't there yet; give the parcel with its receipt."""
        announced = self.parcel.announced
        pack = self.sending.parcels.pack(self.parcel.id)
        await asyncio.to_thread(self._check)
        told = await peer.announce(announced)
        with _opened(pack) as file:
            while told.receipt is None:
                self._note(told)
                await asyncio.to_thread(self._check)
                file.seek(told.received)
                data = await asyncio.to_thread(file.read, self.piece)
                if not data:
                    raise TransferRefused(
                        "no-receipt", "the other home has all and gives no receipt"
                    )
                before = told.received
                told = await peer.send(before, data, announced.size)
                if told.receipt is None and told.received != before + len(data):
                    raise TransferRefused(
                        "senseless", "the other home loses count of what it has"
                    )
                self.piece = min(MOST_PIECE, 2 * self.piece)
        code = self.parcel.secret
        receipt.matches(told.receipt, code.id, code.public.hex(), announced, peer.shown)
        self.sending.tell("done", 1.0)
        return await asyncio.to_thread(
            self.sending.parcels.sent, self.parcel, told.receipt
        )

    def _check(self) -> None:
        """Raise TransferRefused once the owner took back what is sent, in any shell."""
        parcels = self.sending.parcels
        found = parcels.find(self.parcel.id)
        if found is None or not found.sends:
            raise TransferRefused("given-up", "this transfer was given up")
        if not parcels.pack(self.parcel.id).exists():
            raise _gone()
        if found.service:
            granted.check(parcels.data_dir, found.service)

    def _note(self, told: Progress) -> None:
        self.there = told.received
        self.sending.tell("sending", told.received / self.parcel.announced.size)


def _opened(pack: Path) -> IO[bytes]:
    try:
        handle = os.open(pack, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise _gone() from error
    return os.fdopen(handle, "rb")


def _gone() -> TransferRefused:
    return TransferRefused(
        "pack-gone",
        "the pack is here no more",
        hint="what was erased goes from it, too: send anew, under another code",
    )
