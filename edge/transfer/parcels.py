"""What a home sends: each pack beside the words on it, until its receipt is here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.calendar import DAY_MS
from edge.journal.file import private_directory
from edge.transfer import place
from edge.transfer.errors import TransferRefused
from edge.transfer.parcel import Parcel
from edge.transfer.place import OUTGOING, PACK

WORDS = "parcel.json"
MADE_MS = DAY_MS
"""How long nothing is said of a pack that is being made: what lasts longer was cut."""


@dataclass(frozen=True, slots=True)
class Parcels:
    """The parcels of one home; everything here blocks for the disk."""

    data_dir: Path
    now_ms: Callable[[], int]

    def room(self, transfer: str) -> Path:
        """Give where the pack of a transfer is to be made."""
        private_directory(self.data_dir / place.PLACE)
        private_directory(place.directory(self.data_dir, OUTGOING))
        private_directory(self.directory(transfer))
        return self.pack(transfer)

    def keep(self, parcel: Parcel) -> None:
        """Keep one as it is now; its pack goes once it is sent no more."""
        place.write(self.directory(parcel.id) / WORDS, parcel.plain())
        if not parcel.sends:
            self.pack(parcel.id).unlink(missing_ok=True)

    def find(self, transfer: str) -> Parcel | None:
        """Give the one of an id; None where there is none that can be read."""
        if not place.ID.fullmatch(transfer):
            return None
        try:
            found = Parcel.parse(place.read(self.directory(transfer) / WORDS))
        except TransferRefused:
            return None
        return found if found.id == transfer else None

    def all(self) -> list[Parcel]:
        """Give them all, oldest first."""
        found = (self.find(one) for one in place.names(self.data_dir, OUTGOING))
        return sorted(
            (one for one in found if one is not None), key=lambda one: one.made_ms
        )

    def sent(self, parcel: Parcel, receipt: dict[str, Any]) -> Parcel:
        """Note that one is there: its pack and its code go, the receipt stays."""
        done = replace(parcel, receipt=receipt, code="")
        self.keep(done)
        return done

    def give_up(self, parcel: Parcel, why: str) -> Parcel:
        """Note that nothing came of one: its pack and its code go."""
        done = replace(parcel, code="", why=why)
        self.keep(done)
        return done

    def tidy(self) -> None:
        """Let go of what can't be sent any more, and of what a cut left."""
        with place.held(self.data_dir, OUTGOING):
            now_ms = self.now_ms()
            for parcel in self.all():
                if parcel.sends and not parcel.goes_on(now_ms):
                    self.give_up(parcel, "its time")
                elif not parcel.sends:
                    self.pack(parcel.id).unlink(missing_ok=True)
            for one in place.names(self.data_dir, OUTGOING):
                made_ms = self.directory(one).stat().st_mtime_ns // 1_000_000
                if self.find(one) is None and now_ms >= made_ms + MADE_MS:
                    self.pack(one).unlink(missing_ok=True)
                    draft_of(self.pack(one)).unlink(missing_ok=True)

    def forget(self, transfer: str) -> None:
        """Leave nothing of one that never was whole."""
        shutil.rmtree(self.directory(transfer), ignore_errors=True)

    def directory(self, transfer: str) -> Path:
        """Give where all of one is."""
        return place.directory(self.data_dir, OUTGOING, transfer)

    def pack(self, transfer: str) -> Path:
        """Give where the bytes of one are."""
        return self.directory(transfer) / PACK


def draft_of(pack: Path) -> Path:
    """Give where a pack is while it is being made (cli.draft)."""
    return pack.with_name(f".{pack.name}.draft")
