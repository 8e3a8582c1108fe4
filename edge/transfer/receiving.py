"""What comes in by a code: let in by its signature, kept as it comes, then verified."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.portability.sealed import MAGIC
from edge.transfer import receipt
from edge.transfer.announcement import EXTRACT, HOME, Announcement
from edge.transfer.errors import TransferLost, TransferRefused
from edge.transfer.identity import Identity
from edge.transfer.offer import Offer, State
from edge.transfer.offers import Offers, append, reaches
from edge.transfer.proof import Asked, answer

BEGINS = {HOME: MAGIC, EXTRACT: b"PK\x03\x04"}
"""By profile, how a pack's bytes begin."""
TRIES = 10
"""Wrong signatures of one transfer: whoever has its code makes none."""
SPARE_BYTES = 256 << 20
"""What stays free on the disk, whatever comes (edge.retention has the same)."""


def free_bytes(data_dir: Path) -> int:
    """Give the room that a home's disk has."""
    return shutil.disk_usage(data_dir).free


@dataclass(frozen=True, slots=True)
class Receiving:
    """Receives into one home; everything here blocks for the disk."""

    offers: Offers
    free: Callable[[Path], int] = free_bytes

    def let_in(self, transfer: str, target: str, digest: str, signature: str) -> bool:
        """Tell whether who asks holds the code of a transfer that goes on."""
        offer = self.offers.find(transfer)
        if offer is None or not offer.answers(self.offers.now_ms()):
            return False
        shown = Identity.read(self.offers.data_dir).fingerprint
        if Asked(target, digest, shown).right(signature, bytes.fromhex(offer.public)):
            return True
        self._mistrust(transfer)
        return False

    def _mistrust(self, transfer: str) -> None:
        with self.offers.held():
            offer = self.offers.find(transfer)
            if offer is None or offer.ended:
                return
            offer = replace(offer, wrong=offer.wrong + 1)
            # what is whole is here: no stranger has it thrown away
            if offer.wrong >= TRIES and offer.state is not State.WHOLE:
                offer = replace(offer, state=State.OVER, why="too many wrong codes")
            self.offers.keep(offer)

    def greet(self, transfer: str, nonce: str) -> Mapping[str, Any]:
        """Prove who receives, and say how many bytes it takes."""
        offer = self.offers.find(transfer)
        if offer is None or offer.whole_ms is None:  # else its receipt is to be had
            offer = self._offer(transfer)
        shown = Identity.read(self.offers.data_dir).fingerprint
        proof = answer(bytes.fromhex(offer.public), nonce, shown)
        return {"proof": proof, "most": offer.most, "until_ms": offer.until_ms}

    def announce(self, transfer: str, announced: Announcement) -> Mapping[str, Any]:
        """Take the word on a pack; give what is here of it, to go on from."""
        known = self.offers.find(transfer)
        if known and known.whole_ms is not None and known.announced == announced:
            return self._told(known)  # its owner may have taken it since
        with self.offers.held():
            offer = self._offer(transfer)
            if offer.announced is None:
                self._room(offer, announced)
                offer = replace(offer, announced=announced, state=State.COMING)
                self.offers.keep(offer)
            elif offer.announced != announced:
                raise TransferRefused(
                    "other-pack",
                    "the code was used for another pack",
                    hint="ask for another code: each is good for one",
                )
        return self._told(offer)

    def take(self, transfer: str, offset: int, data: bytes) -> Mapping[str, Any]:
        """Take bytes that follow those that are here; give what is here then."""
        with self.offers.held():
            offer = self._offer(transfer)
            if offer.state is not State.COMING or offer.announced is None:
                raise TransferRefused("nothing-due", "no bytes are due")
            if offset != offer.received:
                raise TransferLost(f"{offer.received} bytes are here")
            if not 0 < len(data) <= offer.announced.size - offset:
                raise TransferRefused("too-large", "more came than was announced")
            if self.free(self.offers.data_dir) < SPARE_BYTES + len(data):
                raise TransferLost("the disk has no room now")
            try:
                if not reaches(self.offers.pack(transfer), offset):
                    # what was erased went from it: it comes anew
                    self.offers.keep(replace(offer, received=0))
                    raise TransferLost("no bytes are here")
                append(self.offers.pack(transfer), offset, data)
            except OSError as error:
                raise TransferLost("the disk takes nothing now") from error
            offer = replace(offer, received=offset + len(data))
            self.offers.keep(offer)
        return self._told(offer)

    def _offer(self, transfer: str) -> Offer:
        """Give the offer as it is now: its owner may have ended it meanwhile."""
        offer = self.offers.find(transfer)
        if offer is None or offer.ended:
            raise TransferRefused(
                "over",
                "the other home ended this transfer",
                hint="ask there, and for another code",
            )
        return offer

    def _room(self, offer: Offer, announced: Announcement) -> None:
        """Raise TransferRefused where a pack is too large, or the disk lacks room."""
        most = announced.most(offer.most)
        if announced.size > most:
            raise TransferRefused(
                "too-large",
                f"{announced.size} bytes, and {most} are taken at most",
                hint="part it by --from and --to, or ask for a code with --max-size",
            )
        wanted = SPARE_BYTES + 2 * announced.size + self.offers.waiting_bytes(offer.id)
        if self.free(self.offers.data_dir) < wanted:
            raise TransferRefused("no-room", "the other home's disk has no room for it")

    def _told(self, offer: Offer) -> Mapping[str, Any]:
        announced = offer.announced
        whole = announced is not None and offer.received == announced.size
        if offer.state is State.COMING and whole:
            offer = self._verified(offer)
        if offer.whole_ms is not None:
            offer = self._signed(offer)
        return {"received": offer.received, "receipt": offer.receipt}

    def _verified(self, offer: Offer) -> Offer:
        """Have a pack be whole, if it is what was announced; raise TransferRefused.

        It is read where nothing is held: a Pi takes seconds for it.
        """
        announced = offer.announced
        assert announced is not None  # noqa: S101 - bytes come after it
        right = _is(self.offers.pack(offer.id), announced)
        with self.offers.held():
            now = self._offer(offer.id)
            if now.state is not State.COMING:
                return now  # another of its requests was sooner
            if right:
                whole_ms = self.offers.now_ms()
                now = replace(now, state=State.WHOLE, whole_ms=whole_ms)
            else:
                why = "what came is not what was announced"
                now = replace(now, state=State.OVER, why=why)
            self.offers.keep(now)
        if not right:
            raise TransferRefused(
                "other-pack",
                "what came is not what was announced",
                hint="ask for another code, and send anew",
            )
        return now

    def _signed(self, offer: Offer) -> Offer:
        """Give one with its receipt, signed as who is spoken to now."""
        identity = Identity.read(self.offers.data_dir)
        with self.offers.held():
            now = self.offers.find(offer.id) or offer
            there = now.receipt
            if there and receipt.certificate_of(there) == identity.certificate:
                return now
            assert now.announced is not None  # noqa: S101 - it is whole
            assert now.whole_ms is not None  # noqa: S101 - same
            of = (now.id, now.public, now.announced)
            now = replace(now, receipt=receipt.made(*of, identity, now.whole_ms))
            self.offers.keep(now)
            return now


def _is(path: Path, announced: Announcement) -> bool:
    """Tell whether a file is what was announced; what can't be read is not."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(BEGINS[announced.profile]))
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return (
                begins == BEGINS[announced.profile]
                and file.tell() == announced.size
                and digest == announced.sha256
            )
    except OSError:
        return False
