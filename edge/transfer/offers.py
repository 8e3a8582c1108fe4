"""What a home offered to receive: files of its own directory, changed one at a time.

The service and the owner's shell change them alike; each change is durable.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from edge.errors import JournalError
from edge.journal.file import private_directory
from edge.transfer import place
from edge.transfer.code import Code
from edge.transfer.errors import TransferRefused
from edge.transfer.offer import Offer, State
from edge.transfer.place import INCOMING, PACK

WORDS = "offer.json"
CONSENTS = "consents.jsonld"
"""What a home's pack says was granted there: looked at, and granted to nobody."""
MOST_OPEN = 4
MOST_ENDED = 100
"""The oldest go beyond it, but for those whose receipt says what came."""
DEFAULT_MOST = 256_000_000
DEFAULT_LASTS_MS = 3_600_000
LONGEST_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers of one home; everything here blocks for the disk."""

    data_dir: Path
    now_ms: Callable[[], int]

    def make(
        self, most: int = DEFAULT_MOST, lasts_ms: int = DEFAULT_LASTS_MS
    ) -> tuple[Offer, Code]:
        """Offer to receive a pack; give the code, which is kept by nobody here."""
        if not 0 < lasts_ms <= LONGEST_MS:
            raise TransferRefused("too-long", "a code holds for seven days at most")
        if most <= 0:
            raise TransferRefused("too-small", "nothing can be sent in no bytes")
        code, now_ms = Code.make(), self.now_ms()
        offer = Offer(code.id, code.public.hex(), now_ms, now_ms + lasts_ms, most)
        with self.held():
            self.tidy()
            here = [one for one in self.all() if not one.ended]
            if len(here) >= MOST_OPEN:
                raise TransferRefused(
                    "too-many",
                    f"{MOST_OPEN} transfers wait already",
                    hint="`releve transfer list` shows them; accept, refuse or cancel",
                )
            private_directory(self.directory(offer.id))
            self.keep(offer)
        return offer, code

    def all(self) -> list[Offer]:
        """Give them all, oldest first."""
        found = (self.find(one) for one in place.names(self.data_dir, INCOMING))
        return sorted(
            (one for one in found if one is not None), key=lambda one: one.made_ms
        )

    def find(self, transfer: str) -> Offer | None:
        """Give the one of an id; None where there is none that can be read."""
        if not place.ID.fullmatch(transfer):
            return None
        try:
            found = Offer.parse(place.read(self.directory(transfer) / WORDS))
        except TransferRefused:
            return None
        return found if found.id == transfer else None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold them: what is looked at stays as it is, until it is kept."""
        with place.held(self.data_dir, INCOMING):
            yield

    def keep(self, offer: Offer) -> None:
        """Keep one as it is now; to be held meanwhile."""
        where = self.directory(offer.id)
        if not where.is_dir():
            raise JournalError("this transfer is gone", hint="begin another")
        place.write(where / WORDS, offer.plain())
        if offer.ended:
            self.pack(offer.id).unlink(missing_ok=True)

    def end(self, transfer: str, state: State, why: str = "") -> Offer:
        """End one: its bytes go, its words and its receipt stay."""
        with self.held():
            offer = self.find(transfer)
            if offer is None or offer.ended:
                raise TransferRefused(
                    "nothing-waits",
                    "no transfer waits under this id",
                    hint="`releve transfer list` shows them",
                )
            ended = replace(offer, state=state, why=why)
            self.keep(ended)
            return ended

    def tidy(self) -> None:
        """Let go of what is over; to be held meanwhile."""
        now_ms = self.now_ms()
        ended = []
        for one in self.all():
            if one.lapsed(now_ms):
                why = "nobody accepted it" if one.state is State.WHOLE else "its time"
                self.keep(replace(one, state=State.OVER, why=why))
            elif one.ended:
                self.pack(one.id).unlink(missing_ok=True)  # cut off before it went
                if one.receipt is None:
                    ended.append(one)
        for one in ended[:-MOST_ENDED]:
            shutil.rmtree(self.directory(one.id), ignore_errors=True)
        for name in place.names(self.data_dir, INCOMING):
            if self.find(name) is None:  # words that can't be read are left
                self.pack(name).unlink(missing_ok=True)

    def directory(self, transfer: str) -> Path:
        """Give where all of one is."""
        return place.directory(self.data_dir, INCOMING, transfer)

    def pack(self, transfer: str) -> Path:
        """Give where the bytes of one are."""
        return self.directory(transfer) / PACK

    def waiting_bytes(self, but: str) -> int:
        """Give how many bytes others than this one may still bring."""
        return sum(
            one.announced.size - one.received
            for one in self.all()
            if one.id != but and not one.ended and one.announced is not None
        )


def reaches(path: Path, offset: int) -> bool:
    """Tell whether a file has all that comes before a place of it."""
    try:
        return path.lstat().st_size >= offset
    except FileNotFoundError:
        return offset == 0


def append(path: Path, offset: int, data: bytes) -> None:
    """Put bytes at a place of a file, durably; what stood there was never noted."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, 0o600)
    try:
        os.ftruncate(handle, offset)
        left = memoryview(data)
        while left:
            written = os.pwrite(handle, left, offset)
            offset, left = offset + written, left[written:]
        os.fsync(handle)
    finally:
        os.close(handle)
