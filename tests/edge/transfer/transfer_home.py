"""A home that receives, and what another would send it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from ipaddress import IPv4Address

from edge.lan.certificates import Certificates
from edge.lan.names import Names
from edge.portability.sealed import MAGIC
from edge.transfer.announcement import Announcement
from edge.transfer.identity import Identity
from edge.transfer.offers import Offers
from edge.transfer.proof import Asked, digest_of
from edge.transfer.receiving import Receiving

NOW_MS = 1_764_576_000_000
HOUR_MS = 3_600_000
NAMES = Names(("localhost",), (IPv4Address("127.0.0.1"),))
NONCE = "5a" * 32


def sealed(size: int = 3_000_000) -> bytes:
    """Give bytes that begin as a sealed pack does."""
    return MAGIC + bytes(at * 7 % 251 for at in range(997)) * (size // 997 + 1)


def announced(pack: bytes, profile: str = "home") -> Announcement:
    return Announcement(profile, len(pack), hashlib.sha256(pack).hexdigest())


class Receiver:
    """A home's directory with its certificate, its offers, and a clock that is set."""

    def __init__(self, directory, now_ms=NOW_MS):
        directory.mkdir(mode=0o700, exist_ok=True)
        self.data = directory
        self.now_ms = now_ms
        self.room = 1 << 40
        self.certificates = Certificates.open(directory, NAMES, datetime.now(UTC))
        self.offers = Offers(directory, lambda: self.now_ms)
        self.receiving = Receiving(self.offers, lambda _data_dir: self.room)

    @property
    def shown(self):
        return Identity.read(self.data).fingerprint

    def offer(self, **more):
        offer, code = self.offers.make(**more)
        return offer.id, code

    def let_in(self, code, *, by=None, of=None, over=None, to="", body=b""):
        """Ask as who holds a code, or as who holds another."""
        target = f"/api/v1/transfers/{of or code.id}{to}"
        asked = Asked(target, digest_of(body), over or self.shown)
        signature = asked.signed((by or code).key)
        return self.receiving.let_in(of or code.id, target, digest_of(body), signature)

    def state(self, transfer):
        return self.offers.find(transfer).state.value

    def received(self, pack, profile="home", piece=1 << 20):
        """Have a pack come whole; give its id and its code."""
        transfer, code = self.offer()
        self.receiving.announce(transfer, announced(pack, profile))
        for at in range(0, len(pack), piece):
            told = self.receiving.take(transfer, at, pack[at : at + piece])
        return transfer, code, told
